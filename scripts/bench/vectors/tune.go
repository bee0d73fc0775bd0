package main

// enough is the recall@10 at which libraries are compared.
const enough = .95

// mostEf is where the search for an ef gives up.
const mostEf = 2000

// setting is an ef with the recall that it gives.
type setting struct {
	ef     int
	recall float64
}

// tune gives the smallest ef with enough recall, or the first one that is as good as
// any that was tried. It asks measure for the recall at an ef.
func tune(least int, measure func(ef int) (float64, error)) (setting, error) {
	low, high := setting{ef: least - 1}, setting{}
	best := setting{}
	for ef := least; high.ef == 0; ef *= 2 {
		part, err := measure(ef)
		switch {
		case err != nil:
			return setting{}, err
		case part >= enough:
			high = setting{ef, part}
		case ef > mostEf:
			return best, nil
		default:
			low = setting{ef, part}
			if part > best.recall+.0005 {
				best = low
			}
		}
	}
	for high.ef-low.ef > 1 {
		ef := (low.ef + high.ef) / 2
		part, err := measure(ef)
		switch {
		case err != nil:
			return setting{}, err
		case part >= enough:
			high = setting{ef, part}
		default:
			low = setting{ef, part}
		}
	}
	return high, nil
}
