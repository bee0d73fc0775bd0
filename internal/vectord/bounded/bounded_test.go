package bounded_test

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bounded"
)

// As many bytes as are asked for are read, and no room is made for those that are not there.
func TestRead(t *testing.T) {
	text := strings.Repeat("0123456789", 300_000)
	for _, n := range []int{0, 1, 1 << 20, 1<<20 + 1, len(text)} {
		from := strings.NewReader(text)
		out, err := bounded.Read(from, n)
		if err != nil || string(out) != text[:n] || from.Len() != len(text)-n || cap(out) > n+n/8+8 {
			t.Errorf("%d bytes: %d in the room of %d, %v", n, len(out), cap(out), err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := bounded.Read(strings.NewReader(text), 1<<40); err != io.ErrUnexpectedEOF {
		t.Errorf("more than there are: %v", err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<26 {
		t.Errorf("%d bytes of room were made", used)
	}
	if _, err := bounded.Read(bytes.NewReader(nil), 3); err != io.EOF {
		t.Errorf("of nothing: %v", err)
	}
}
