package staffing

// Search is what a recruiter writes to find candidates by their summaries. None is in the
// words of a summary, or not in those alone: that is what nearness of meaning is for.
type Search struct {
	Text       string
	Occupation string // that whoever is found first should have, as the column of candidates has it
}

// Searches are three, of which words find one hardly at all, one best, and one as well as
// meaning does.
func Searches() []Search {
	return []Search{
		{"looks after people on breathing machines in intensive care", "Respiratory Therapists"},
		{"certified for AWS D1.1 structural steel", "Welders, Cutters, Solderers, and Brazers"},
		{"moves pallets by truck in a cold warehouse, nights are fine", "Industrial Truck and Tractor Operators"},
	}
}
