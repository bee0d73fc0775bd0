package staffing

import (
	"strconv"
	"strings"
)

// resumeTime is the years of work that a resume tells of, and its own date.
type resumeTime struct {
	until day
	years int
}

// resume is a candidate's resume as plain text of several lines.
func (c *cursor) resume(d *dice, p person, of occupation, title string, skills []string, worked resumeTime, row int) string {
	var b strings.Builder
	b.WriteString(p.given + " " + p.family + ", " + title + "\n" + p.city.name + ", " + p.city.state + " " + p.zip + "\n")
	if hasSSN(row) {
		b.WriteString("SSN " + fictionalSSN(d) + "\n")
	}
	b.WriteString("\nExperience\n")
	lastYear, _, _ := worked.until.date()
	stints := min(1+worked.years/4, 3)
	for stint := range stints {
		from := lastYear - worked.years*(stint+1)/stints
		to := lastYear - worked.years*stint/stints
		c.stint(d, &b, of, from, to)
	}
	b.WriteString("\nSkills: " + strings.Join(skills, ", ") + "\n")
	b.WriteString("Certifications: " + series(some(d, of.certs, d.between(1, 2))) + "\n")
	b.WriteString("Education: " + pick(d, of.education))
	return b.String()
}

// stint is one employment: the employer, the years, and what was done there.
func (c *cursor) stint(d *dice, b *strings.Builder, of occupation, from, to int) {
	m := c.g.market
	employer := m.company(d.IntN(720), pick(d, pick(d, m.industries[of.segment]).nouns))
	b.WriteString(pick(d, of.titles) + ", " + employer + ", " + strconv.Itoa(from) + "-" + strconv.Itoa(to) + "\n")
	b.WriteString("Setting: " + pick(d, of.settings) + ". Duties:\n")
	for _, duty := range some(d, of.duties, d.between(2, 4)) {
		b.WriteString("- " + duty + "\n")
	}
}

// fictionalSSN looks like a social security number and is none: no number has
// the group 00.
func fictionalSSN(d *dice) string {
	return strconv.Itoa(d.between(900, 999)) + "-00-" + strconv.Itoa(d.between(1000, 9999))
}
