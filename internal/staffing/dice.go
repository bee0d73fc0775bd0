package staffing

import (
	"math"
	"math/rand/v2"
)

// stream names a sequence of random numbers: one for each table and for each
// other thing that is drawn row by row.
type stream uint64

const (
	clientStream stream = iota + 1
	jobStream
	candidateStream
	personStream
	submissionStream
	placementStream
	timesheetStream
	cellStream
	dealStream
)

// dice draws the random numbers of one row at a time. at makes it forget
// whatever it drew before, so a row's numbers depend on seed, stream and row.
type dice struct {
	*rand.Rand
	source *rand.PCG
	seed   uint64
}

func newDice(seed uint64) *dice {
	source := rand.NewPCG(0, 0)
	return &dice{Rand: rand.New(source), source: source, seed: seed}
}

func (d *dice) at(s stream, row int) *dice {
	d.source.Seed(d.seed, scatter(uint64(s)<<56|uint64(row)))
	return d
}

// scatter is the finalizer of SplitMix64. It keeps neighbouring rows from
// seeding PCG with neighbouring states.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is true in p of 1,000 draws.
func (d *dice) chance(p int) bool { return d.IntN(1000) < p }

// between draws from lo to hi, both included.
func (d *dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// logNormal draws from a log-normal distribution, rounded to a whole number.
func (d *dice) logNormal(median, sigma float64) int {
	return int(math.Round(median * math.Exp(sigma*d.NormFloat64())))
}

// pick draws one of the items, all alike.
func pick[T any](d *dice, items []T) T { return items[d.IntN(len(items))] }

// some draws n different items, or all of them when there are fewer.
func some(d *dice, items []string, n int) []string {
	order := d.Perm(len(items))
	chosen := make([]string, 0, n)
	for _, i := range order[:min(n, len(items))] {
		chosen = append(chosen, items[i])
	}
	return chosen
}

// weights draws indexes in proportion to their weights.
type weights struct {
	upTo []int // cumulative
}

func newWeights(each []int) weights {
	w := weights{upTo: make([]int, len(each))}
	sum := 0
	for i, n := range each {
		sum += n
		w.upTo[i] = sum
	}
	return w
}

func (w weights) total() int { return w.upTo[len(w.upTo)-1] }

func (w weights) draw(d *dice) int { return w.index(d.IntN(w.total())) }

// index is the first whose cumulative weight exceeds n.
func (w weights) index(n int) int {
	lo, hi := 0, len(w.upTo)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if w.upTo[mid] > n {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
