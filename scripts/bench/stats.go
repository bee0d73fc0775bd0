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

// alternate measures two sides n times each. The side that goes first changes
// every time, since the second finds warmer caches.
func alternate(n int, ours, peer func(i int) (time.Duration, error)) (a, b []time.Duration, err error) {
	for i := range n {
		sides := []func(int) (time.Duration, error){ours, peer}
		into := []*[]time.Duration{&a, &b}
		if i%2 == 1 {
			slices.Reverse(sides)
			slices.Reverse(into)
		}
		for k, side := range sides {
			d, err := side(i)
			if err != nil {
				return nil, nil, err
			}
			*into[k] = append(*into[k], d)
		}
	}
	return a, b, nil
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
