package staffing

// quarterHours counts quarters of an hour.
type quarterHours int

const fullWeek quarterHours = 40 * 4

func (q quarterHours) hundredths() cents { return cents(q) * 25 }

func (c *cursor) timesheet(r *record, row int) {
	book := c.bookAt(row / c.g.per.timesheets)
	number, week := book.sheet(row % c.g.per.timesheets)
	a := &book.placements[number]
	ending := a.start.weekEnding() + day(7*week)
	placement := book.number*c.g.per.placements + number

	d := c.dice.at(timesheetStream, row)
	regular, overtime := c.hours(d, a, week, ending)
	turned := (ending - 1).at(d.between(8, 19), d.IntN(60))
	days := [...]int{1, 1, 1, 2, 2, 2, 3, 4}[d.IntN(8)]
	if approvedLate(placement, week) {
		days = d.between(LateDays+1, LateDays+26)
	}
	approved := ending + day(days)

	r.id(timesheetID(), row)
	r.id(placementID(), placement)
	r.date(ending)
	r.amount(regular.hundredths())
	r.amount(overtime.hundredths())
	r.amount(charge(a.pay, regular, overtime))
	r.amount(charge(a.bill, regular, overtime))
	r.time(turned)
	if approved <= asOf {
		r.time(approved.at(d.between(8, 17), d.IntN(60)))
	} else {
		r.null()
	}
	r.boolean(approved <= asOf)
}

// hours draws the hours of a week. Overtime comes on top of a full week only;
// a first week lasts from its first day to Friday.
func (c *cursor) hours(d *dice, a *assignment, week int, ending day) (regular, overtime quarterHours) {
	if first := a.start.weekday(); week == 0 && first > 0 {
		return quarterHours(5-first) * fullWeek / 5, 0
	}
	often := c.g.market.practices[a.segment].overtime
	if _, month, _ := ending.date(); month >= 10 && a.segment == industrial {
		often = often * 3 / 2
	}
	switch luck := d.IntN(1000); {
	case luck < often:
		return fullWeek, quarterHours(d.between(4, 48))
	case luck < often+560:
		return fullWeek, 0
	}
	return quarterHours(d.between(24*4, 40*4-1)), 0
}

// charge is the money for a week at a rate an hour, overtime at one and a half,
// rounded to the cent.
func charge(rate cents, regular, overtime quarterHours) cents {
	return (rate*cents(2*regular+3*overtime) + 4) / 8
}

// sheet is the placement, within the book, and its week, from zero, of a
// timesheet of the book.
func (b *book) sheet(row int) (placement, week int) {
	placement = b.sheets.index(row)
	return placement, row - b.firstSheet(placement)
}

func (b *book) firstSheet(placement int) int {
	if placement == 0 {
		return 0
	}
	return b.sheets.upTo[placement-1]
}
