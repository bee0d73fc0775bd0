package staffing

import (
	"strconv"
	"strings"
)

// origin is what other rows need to know of a candidate.
type origin struct {
	created day
	source  int
}

// origin draws with the cursor's other dice.
func (c *cursor) origin(row int) origin {
	return c.g.market.origin(c.other.at(candidateStream, row))
}

func (m *market) origin(d *dice) origin {
	created := firstDay - day(d.between(1, 1_300))
	if d.chance(250) {
		created = firstDay + day(d.IntN(int(asOf-firstDay)))
	}
	return origin{created: created.workdayBefore(), source: m.sourceShares.draw(d)}
}

// phoneStep is coprime to 71,200: candidates go through all phone numbers before
// one repeats.
const phoneStep = 30_011

// person is what two records of the same person have in common.
type person struct {
	given, family, phone, zip string
	city                      city
}

func (c *cursor) person(row int) person {
	d := c.other.at(personStream, row)
	p := person{given: pick(d, c.g.market.given), family: pick(d, c.g.market.family), phone: phone(row * phoneStep)}
	p.city, p.zip = c.home(d)
	return p
}

func (c *cursor) candidate(r *record, row int) {
	m := c.g.market
	p := c.person(c.original(row))
	of := m.occupations[m.candidates.occupation(row%candidatesPerBook)]

	d := c.dice.at(candidateStream, row)
	from := m.origin(d)
	years := min(max(d.logNormal(6, 0.7), 1), 32)
	title := pick(d, of.titles)
	skills := some(d, of.skills, d.between(5, 7))
	span := int(of.payHigh - of.payLow)

	r.id(candidateID(), row)
	r.text(p.given)
	r.text(p.family)
	r.text(email(p, row, d))
	r.text(p.phone)
	r.text(p.city.name)
	r.text(p.city.state)
	r.text(p.zip)
	r.text(of.soc)
	r.text(of.title)
	r.text(title)
	r.number(years)
	r.text(strings.Join(skills, "; "))
	r.text(c.summarize(d, of, title, skills, years))
	r.text(c.resume(d, p, of, title, skills, resumeTime{from.created, years}, row))
	r.amount(quarter(int(of.payLow) + span*min(years*4+d.IntN(40), 110)/100))
	r.text(m.sources[from.source].name)
	r.text(pick(d, []string{"US citizen", "US citizen", "US citizen", "US citizen", "US citizen", "US citizen",
		"Permanent resident", "Permanent resident", "Employment authorization", "Visa sponsorship needed"}))
	r.boolean(d.chance(820))
	r.date(from.created)
}

// email is of a domain that is reserved for examples, and no other row's.
func email(p person, row int, d *dice) string {
	name := strings.ReplaceAll(strings.ToLower(p.given+"."+p.family), "'", "")
	return name + "." + strconv.Itoa(row+1) + "@" + pick(d, []string{"example.com", "example.net", "example.org"})
}

// summarize is two or three sentences on what the candidate can do.
func (c *cursor) summarize(d *dice, of occupation, title string, skills []string, years int) string {
	time := strconv.Itoa(years) + " years"
	if years == 1 {
		time = "1 year"
	}
	place := series(some(d, of.settings, 2))
	duty := some(d, of.duties, 2)
	body := pick(d, []string{
		title + " with " + time + " in " + place + ". Strong in " + series(skills[:3]) + ".",
		title + ", " + time + " of experience. Can " + duty[0] + " and " + duty[1] + ". Background in " + place + ".",
		capital(skills[0]) + " and " + skills[1] + " for " + time + " in " + place + "; also trained in " + skills[2] + ".",
		"Has worked as " + title + " for " + time + ", mostly in " + place + ". Known for " + skills[0] + " and " + skills[1] + ".",
		"Experienced " + title + " (" + time + "), ready to " + duty[0] + " from the first day. Skills include " + series(skills[:4]) + ".",
		"Looking for work as " + title + " after " + time + " in " + place + ". Holds " + pick(d, of.certs) + "; good with " + series(skills[1:3]) + ".",
	})
	return body + " " + pick(d, c.g.market.practices[of.segment].phrases.strengths) + "."
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
