package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheConfigurationOfAClientNamesMCPDAndNoToken(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a folder")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	self := filepath.Join(folder, "lakehouse")
	for _, name := range []string{"lakehouse", "mcpd"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	program, err := beside(link, "mcpd")
	if err != nil || filepath.Base(program) != "mcpd" || !filepath.IsAbs(program) {
		t.Fatal(program, err)
	}
	s := mcpServer{program: program, gateway: "https://lake.example:3110", withToken: true, authFile: "/own/auth.env"}
	var out, notes bytes.Buffer
	if err := s.desktop(&out, &notes); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Servers map[string]struct {
			Command string
			Args    []string
			Env     map[string]string
		} `json:"mcpServers"`
	}
	if err := json.Unmarshal(out.Bytes(), &config); err != nil {
		t.Fatal(err)
	}
	e := config.Servers["lakehouse"]
	if e.Command != program || strings.Join(e.Args, " ") != "--gateway https://lake.example:3110" || e.Env["AUTH_TOKEN"] != fillIn {
		t.Errorf("%s", out.Bytes())
	}
	if !strings.Contains(notes.String(), "/own/auth.env") || !strings.Contains(notes.String(), "claude_desktop_config.json") {
		t.Errorf("%s", notes.Bytes())
	}
	out.Reset()
	if err := s.code(&out, &notes); err != nil {
		t.Fatal(err)
	}
	if want := "claude mcp add --transport stdio --env AUTH_TOKEN=" + fillIn + " lakehouse -- '" + program + "' --gateway https://lake.example:3110\n"; out.String() != want {
		t.Errorf("%s", out.Bytes())
	}
	out.Reset()
	s.withToken = false
	if err := s.desktop(&out, &notes); err != nil || strings.Contains(out.String(), "env") {
		t.Errorf("without a token: %s", out.Bytes())
	}
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	if _, err := beside(link, "mcpd"); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("where it is not: %v", err)
	}
	if got := shellWord("it's"); got != `'it'\''s'` {
		t.Error(got)
	}
}

// The fleet's own configuration says whether it asks for a token, and where that is.
func TestATokenIsAskedForWhereTheFleetHasOne(t *testing.T) {
	t.Chdir(t.TempDir())
	none := func(string) string { return "" }
	read := func(name string) string { return map[string]string{"AUTH_TOKEN_READ": "r"}[name] }
	if err := os.WriteFile("lakehouse.toml", []byte("[fleet]\nauth_file = \"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if file, in := tokenInUse(none); file != "" || in {
		t.Errorf("without a file: %q, %v", file, in)
	}
	if file, in := tokenInUse(read); file != "" || !in {
		t.Errorf("of the environment: %q, %v", file, in)
	}
	for _, file := range []string{"lakehouse.toml", "own.env"} {
		if err := os.WriteFile(file, []byte("[fleet]\nauth_file = \"own.env\"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		want := file == "own.env"
		if path, in := tokenInUse(none); !filepath.IsAbs(path) || filepath.Base(path) != "own.env" || in != want {
			t.Errorf("%q, %v, want %v", path, in, want)
		}
	}
}
