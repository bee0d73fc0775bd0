// Package bounded reads bytes of which what is read claims how many they are: no room is made
// for what is not there. What the bytes mean, and whether so many may be, is the caller's.
package bounded

import (
	"io"
	"slices"
)

// atOnce is how much room is made before the bytes for it are there.
const atOnce = 1 << 20

// Read reads so many bytes. Where there are fewer, room is not made for all of them before
// that is known; the error is io.EOF where there is none and io.ErrUnexpectedEOF then, or
// that of reading.
func Read(from io.Reader, n int) (out []byte, err error) {
	for len(out) < n && err == nil {
		begin := len(out)
		out = slices.Grow(out, min(n-begin, atOnce))[:min(n, begin+atOnce)]
		if _, err = io.ReadFull(from, out[begin:]); err == io.EOF && begin > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	if err == nil && n > atOnce && cap(out)-n > n/8 {
		out = slices.Clone(out) // it may be kept for long
	}
	return out, err
}
