package backend

import (
	"fmt"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Range is a range of bytes as a client asks for it, before the size of the
// object is known: from First to Last inclusive, to the end where Last is -1,
// the last Last bytes where First is -1.
type Range struct{ First, Last int64 }

// ParseRange reads a Range header of one range. It returns nil, which means the
// whole object, for no header and for all that RFC 9110 lets a server ignore:
// another unit, several ranges, bad syntax.
func ParseRange(header string) *Range {
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, isRange := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !isRange || first == "" && last == "" {
		return nil
	}
	r := Range{First: -1, Last: -1}
	for _, part := range []struct {
		text string
		into *int64
	}{{first, &r.First}, {last, &r.Last}} {
		if part.text == "" {
			continue
		}
		n, err := strconv.ParseUint(part.text, 10, 63)
		if err != nil {
			return nil
		}
		*part.into = int64(n)
	}
	if r.First >= 0 && r.Last >= 0 && r.Last < r.First {
		return nil
	}
	return &r
}

// Resolve gives the bytes of an object of this size that the range selects; a
// nil range selects all. A range outside the object is storage.ErrRange.
func (r *Range) Resolve(size int64) (offset, length int64, err error) {
	switch {
	case r == nil:
		return 0, size, nil
	case r.First < 0 && r.Last > 0 && size > 0:
		length = min(r.Last, size)
		return size - length, length, nil
	case r.First < 0 || r.First >= size:
		return 0, 0, storage.ErrRange.Errorf("the range lies outside the object, which has %d bytes", size).With("size", size)
	case r.Last < 0 || r.Last >= size:
		return r.First, size - r.First, nil
	}
	return r.First, r.Last - r.First + 1, nil
}

// Header writes the range as it is asked for over HTTP.
func (r *Range) Header() string {
	switch {
	case r.First < 0:
		return fmt.Sprintf("bytes=-%d", r.Last)
	case r.Last < 0:
		return fmt.Sprintf("bytes=%d-", r.First)
	}
	return fmt.Sprintf("bytes=%d-%d", r.First, r.Last)
}
