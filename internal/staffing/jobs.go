package staffing

import "strings"

func (c *cursor) job(r *record, row int) {
	m := c.g.market
	job := c.bookAt(row / c.g.per.jobs).jobs[row%c.g.per.jobs]
	of := m.occupations[job.occupation]
	at := c.site(c.other.at(clientStream, job.client), job.client)

	d := c.dice.at(jobStream, row)
	openings := job.filled + [...]int{0, 0, 0, 0, 0, 0, 0, 1, 1, 2}[d.IntN(10)]
	openings = max(openings, 1)
	title := pick(d, of.titles)
	skills := some(d, of.skills, d.between(4, 6))
	shift := c.shift(d, of)

	r.id(jobID(), row)
	r.id(clientID(), job.client)
	r.text(of.segment.String())
	r.text(of.soc)
	r.text(title)
	r.text(c.describe(d, job, at, title, skills, shift))
	r.text(strings.Join(skills, "; "))
	r.text(at.city.name)
	r.text(at.city.state)
	r.text(at.zip)
	r.text(shift)
	r.boolean(shift == remoteShift)
	r.number(openings)
	r.amount(job.payLow)
	r.amount(job.payHigh)
	r.amount(billFor(job.payHigh, job.markup))
	r.date(job.opened)
	r.text(job.status(openings))
}

// remoteShift is offered by computer occupations only, the SOC major group 15.
const remoteShift = "Remote, core time 10:00-15:00"

func (c *cursor) shift(d *dice, of occupation) string {
	if strings.HasPrefix(of.soc, "15-") && d.chance(350) {
		return remoteShift
	}
	return pick(d, c.g.market.practices[of.segment].phrases.shifts)
}

// status is filled only when every seat is.
func (o opening) status(openings int) string {
	switch {
	case o.filled == openings:
		return "filled"
	case o.opened > asOf-60:
		return "open"
	case o.filled > 0:
		return "closed"
	}
	return "cancelled"
}

// describe is a job's advertisement: five to seven sentences about this
// occupation at this client.
func (c *cursor) describe(d *dice, job opening, at site, title string, skills []string, shift string) string {
	of := c.g.market.occupations[job.occupation]
	duties := some(d, of.duties, d.between(3, 4))
	place := at.city.name + ", " + at.city.state
	opening := pick(d, []string{
		at.name + ", " + at.industry.called + " in " + place + ", is hiring: " + title + ".",
		title + " wanted in " + place + " by " + at.industry.called + ".",
		"Our client " + at.name + " in " + place + " needs help with " + skills[0] + ". Title: " + title + ".",
		"Join " + at.name + " (" + place + ") as " + title + ".",
	})
	work := pick(d, []string{
		"You will " + series(duties) + ".",
		"The work: " + strings.Join(duties, "; ") + ".",
		"In this role you " + series(duties) + ".",
	})
	need := pick(d, []string{
		"We look for " + series(skills) + ".",
		"You bring experience with " + series(skills) + ".",
		"Required: " + series(skills) + ".",
	})
	cert := pick(d, []string{
		"A plus: " + pick(d, of.certs) + ".",
		"Preferred: " + pick(d, of.certs) + ".",
		"Experience from " + pick(d, of.settings) + " transfers well.",
	})
	return strings.Join([]string{opening, work, need, cert, "Hours: " + shift + ".",
		pick(d, c.g.market.practices[of.segment].phrases.demands) + "."}, " ")
}

// series joins items as a sentence does: a, b, and c.
func series(items []string) string {
	last := len(items) - 1
	if last < 2 {
		return strings.Join(items, " and ")
	}
	return strings.Join(items[:last], ", ") + ", and " + items[last]
}
