package staffing

// The defects are planted in the first book, so every scale has the same ones.
const (
	duplicateEvery = 250 // of the slots of candidates
	duplicateSlot  = 130
	ssnEvery       = 400 // of the rows of candidates
	ssnRow         = 211

	lateEvery      = 30 // of the rows of placements
	lateRow        = 17
	lateBefore     = 2_400 // later placements may not have been approved late yet
	leakingClient  = 42
	leakMarkupLow  = 1050
	leakMarkupHigh = 1120
	churningClient = 22

	churnAfter  = day(20_543)    // ChurnAfter, a Tuesday
	lastOpening = churnAfter - 3 // of the churning client
)

// What is planted, in the terms in which one asks about it.
const (
	// DuplicatePairs is how many people are in candidates under two ids, with
	// the same names and the same phone number.
	DuplicatePairs = candidatesPerBook / duplicateEvery
	// SSNResumes is how many resumes hold a string like a social security
	// number: three, two and four digits with dashes.
	SSNResumes = candidatesPerBook / ssnEvery
	// LateTimesheets is how many timesheets were approved more than LateDays
	// days after their week had ended. All others took at most four.
	LateTimesheets = lateBefore / lateEvery
	LateDays       = 14
	// LeakClientID is the client that is billed at most LeakMarkup percent over
	// pay. Everybody else is billed at least FairMarkup percent over it.
	LeakClientID = "C-000043"
	LeakMarkup   = 12
	FairMarkup   = 25
	// ChurnClientID is a great client that has started no placement after
	// ChurnAfter.
	ChurnClientID = "C-000023"
	ChurnAfter    = "2026-03-31"
)

// Defects are the rows that are planted, by id. They are what the generator was
// told to plant, not what a scan of its output found.
type Defects struct {
	Duplicates     []Duplicate
	SSNCandidates  []string // whose resume holds an SSN-like string
	LateTimesheets []string
	LeakPlacements []string // all placements of LeakClientID
}

// Duplicate is one person under two candidate ids.
type Duplicate struct {
	Original, Second string
}

// Defects lists what is planted in the data of this generator.
func (g *Generator) Defects() Defects {
	var found Defects
	slots := g.market.candidates.rowOf
	for slot := duplicateSlot; slot < candidatesPerBook; slot += duplicateEvery {
		found.Duplicates = append(found.Duplicates,
			Duplicate{Original: candidateID().of(slots[slot-1]), Second: candidateID().of(slots[slot])})
	}
	for row := ssnRow; row < candidatesPerBook; row += ssnEvery {
		found.SSNCandidates = append(found.SSNCandidates, candidateID().of(row))
	}
	first := newBook(g, 0)
	for row := lateRow; row < lateBefore; row += lateEvery {
		found.LateTimesheets = append(found.LateTimesheets, timesheetID().of(first.firstSheet(row)))
	}
	for row, a := range first.placements {
		if a.client == leakingClient {
			found.LeakPlacements = append(found.LeakPlacements, placementID().of(row))
		}
	}
	return found
}

// original is the candidate's own row, but for the second record of a person:
// then it is the first record's.
func (c *cursor) original(row int) int {
	if row >= candidatesPerBook {
		return row
	}
	of := c.g.market.candidates
	if slot := of.slotOf[row]; slot%duplicateEvery == duplicateSlot {
		return of.rowOf[slot-1]
	}
	return row
}

func hasSSN(candidate int) bool {
	return candidate < candidatesPerBook && candidate%ssnEvery == ssnRow
}

// approvedLate is true of the first week of some placements.
func approvedLate(placement, week int) bool {
	return week == 0 && placement < lateBefore && placement%lateEvery == lateRow
}
