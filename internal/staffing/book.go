package staffing

// A cell is the jobs, submissions and placements that belong together.
const (
	cellsPerBook       = 1_000 // at the Small scale
	submissionsPerCell = submissionsPerBook / cellsPerBook
	placementsPerCell  = placementsPerBook / cellsPerBook
)

// book is how the rows of one book of business hang together: who is submitted
// where, who is placed, and for how long. Row numbers in it are of the whole
// data set, not of the book.
type book struct {
	number      int
	jobs        []opening
	submissions []candidacy
	placements  []assignment
	sheets      weights // timesheets by placement
}

// opening is a job as other rows see it.
type opening struct {
	occupation      int
	client          int
	opened          day
	payLow, payHigh cents
	markup          int // bill over pay, in thousandths
	filled          int
}

// candidacy is a submission as other rows see it; placement is -1 when it led
// to none.
type candidacy struct {
	job, candidate, placement int
}

// assignment is a placement as other rows see it. It has one timesheet for each
// of its weeks up to AsOf.
type assignment struct {
	submission, job, client, candidate int
	segment                            segment
	start                              day
	weeks                              int
	active                             bool
	pay, bill                          cents
}

// end is the last day of work, a Friday; only an assignment that is not active
// has one.
func (a assignment) end() day { return a.start.weekEnding() + day(7*(a.weeks-1)) - 2 }

func newBook(g *Generator, number int) *book {
	b := &bookkeeper{
		book: &book{
			number:      number,
			jobs:        make([]opening, 0, g.per.jobs),
			submissions: make([]candidacy, 0, g.per.submissions),
			placements:  make([]assignment, 0, g.per.placements),
		},
		market: g.market,
		per:    g.per,
		cursor: newCursor(g),
		freeOn: make([]day, candidatesPerBook),
	}
	for cell := range g.per.cells {
		b.addCell(cell)
	}
	b.balance()
	b.sheets = newWeights(each(b.placements, func(a assignment) int { return a.weeks }))
	return b.book
}

// bookkeeper fills a book, cell by cell.
type bookkeeper struct {
	*book
	market *market
	per    perBook
	cursor *cursor
	freeOn []day // when each candidate of the book can start again
}

func (b *bookkeeper) addCell(cell int) {
	d := b.cursor.dice.at(cellStream, b.number*b.per.cells+cell)
	submitted := d.between(10, submissionsPerCell-10)
	filled := [...]int{0, 0, 1, 1, 1, 2, 2, 2, 3, 3}[d.IntN(10)]
	b.addJob(d, cell, submitted, filled)
	b.addJob(d, cell, submissionsPerCell-submitted, placementsPerCell-filled)
}

func (b *bookkeeper) addJob(d *dice, cell, submitted, filled int) {
	row := len(b.jobs)
	o := b.market.jobs.occupation(row)
	of := b.market.occupations[o]
	u := (float64(cell) + d.Float64()) / float64(b.per.cells)
	opened := b.market.seasons[of.segment].day(u).workdayBefore()
	if filled > 0 && opened > lastStart-3 {
		opened = (lastStart - day(d.between(3, 31))).workdayBefore() // in time to be filled
	}
	practice := b.market.practices[of.segment]
	spread := int(of.payHigh - of.payLow)
	low := int(of.payLow) + spread*d.IntN(60)/100
	job := opening{
		occupation: o,
		client:     b.number*clientsPerBook + b.client(d, of.segment, opened),
		opened:     opened,
		payLow:     quarter(low),
		payHigh:    quarter(low + spread*d.between(15, 40)/100),
		markup:     d.between(practice.markupLow, practice.markupHigh),
		filled:     filled,
	}
	b.jobs = append(b.jobs, job)
	first := len(b.submissions)
	for range submitted {
		b.submissions = append(b.submissions, candidacy{
			job:       b.number*b.per.jobs + row,
			candidate: b.applicant(d, job, b.submissions[first:]),
			placement: -1,
		})
	}
	for range filled {
		b.fill(d, job, first)
	}
}

// quarter rounds to a quarter of a dollar.
func quarter(c int) cents { return cents((c + 12) / 25 * 25) }

// client draws the client of a job. Hands and nurses are hired by their own
// segment's clients; an office, an accountant, a programmer anybody may need.
func (b *bookkeeper) client(d *dice, s segment, opened day) int {
	for {
		of := s
		if s != industrial && s != health && d.chance(300) {
			of = segment(d.IntN(int(segments)))
		}
		row := b.market.clients[of].draw(d)
		if b.number*clientsPerBook+row == churningClient && opened > lastOpening {
			continue
		}
		return row
	}
}

// applicant draws a candidate of the job's occupation who was known before it
// was opened and has not been submitted to it.
func (b *bookkeeper) applicant(d *dice, job opening, already []candidacy) int {
	for {
		row := b.number*candidatesPerBook + b.market.candidates.pick(d, job.occupation)
		if b.cursor.origin(row).created <= job.opened && !submittedIn(already, row) {
			return row
		}
	}
}

func submittedIn(already []candidacy, candidate int) bool {
	for _, s := range already {
		if s.candidate == candidate {
			return true
		}
	}
	return false
}

// fill places one of the candidates submitted to the newest job, whose
// submissions begin at first.
func (b *bookkeeper) fill(d *dice, job opening, first int) {
	of := b.market.occupations[job.occupation]
	practice := b.market.practices[of.segment]
	days := min(max(d.logNormal(practice.fillDays, 0.35), 3), 75)
	if left := int(lastStart - job.opened); days > left {
		days = d.between(3, left) // filled in time for AsOf, so that starts do not pile up on lastStart
	}
	start := (job.opened + day(days)).workdayAfter()
	if job.client == churningClient {
		start = min(start, churnAfter)
	}
	possible := int(lastWeek-start.weekEnding())/7 + 1
	weeks := max(d.logNormal(medianWeeks, tenureSigma), 1)
	steps := int(job.payHigh-job.payLow) / 25
	pay := job.payLow + cents(25*d.IntN(steps+1))

	chosen := first + b.choose(d, b.submissions[first:], start)
	submission := &b.submissions[chosen]
	submission.placement = b.number*b.per.placements + len(b.placements)
	a := assignment{
		submission: b.number*b.per.submissions + chosen,
		job:        submission.job,
		client:     job.client,
		candidate:  submission.candidate,
		segment:    of.segment,
		start:      start,
		weeks:      min(weeks, possible),
		active:     weeks > possible,
		pay:        pay,
		bill:       billFor(pay, b.markup(d, job)),
	}
	b.placements = append(b.placements, a)
	// One week more than the assignment lasts, since balance may lengthen it.
	b.freeOn[a.candidate%candidatesPerBook] = a.end() + 10
	if a.active {
		b.freeOn[a.candidate%candidatesPerBook] = asOf + 1
	}
}

// markup is the job's own, but where the margin leaks.
func (b *bookkeeper) markup(d *dice, job opening) int {
	if job.client == leakingClient {
		return d.between(leakMarkupLow, leakMarkupHigh)
	}
	return job.markup
}

// billFor is never below the markup: it is rounded up to the cent.
func billFor(pay cents, markup int) cents { return (pay*cents(markup) + 999) / 1000 }

// choose draws one of the submissions for a start on a day, by the merit of
// where the candidates came from. Who is at work, placed already, or the second
// record of a duplicated person is passed over.
func (b *bookkeeper) choose(d *dice, from []candidacy, start day) int {
	merits := make([]int, len(from))
	total := 0
	for i, s := range from {
		if s.placement >= 0 || b.freeOn[s.candidate%candidatesPerBook] > start || b.cursor.original(s.candidate) != s.candidate {
			continue
		}
		merits[i] = b.market.sources[b.cursor.origin(s.candidate).source].merit
		total += merits[i]
	}
	if total == 0 {
		panic("staffing: nobody is free to be placed; the market is too small for its demand")
	}
	return newWeights(merits).draw(d)
}
