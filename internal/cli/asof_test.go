package cli

import (
	"strings"
	"testing"
)

func TestAsOfFlag(t *testing.T) {
	for values, want := range map[string]string{
		"":                              ``,
		"2026-11-01T00:00:00Z":          `"2026-11-01T00:00:00Z"`,
		"rates=3 hr.people=payroll-w44": `{"hr.people":"tag:payroll-w44","rates":3}`,
		"rates=2026-11-01T00:00:00Z":    `{"rates":"2026-11-01T00:00:00Z"}`,
	} {
		if got, err := asOf(strings.Fields(values)); err != nil || string(got) != want {
			t.Errorf("%s: %s %v, want %s", values, got, err, want)
		}
	}
	for _, values := range []string{"yesterday", "rates=", "rates=1 rates=2", "2026-11-01T00:00:00Z rates=1", "rates=1 2026-11-01T00:00:00Z"} {
		if got, err := asOf(strings.Fields(values)); err == nil || !strings.Contains(err.Error(), "--as-of") {
			t.Errorf("%s: %s %v", values, got, err)
		}
	}
}
