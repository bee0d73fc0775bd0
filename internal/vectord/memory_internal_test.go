package vectord

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Room that is kept for a batch is nobody else's until it is given back, once, and who finds none
// is told what it would take itself.
func TestRoomIsKept(t *testing.T) {
	batch := []engine.Item{{ID: "a"}, {ID: "b"}}
	each := sizeOf(batch, 100)
	r := &registry{config: Config{MemoryBytes: 2 * each}}
	first, err := r.reserve(batch, 100)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.reserve(batch, 100); err != nil {
		t.Error(err)
	}
	for _, full := range []error{r.room(batch[:1], 100), r.roomFor(1)} {
		if !errors.Is(full, vector.ErrIndexMemory) {
			t.Error(full)
		}
	}
	_, full := r.reserve(batch, 100)
	if p := wire.AsProblem(full); !strings.Contains(p.Detail, fmt.Sprintf("take %d bytes", 2*each)) || !strings.Contains(p.Detail, fmt.Sprintf("about %d more", each)) {
		t.Error(p.Detail)
	}
	first()
	first()
	if r.room(batch, 100) != nil || r.roomFor(each+1) == nil {
		t.Errorf("%d bytes are kept", r.reserved.Load())
	}
}
