package staffing

// segment is a line of the staffing business.
type segment int

const (
	industrial segment = iota
	office
	professional
	technical
	health
	segments // how many there are
)

func (s segment) String() string {
	return [...]string{"Industrial", "Office", "Professional", "Engineering/IT/Science", "Health"}[s]
}

// practice is how a segment does business.
type practice struct {
	share        int     // of jobs, candidates and, nearly, placements, in percent
	fillDays     float64 // median days from an opening to the first day of work
	markupLow    int     // the least bill over pay, in thousandths
	markupHigh   int     // the greatest
	overtime     int     // full weeks with overtime, in thousandths, out of season
	monthWeights [12]int // openings by month, January first
	types        weights // temp, temp-to-hire, contract
	phrases      phrases // of its prose
}

func practices() [segments]practice {
	say := segmentPhrases()
	return [segments]practice{
		industrial: {share: 37, fillDays: 7, markupLow: 1250, markupHigh: 1500, overtime: 172, types: newWeights([]int{70, 27, 3}),
			monthWeights: [12]int{80, 80, 90, 90, 95, 95, 95, 100, 115, 165, 190, 150}, phrases: say[industrial]},
		office: {share: 28, fillDays: 14, markupLow: 1300, markupHigh: 1550, overtime: 70, types: newWeights([]int{60, 30, 10}),
			monthWeights: [12]int{110, 105, 105, 100, 100, 95, 95, 100, 100, 100, 95, 90}, phrases: say[office]},
		professional: {share: 13, fillDays: 26, markupLow: 1380, markupHigh: 1650, overtime: 60, types: newWeights([]int{10, 25, 65}),
			monthWeights: [12]int{120, 115, 110, 100, 95, 95, 90, 95, 100, 100, 95, 85}, phrases: say[professional]},
		technical: {share: 13, fillDays: 32, markupLow: 1400, markupHigh: 1700, overtime: 92, types: newWeights([]int{5, 20, 75}),
			monthWeights: [12]int{105, 105, 105, 100, 100, 100, 95, 95, 100, 105, 100, 90}, phrases: say[technical]},
		health: {share: 9, fillDays: 22, markupLow: 1350, markupHigh: 1650, overtime: 185, types: newWeights([]int{40, 10, 50}),
			monthWeights: [12]int{115, 110, 105, 95, 95, 95, 95, 95, 100, 100, 105, 110}, phrases: say[health]},
	}
}

// occupation is a SOC occupation with what people in it can do.
type occupation struct {
	soc, title       string
	segment          segment
	weight           int // within its segment
	payLow, payHigh  cents
	titles, settings []string // job titles; the places where the work is done
	skills, duties   []string // noun phrases; phrases that begin with a verb
	certs, education []string
}

func occupations() []occupation {
	var all []occupation
	for s, of := range [segments][]occupation{industrialOccupations(), officeOccupations(),
		professionalOccupations(), technicalOccupations(), healthOccupations()} {
		for _, o := range of {
			o.segment = segment(s)
			all = append(all, o)
		}
	}
	return all
}

// source is where candidates come from: how often, and how much likelier than
// others they are to be placed.
type source struct {
	name         string
	share, merit int
}

func sources() []source {
	return []source{{"Job board", 34, 6}, {"Referral", 16, 19}, {"Career site", 15, 9}, {"Social media", 11, 5},
		{"Walk-in", 8, 10}, {"Former employee", 6, 24}, {"Job fair", 5, 8}, {"Community partner", 5, 13}}
}

// market is all that rows of every book share.
type market struct {
	practices    [segments]practice
	seasons      [segments]season
	occupations  []occupation
	jobs         deal // of a book's jobs to occupations
	candidates   deal // of a book's candidates to occupations
	clients      [segments]clientele
	industries   [segments][]industry
	cities       []city
	cityWeights  weights
	sources      []source
	sourceShares weights
	given        []string
	family       []string
	stems        [2][]string
}

func newMarket(seed uint64, per perBook) *market {
	m := &market{practices: practices(), occupations: occupations(), cities: cities(), sources: sources(),
		given: givenNames(), family: familyNames()}
	m.stems[0], m.stems[1] = companyWords()
	d := newDice(seed)
	m.jobs = newDeal(d.at(dealStream, 0), m, per.jobs)
	m.candidates = newDeal(d.at(dealStream, 1), m, candidatesPerBook)
	for s := range segments {
		m.seasons[s] = newSeason(m.practices[s].monthWeights)
		m.clients[s] = newClientele(m, s)
	}
	for _, i := range industries() {
		m.industries[i.segment] = append(m.industries[i.segment], i)
	}
	m.cityWeights = newWeights(each(m.cities, func(c city) int { return c.weight }))
	m.sourceShares = newWeights(each(m.sources, func(s source) int { return s.share }))
	return m
}

func each[T any](items []T, weight func(T) int) []int {
	all := make([]int, len(items))
	for i, item := range items {
		all[i] = weight(item)
	}
	return all
}
