package staffing

func (c *cursor) placement(r *record, row int) {
	a := c.bookAt(row / c.g.per.placements).placements[row%c.g.per.placements]
	d := c.dice.at(placementStream, row)
	kind := c.g.market.practices[a.segment].types.draw(d)
	r.id(placementID(), row)
	r.id(submissionID(), a.submission)
	r.id(jobID(), a.job)
	r.id(clientID(), a.client)
	r.id(candidateID(), a.candidate)
	r.text([...]string{"temp", "temp_to_hire", "contract"}[kind])
	r.date(a.start)
	if a.active {
		r.null()
	} else {
		r.date(a.end())
	}
	r.amount(a.pay)
	r.amount(a.bill)
	switch {
	case a.active:
		r.null()
	case kind == 1 && d.chance(450):
		r.text("Converted to hire")
	default:
		r.text(pick(d, []string{"Assignment completed", "Assignment completed", "Assignment completed",
			"Assignment completed", "Assignment completed", "Resigned", "Attendance", "Client cut headcount", "Performance"}))
	}
}
