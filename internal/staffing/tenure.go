package staffing

// Assignments last ten weeks on average: a log-normal number of weeks, cut off
// at AsOf for those that go on.
const (
	medianWeeks = 8.8
	tenureSigma = 0.70
)

// balance lengthens or shortens ended assignments by a week, spread over the
// book, until they have as many weeks as the book has timesheets.
func (b *bookkeeper) balance() {
	missing := b.per.timesheets
	for _, a := range b.placements {
		missing -= a.weeks
	}
	for step := 0; missing != 0; step++ {
		// 1,009 is coprime to the number of placements: it visits each once.
		a := &b.placements[step*1009%b.per.placements]
		switch {
		case a.active:
		case missing > 0 && a.end()+7 < asOf:
			a.weeks++
			missing--
		case missing < 0 && a.weeks > 2:
			a.weeks--
			missing++
		}
	}
}
