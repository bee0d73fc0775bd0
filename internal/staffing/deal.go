package staffing

// deal gives each row of a book's table an occupation, so that shares are exact
// and the rows of an occupation are found without a search. Rows are shuffled
// into slots, and each occupation owns a run of slots.
type deal struct {
	slotOf []int // by row
	rowOf  []int // by slot
	runs   weights
}

func newDeal(d *dice, m *market, rows int) deal {
	rowOf := d.Perm(rows)
	slotOf := make([]int, rows)
	for slot, row := range rowOf {
		slotOf[row] = slot
	}
	var inSegment [segments]int
	for _, o := range m.occupations {
		inSegment[o.segment] += o.weight
	}
	// The run ends are rounded, not the runs, so that they add up to rows.
	upTo := make([]int, len(m.occupations))
	before, within := 0, 0
	for i, o := range m.occupations {
		share := m.practices[o.segment].share
		within += o.weight
		upTo[i] = rows * (before*inSegment[o.segment] + share*within) / (100 * inSegment[o.segment])
		if within == inSegment[o.segment] {
			before, within = before+share, 0
		}
	}
	return deal{slotOf: slotOf, rowOf: rowOf, runs: weights{upTo}}
}

// occupation is the index of the occupation of a row within its book.
func (t deal) occupation(row int) int { return t.runs.index(t.slotOf[row]) }

// pick draws a row of an occupation.
func (t deal) pick(d *dice, occupation int) int {
	first := 0
	if occupation > 0 {
		first = t.runs.upTo[occupation-1]
	}
	return t.rowOf[first+d.IntN(t.runs.upTo[occupation]-first)]
}

// clientele is the clients of a book that hire mostly in one segment.
type clientele struct {
	rows []int // within the book
	size weights
}

func newClientele(m *market, s segment) clientele {
	var c clientele
	var sizes []int
	for row := range clientsPerBook {
		if m.clientSegment(row) == s {
			c.rows = append(c.rows, row)
			sizes = append(sizes, 100_000/(clientRank(row)+8))
		}
	}
	c.size = newWeights(sizes)
	return c
}

func (c clientele) draw(d *dice) int { return c.rows[c.size.draw(d)] }

// clientSegment spreads the segments over a book's clients by their shares.
func (m *market) clientSegment(row int) segment {
	percentile := row * 37 % 100
	for s := range segments {
		if percentile -= m.practices[s].share; percentile < 0 {
			return s
		}
	}
	return health
}

// clientRank orders a book's clients by size, the greatest first. A client's
// business falls with its rank as in Zipf's law.
func clientRank(row int) int { return row * 91 % clientsPerBook }

// season is when jobs of a segment are opened, as a distribution over the days
// of the data.
type season struct {
	days weights
}

func newSeason(monthWeights [12]int) season {
	daily := make([]int, asOf-firstDay)
	for i := range daily {
		_, month, _ := (firstDay + day(i)).date()
		daily[i] = monthWeights[month-1]
	}
	return season{newWeights(daily)}
}

// day is the day by which the fraction u of all jobs has been opened.
func (s season) day(u float64) day {
	return firstDay + day(s.days.index(int(u*float64(s.days.total()))))
}
