package queryd

import (
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// TestTheBoundOfSpillIsTold: package duck's own test reaches it.
func TestTheBoundOfSpillIsTold(t *testing.T) {
	p := engineProblem(&duck.Error{Kind: duck.ErrSpill, Detail: "the statement needs more than 16 bytes of disk", Position: -1, Limit: 16})
	if !p.Is(query.ErrMemory) || !strings.Contains(p.Detail, "[queryd] spill_bytes") || p.Fields["limit"] != int64(16) {
		t.Errorf("%+v", p)
	}
}
