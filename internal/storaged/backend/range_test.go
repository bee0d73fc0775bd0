package backend_test

import (
	"errors"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// FuzzRange: whatever a client writes, the range lies within the object or is
// refused, and is asked for elsewhere as it was understood here.
func FuzzRange(f *testing.F) {
	for _, seed := range []string{"bytes=0-", "bytes=-5", "bytes=1-2", "bytes=-0", "bytes=9223372036854775807-", "bytes=5-3", "bytes=0-1,2-3", "items=0-1", "bytes= 1-2 ", "bytes=+1-2", ""} {
		f.Add(seed, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		r := backend.ParseRange(header)
		offset, length, err := r.Resolve(size)
		switch {
		case err != nil && !errors.Is(err, storage.ErrRange):
			t.Fatalf("%q of %d bytes: %v", header, size, err)
		case err == nil && (offset < 0 || length < 0 || offset+length > size || r != nil && length == 0):
			t.Fatalf("%q of %d bytes: %d from %d", header, size, length, offset)
		}
		if r == nil {
			return
		}
		if again := backend.ParseRange(r.Header()); again == nil || *again != *r {
			t.Fatalf("%q is asked for as %q", header, r.Header())
		}
	})
}
