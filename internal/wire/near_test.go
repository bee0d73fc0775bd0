package wire_test

import (
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// One slip of the fingers is found in a short name too, and two letters that changed places are one.
func TestNearestNames(t *testing.T) {
	names := []string{"jobs", "jobs_2024", "people", "placements"}
	for wanted, near := range map[string][]string{
		"jbos": {"jobs"}, "jobss": {"jobs"}, "job": {"jobs", "jobs_2024"}, "peolpe": {"people"}, "plcaemnets": {"placements"}, "boxes": {}, "sboj": {},
	} {
		if got := wire.Nearest(wanted, names); !slices.Equal(got, near) {
			t.Errorf("%s: %v, want %v", wanted, got, near)
		}
	}
}
