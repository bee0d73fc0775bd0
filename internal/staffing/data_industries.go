package staffing

// industry is a line of business of clients: the segment it hires from most,
// the words that end its companies' names, and how a job description calls it.
type industry struct {
	name    string
	segment segment
	nouns   []string
	called  string
}

func industries() []industry {
	return []industry{
		{"Warehousing and Logistics", industrial, list("Logistics; Distribution; Freight"), "a warehousing and logistics company"},
		{"Food Manufacturing", industrial, list("Foods; Bakeries; Beverage"), "a food manufacturer"},
		{"Auto Parts Manufacturing", industrial, list("Components; Castings; Axle"), "an auto parts manufacturer"},
		{"Packaging", industrial, list("Packaging; Paper; Plastics"), "a packaging plant"},
		{"Building Products", industrial, list("Millwork; Steel; Supply"), "a building products maker"},
		{"Insurance", office, list("Insurance; Mutual"), "an insurance carrier"},
		{"Utilities", office, list("Energy; Water; Electric"), "a utility"},
		{"Property Management", office, list("Properties; Realty"), "a property management firm"},
		{"Retail Headquarters", office, list("Stores; Outfitters"), "a retail headquarters"},
		{"Banking", professional, list("Bank; Credit Union"), "a regional bank"},
		{"Legal Services", professional, list("Law Group; Legal"), "a law firm"},
		{"Consulting", professional, list("Advisors; Consulting"), "a consulting firm"},
		{"Software", technical, list("Software; Systems"), "a software company"},
		{"Aerospace Components", technical, list("Aerostructures; Avionics"), "an aerospace supplier"},
		{"Medical Devices", technical, list("Devices; Instruments"), "a medical device company"},
		{"Hospitals", health, list("Medical Center; Hospital"), "a hospital"},
		{"Long-Term Care", health, list("Care Center; Rehabilitation"), "a nursing and rehabilitation center"},
		{"Outpatient Clinics", health, list("Clinics; Health Partners"), "an outpatient clinic group"},
	}
}
