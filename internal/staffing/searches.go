package staffing

// Search is what a recruiter writes to find candidates by their summaries.
type Search struct {
	Text       string
	Occupation string // that whoever is found first should have, as the column of candidates has it
}

// Searches are three: the words of the first are hardly in a summary, those of the second
// are, and of the third some.
func Searches() []Search {
	return []Search{
		{"looks after people on breathing machines in intensive care", "Respiratory Therapists"},
		{"certified for AWS D1.1 structural steel", "Welders, Cutters, Solderers, and Brazers"},
		{"moves pallets by truck in a cold warehouse, nights are fine", "Industrial Truck and Tractor Operators"},
	}
}
