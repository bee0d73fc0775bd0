package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/doctor"
)

// TestDoctor: the findings come as text and as JSON, and a failed one is the exit code.
func TestDoctor(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_AUTH_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_SECRETS_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_PORT_OFFSET", "7400")
	t.Setenv("LAKEHOUSE_STORAGED_RESERVE_BYTES", "1")
	t.Setenv("LAKEHOUSE_GATEWAY", "http://127.0.0.1:1")
	code, out, errs := lakehouse(t.Context(), "doctor", "--json")
	var found []doctor.Check
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != 0 {
		t.Fatalf("%d %s %s: %v", code, out, errs, err)
	}
	status := map[string]doctor.Status{}
	for _, c := range found {
		status[c.Code] = c.Status
	}
	for code, want := range map[string]doctor.Status{"config": doctor.OK, "sandbox": doctor.OK, "toolchain": doctor.Skip, "fleet": doctor.Skip} {
		if status[code] != want {
			t.Errorf("%s is %q, not %s", code, status[code], want)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	write(t, "lakehouse.toml", "[storaged]\nbukcet = \"x\"\n")
	code, out, errs = lakehouse(t.Context(), "doctor")
	if code != 1 || !strings.Contains(out, "fail  config") || !strings.Contains(out, "bukcet") || !strings.Contains(out, "fix: ") || !strings.Contains(errs, "checks failed") {
		t.Errorf("%d %s %s", code, out, errs)
	}
}
