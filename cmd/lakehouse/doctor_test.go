package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/doctor"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
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
	t.Setenv("LAKEHOUSE_GATEWAY", "")
	for _, file := range []string{"lakehouse.toml", "missing.toml"} {
		_, out, _ = lakehouse(t.Context(), "doctor", "--config", file)
		if !strings.Contains(out, "config check --config "+file) || strings.Count(out, " "+file+": ") != 1 || strings.Contains(out, file+": "+file) ||
			!strings.Contains(out, "skip  fleet") || !strings.Contains(out, "skip  ports") {
			t.Errorf("%s: %s", file, out)
		}
	}
}

// The doctor asks the configuration's fleet with the configuration's token, and a gateway
// that is named with the environment's alone.
func TestTheDoctorHasTheTokenOfTheFleet(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("AUTH_TOKEN", "")
	t.Setenv("LAKEHOUSE_GATEWAY", "")
	var seen []string
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		wire.WriteProblem(w, r, wire.ErrUnauthorized.Errorf("no"))
	}))
	defer gateway.Close()
	token := strings.Repeat("t0ken", 8)
	write(t, "auth.env", "AUTH_TOKEN="+token+"\n")
	write(t, "lakehouse.toml", "[fleet]\nauth_file = \"auth.env\"\nsecrets_file = \"\"\nport_offset = 7400\n[peers]\ngateway = \""+gateway.URL+"\"\n")
	_, out, _ := lakehouse(t.Context(), "doctor")
	_, named, _ := lakehouse(t.Context(), "doctor", "--gateway", gateway.URL)
	if !slices.Equal(slices.Compact(seen), []string{"Bearer " + token, ""}) || !strings.Contains(out, "warn  fleet") || !strings.Contains(named, "asks for a token") || strings.Contains(out, token) {
		t.Errorf("%q\n%s\n%s", seen, out, named)
	}
}
