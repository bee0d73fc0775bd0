package staffing

// site is who a client is and where people work for it: what its jobs need to
// know of it.
type site struct {
	name     string
	industry industry
	city     city
	zip      string
}

func (c *cursor) site(d *dice, row int) site {
	m := c.g.market
	at := site{industry: pick(d, m.industries[m.clientSegment(row%clientsPerBook)])}
	at.city, at.zip = c.home(d)
	at.name = m.company(row*77+13, pick(d, at.industry.nouns)) // 77 is coprime to 720
	return at
}

// home draws a city and a ZIP code in it.
func (c *cursor) home(d *dice) (city, string) {
	of := c.g.market.cities[c.g.market.cityWeights.draw(d)]
	return of, of.zip + string(appendTwo(nil, d.between(1, 60)))
}

// company is a name; it repeats when number grows by 720.
func (m *market) company(number int, noun string) string {
	first, second := m.stems[0], m.stems[1]
	stem := number % (len(first) * len(second))
	return first[stem/len(second)] + " " + second[stem%len(second)] + " " + noun
}

func (c *cursor) client(r *record, row int) {
	d := c.dice.at(clientStream, row)
	at := c.site(d, row)
	tier, credit := "C", d.between(1, 8)*5_000
	switch rank := clientRank(row % clientsPerBook); {
	case rank < 20:
		tier, credit = "A", d.between(10, 40)*25_000
	case rank < 80:
		tier, credit = "B", d.between(4, 20)*10_000
	}
	r.id(clientID(), row)
	r.text(at.name)
	r.text(at.industry.name)
	r.text(at.city.name)
	r.text(at.city.state)
	r.text(at.zip)
	r.text(phone(row*7 + 3))
	r.text(pick(d, []string{"Net 15", "Net 30", "Net 30", "Net 30", "Net 45", "Net 60"}))
	r.text(tier)
	r.number(credit)
	r.boolean(d.chance(400))
	r.date((firstDay - day(d.between(30, 4_000))).workdayBefore())
}

// phone is a number of the block that is reserved for fiction, 555-0100 to
// 555-0199, in any area code that can be. It repeats when number grows by
// 71,200.
func phone(number int) string {
	const perDigit = 89 // two-digit endings of an area code, without 11
	area, line := number/100%(8*perDigit), number%100
	ending := area % perDigit
	if ending >= 11 {
		ending++
	}
	b := appendTwo([]byte{byte('2' + area/perDigit)}, ending)
	return string(appendTwo(append(b, "-555-01"...), line))
}
