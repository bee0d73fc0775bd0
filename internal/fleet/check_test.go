package fleet_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// A bucket in S3 whose secret is not there is told before the start, by the
// check of the fleet and by that of the daemon alone, with what to write where.
func TestAnS3BucketWithoutItsSecretIsToldBeforehand(t *testing.T) {
	const whole = "endpoint = \"http://127.0.0.1:9\"\naccess_key_id = \"k\"\nsecret_access_key = \"s\"\n"
	for what, c := range map[string]struct{ storaged, secrets, missing string }{
		"no section":          {"backend = \"s3\"\n", "", "[s3.primary]"},
		"half a section":      {"backend = \"s3\"\n", "[s3.primary]\nendpoint = \"http://127.0.0.1:9\"\n", "secret_access_key"},
		"no such name":        {"backend = \"s3\"\nsecret = \"cold\"\n", "[s3.primary]\n" + whole, "[s3.cold]"},
		"of another bucket":   {"[storaged.buckets.archive]\nbackend = \"s3\"\nsecret = \"cold\"\n", "[s3.primary]\n" + whole, "[s3.cold]"},
		"the endpoint no URL": {"backend = \"s3\"\n", "[s3.primary]\n" + strings.Replace(whole, "http://", "", 1), "http://127.0.0.1:9000"},
		"all there":           {"backend = \"s3\"\n", "[s3.primary]\n" + whole, ""},
		"nothing needed":      {"", "", ""},
	} {
		dir := t.TempDir()
		config, secrets := filepath.Join(dir, "lakehouse.toml"), filepath.Join(dir, "secrets.toml")
		text := "[fleet]\nauth_file = \"\"\nsecrets_file = \"" + secrets + "\"\n[storaged]\n" + c.storaged
		for path, text := range map[string]string{config: text, secrets: c.secrets} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		told := map[string]string{"fleet": checkFleet(t, config), "storaged": checkDaemon(t, "storaged", config)}
		for who, says := range told {
			if (says == "") != (c.missing == "") || !strings.Contains(says, c.missing) {
				t.Errorf("%s: the check of %s says %q, want %q", what, who, says, c.missing)
			}
			if strings.Contains(c.missing, "[s3.") && !strings.Contains(says, secrets) {
				t.Errorf("%s: the check of %s does not name the file: %q", what, who, says)
			}
		}
	}
}

// checkFleet gives what the fleet's check says, "" where all is well.
func checkFleet(t *testing.T, config string) string {
	t.Helper()
	c, err := fleet.Load(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := service.LoadSecrets(c.Fleet, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(secrets); err != nil {
		return err.Error()
	}
	return ""
}

// checkDaemon gives what `NAME --check` says on standard error, "" where it
// succeeds.
func checkDaemon(t *testing.T, name, config string) string {
	t.Helper()
	cmd := exec.Command(testbed.Program(name), "-config", config, "-check")
	cmd.Env = append(os.Environ(), envDaemon+"="+name)
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Run(); err != nil {
		return errs.String()
	}
	return ""
}

// Indexes of vectors do not get along with objects that are very small, and every fleet has
// vectord.
func TestObjectsTooSmallForIndexesAreToldBeforehand(t *testing.T) {
	for most, says := range map[int64]string{1000: "max_object_bytes: 1000 is less than 1048576", 1 << 20: ""} {
		c := fleet.Defaults()
		c.Fleet.Data, c.Storaged.MaxObjectBytes = t.TempDir(), most
		got := ""
		if err := c.Check(service.Secrets{}); err != nil {
			got = err.Error()
		}
		if (got == "") != (says == "") || !strings.Contains(got, says) {
			t.Errorf("%d: %q, want %q", most, got, says)
		}
	}
}
