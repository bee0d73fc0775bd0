package main

import (
	"slices"
	"time"
)

// median of an odd or even number of measurements; they are not changed.
func median[T ~int64 | ~float64](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// side is one of those that are compared: it does the work once and says how
// long that took.
type side func(i int) (time.Duration, error)

// alternate lets every side work n times, in turn. Who goes first changes every
// time, since whoever goes later finds warmer caches.
func alternate(n int, sides ...side) ([][]time.Duration, error) {
	took := make([][]time.Duration, len(sides))
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

// timed gives how long a function took.
func timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}

func millis(d time.Duration) value { return value{float64(d.Nanoseconds()) / 1e6, "ms"} }

// speed of so many bytes in that time, in MB/s (10^6 bytes).
func speed(bytes int64, d time.Duration) value {
	return value{float64(bytes) / 1e6 / d.Seconds(), "MB/s"}
}

// mebibytes of memory.
func mebibytes(bytes int64) value { return value{float64(bytes) / (1 << 20), "MiB"} }

// percentile gives the value that so many percent do not exceed.
func percentile(list []time.Duration, percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)*percent+99)/100-1]
}
