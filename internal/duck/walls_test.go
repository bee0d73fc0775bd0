package duck

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/sandbox"
)

// A probe is DuckDB in a process of its own behind one wall alone.
const (
	kernelProbe = "duck-kernel-probe" // sandboxed, the instance open to everything
	lockProbe   = "duck-lock-probe"   // the instance locked, no sandbox
)

// runProbe is the probe's main: setup and statements come as arguments, each
// statement's error goes to standard output.
func runProbe(kind string) {
	var s setup
	var statements []string
	if json.Unmarshal([]byte(os.Args[1]), &s) != nil || json.Unmarshal([]byte(os.Args[2]), &statements) != nil {
		os.Exit(2)
	}
	if kind == kernelProbe {
		if _, err := sandbox.Enter(rulesOf(s)); err != nil {
			panic(err)
		}
	}
	i, err := openUnlocked(s, signed)
	if err == nil && kind == lockProbe {
		err = lockInstance(i, s)
	}
	if err != nil {
		panic(err)
	}
	c, err := connect(i.db)
	if err != nil {
		panic(err)
	}
	answers := make([]string, len(statements))
	for i, sql := range statements {
		if err := c.exec(sql); err != nil {
			answers[i] = err.Error()
		}
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}

// probed runs statements in a probe and gives each one's error, "" for none.
func probed(t *testing.T, kind string, s setup, statements []string) []string {
	t.Helper()
	setup, _ := json.Marshal(s)
	list, _ := json.Marshal(statements)
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{kind, string(setup), string(list)}, Stderr: os.Stderr}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []string
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

// wallSetup makes a data folder with a file, a file outside it, and a link from
// the one to the other.
func wallSetup(t *testing.T) (s setup, data, outside string) {
	t.Helper()
	root := t.TempDir()
	data, outside = filepath.Join(root, "data"), filepath.Join(root, "outside.csv")
	for _, dir := range []string{data, filepath.Join(root, "spill")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{filepath.Join(data, "in.csv"), outside} {
		if err := os.WriteFile(file, []byte("a\n1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(data, "link.csv")); err != nil {
		t.Fatal(err)
	}
	return setup{
		Limits:   Limits{MemoryBytes: 1 << 30, Threads: 2, SpillBytes: 1 << 30},
		ReadDirs: []string{data}, SpillDir: filepath.Join(root, "spill"),
	}, data, outside
}

// escapes are statements that reach outside the data folder.
func escapes(data, outside string) []string {
	return []string{
		"from read_text('/etc/passwd')",
		"from read_csv(" + Literal(outside) + ")",
		"from read_csv(" + Literal(data+"/../outside.csv") + ")",
		"from read_csv(" + Literal(data+"/link.csv") + ")",
		"from read_text('/proc/self/environ')",
		"copy (select 1) to " + Literal(outside+".new"),
		"copy (select 1) to " + Literal(outside),
		"attach " + Literal(outside+".db"),
		"install httpfs",
		"load " + Literal(outside),
		"export database " + Literal(outside+".dir"),
	}
}

func TestTheKernelAloneRefuses(t *testing.T) {
	s, data, outside := wallSetup(t)
	inside := Literal(data + "/in.csv")
	statements := append([]string{"from read_csv(" + inside + ")", "set global memory_limit = '1GB'"}, escapes(data, outside)...)
	// What even the locked instance would do inside its folder.
	statements = append(statements, "copy (select 2) to "+inside, "attach "+Literal(data+"/new.db"))
	for i, answer := range probed(t, kernelProbe, s, statements) {
		if allowed := i < 2; allowed != (answer == "") {
			t.Errorf("%s: %q", statements[i], answer)
		}
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "a\n1\n" {
		t.Errorf("the file outside is %q, %v", text, err)
	}
}

func TestTheLockAloneRefuses(t *testing.T) {
	s, data, outside := wallSetup(t)
	statements := append([]string{"from read_csv(" + Literal(data+"/in.csv") + ")"}, escapes(data, outside)...)
	statements = append(statements, "set threads = 1", "set global memory_limit = '9GB'", "reset enable_external_access",
		"set enable_external_access = true", "set home_directory = '/'", "set allowed_directories = ['/']")
	for i, answer := range probed(t, lockProbe, s, statements) {
		if allowed := i == 0; allowed != (answer == "") {
			t.Errorf("%s: %q", statements[i], answer)
		}
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "a\n1\n" {
		t.Errorf("the file outside is %q, %v", text, err)
	}
}

func TestAWorkerKnowsNoSecret(t *testing.T) {
	t.Setenv("AUTH_TOKEN", "the-secret")
	p := newTestPool(t, testConfig(t))
	environ, err := os.ReadFile("/proc/" + itoa(p.idle[0].cmd.Process.Pid) + "/environ")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(environ), "the-secret") {
		t.Error("a worker inherited the environment")
	}
}
