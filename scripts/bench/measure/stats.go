package measure

import (
	"slices"
	"time"
)

// Median of an odd or even number of measurements; they are not changed.
func Median[T ~int64 | ~float64](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// Side is one of those that are compared: it does the work for the i-th time and says
// what that took.
type Side[T any] func(i int) (T, error)

// Alternate lets every side work n times, in turn. Who goes first changes every
// time, since whoever goes later finds warmer caches.
func Alternate[T any](n int, sides ...Side[T]) ([][]T, error) {
	took := make([][]T, len(sides))
	for i := range n {
		for k := range sides {
			at := (i + k) % len(sides)
			d, err := sides[at](i)
			if err != nil {
				return nil, err
			}
			took[at] = append(took[at], d)
		}
	}
	return took, nil
}

// Timed gives how long a function took.
func Timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}

// Percentile gives the value that so many percent do not exceed.
func Percentile(list []time.Duration, percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)*percent+99)/100-1]
}
