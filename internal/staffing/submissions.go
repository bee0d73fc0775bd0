package staffing

// stage is a step of a submission. Each has its hours of the day, so that steps
// on the same day follow each other too.
type stage int

const (
	submitted stage = iota
	reviewed
	interviewed
	offered
	decided
	stages // how many there are
)

// progress is when a submission reached each stage; zero is never.
type progress [stages]minute

// reach draws a time of the day for a stage.
func (p *progress) reach(d *dice, s stage, on day) {
	hour := [stages]int{8, 10, 13, 15, 16}[s]
	p[s] = on.workdayBefore().at(hour+d.IntN(int(stages-s)/4+1), d.IntN(60))
}

func (c *cursor) submission(r *record, row int) {
	book := c.bookAt(row / c.g.per.submissions)
	s := book.submissions[row%c.g.per.submissions]
	job := book.jobs[s.job%c.g.per.jobs]
	d := c.dice.at(submissionStream, row)

	var steps progress
	outcome, reason := "placed", ""
	if s.placement >= 0 {
		steps = hired(d, job.opened, book.placements[s.placement%c.g.per.placements].start)
	} else {
		of := c.g.market.occupations[job.occupation]
		steps, outcome, reason = passedOver(d, job.opened, c.g.market.practices[of.segment].fillDays)
	}
	r.id(submissionID(), row)
	r.id(jobID(), s.job)
	r.id(candidateID(), s.candidate)
	for _, at := range steps {
		if at == 0 {
			r.null()
		} else {
			r.time(at)
		}
	}
	r.text(outcome)
	r.text(reason)
}

// hired spreads the stages between a job's opening and the day before the start.
func hired(d *dice, opened, start day) progress {
	var p progress
	span := int(start - opened - 1)
	on := opened + day(span*d.between(5, 40)/100)
	for s := submitted; s < stages; s++ {
		p.reach(d, s, on)
		left := int(start-1-on) / int(stages-s)
		on += day(d.between(left/2, left))
	}
	return p
}

// passedOver draws how far a submission came that led to no placement. What
// would be after AsOf has not happened: then it is still active.
func passedOver(d *dice, opened day, fillDays float64) (p progress, outcome, reason string) {
	on := opened + day(d.IntN(int(fillDays*0.8)+2))
	if on > asOf {
		on = opened
	}
	p.reach(d, submitted, on)
	last := submitted + stage([...]int{0, 0, 1, 1, 1, 1, 2, 2, 2, 3}[d.IntN(10)])
	for s := reviewed; s <= last; s++ {
		if on += day(d.between(0, 4)); on > asOf {
			return p, "active", ""
		}
		p.reach(d, s, on)
	}
	if on += day(d.between(1, 6)); on > asOf {
		return p, "active", ""
	}
	p.reach(d, decided, on)
	if last == offered || d.chance(250) {
		return p, "withdrawn", pick(d, []string{"Accepted another offer", "Pay too low", "No longer available", "Commute too long"})
	}
	return p, "rejected", pick(d, []string{"Missing skill", "Missing skill", "Not enough experience", "Schedule conflict",
		"Position filled", "Interview no-show", "Failed screening"})
}
