package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
)

// asMain makes this test's binary the command itself, for tests that need a process.
const asMain = "TEST_AS_LAKEHOUSE"

func TestMain(m *testing.M) {
	duck.Main()
	if os.Getenv(asMain) != "" {
		main()
	}
	os.Setenv("LAKEHOUSE_QUERYD_MAX_CONCURRENT", "2") // one worker is kept warm in each fleet
	os.Exit(m.Run())
}

// lakehouse runs the command line as a user would.
func lakehouse(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&errs)
	code = cli.Execute(ctx, root, args)
	return code, out.String(), errs.String()
}

// runningUp starts "lakehouse up" and gives its gateway's URL; the fleet ends
// with the test, and must end well.
func runningUp(t *testing.T, data string, more ...string) (url string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	lines, out := io.Pipe()
	root := newRoot()
	root.SetOut(out)
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Execute(ctx, root, append([]string{"up", "--data", data, "--port-offset", "auto"}, more...))
		out.Close()
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("up ended with %d", code)
		}
	})
	var seen strings.Builder
	for {
		var word, value string
		if _, err := fmt.Fscanln(lines, &word, &value); err != nil {
			t.Fatalf("up did not become ready: %v\n%s", err, seen.String())
		}
		fmt.Fprintln(&seen, word, value)
		if word == "ready" {
			for _, name := range []string{"storaged", "catalogd", "ingestd", "queryd", "embedd", "vectord", "gateway"} {
				if !strings.Contains(seen.String(), name+" http://") {
					t.Errorf("no ready line for %s:\n%s", name, seen.String())
				}
			}
			return value
		}
	}
}

func TestVerbsOfARunningFleet(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	t.Setenv("LAKEHOUSE_FLEET_AUTH_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_SECRETS_FILE", "")
	url := runningUp(t, "data")
	t.Setenv("LAKEHOUSE_GATEWAY", url)
	write(t, "week 44.csv", "id,zip,hours\nT1,01234,40\nT2,75001,38\n")
	write(t, "bad.csv", "id,hours\nT1\nT2,38\n")
	write(t, "other.csv", "id,place\nT1,Austin\n")
	write(t, ".csv", "id\nT1\n")
	for _, c := range []struct {
		args   []string
		code   int
		stdout string // a part of it
		stderr string
	}{
		{[]string{"ingest", "week 44.csv"}, 0, "week_44: version 1, 2 rows, 3 columns", ""},
		{[]string{"ingest", "week 44.csv"}, 0, "unchanged", ""},
		{[]string{"ingest", "bad.csv"}, 1, "", "line 2"},
		{[]string{"ingest", "bad.csv"}, 1, "", "--on-error quarantine"},
		{[]string{"ingest", "other.csv", "--name", "week_44"}, 1, "", "(here: --schema evolve, or --mode replace --schema replace) [schema_drift]"},
		{[]string{"ingest", "other.csv", "--name", "week_44", "--mode", "append"}, 1, "", "(here: --schema evolve, or --mode replace --schema replace)"},
		{[]string{"ingest", "week 44.csv", "--mode", "create"}, 1, "", "(here: --mode append, or --mode replace)"},
		{[]string{"ingest", "week 44.csv", "--schema", "grow"}, 1, "", "schema=\"grow\" is none of strict, evolve, replace"},
		{[]string{"ingest", "week 44.csv", "--delimiter", "x"}, 1, "", "delimiter=\"x\" is none of"},
		{[]string{"erase", "week_44", "--where", "zip = '75001'"}, 0, "week_44: 1 rows of the current version would go\nnothing was changed; to erase, add --confirm ", ""},
		{[]string{"erase", "week_44", "--where", "zip = '75001'", "--confirm", "yes"}, 1, "week_44: 1 rows of the current version would go\nnothing was changed; to erase, add --confirm ", "[erase_changed]"},
		{[]string{"erase", "week_44", "--where", "sum(hours) > 1"}, 1, "", "[bad_condition]"},
		{[]string{"erase", "week_44"}, 2, "", "--where SQL"},
		{[]string{"ingest", ".csv"}, 1, "", "(here: --name NAME)"},
		{[]string{"ingest", "missing.csv"}, 1, "", "no such file"},
		{[]string{"ingest"}, 2, "", "--help"},
		{[]string{"ingest", "a.csv", "b.csv", "--name", "x"}, 2, "", "--name"},
		{[]string{"sql", "select zip, hours from week_44 order by 1"}, 0, "│ 01234 │    40 │", "2 rows"},
		{[]string{"sql", "select zip from week_44 order by 1", "--format", "csv"}, 0, "zip\r\n01234\r\n75001\r\n", ""},
		{[]string{"sql", "select zip from week_44 order by 1 limit 1", "--json"}, 0, `"rows":[["01234"]]`, ""},
		{[]string{"sql", "select zip from week_44 where hours < ? and zip = ?", "--param", "39.5", "--param", "75001x"}, 0, "", "0 rows"},
		{[]string{"sql", "select typeof(?), typeof(?), typeof(?), ? is null, typeof(?), typeof(?), typeof(?)", "--format", "csv", "--param", "7",
			"--param", "true", "--param", "0.10", "--param", "null", "--param", "01234", "--param", `"75001"`, "--param", "[1]"}, 0,
			"BIGINT,BOOLEAN,\"DECIMAL(2,2)\",true,VARCHAR,VARCHAR,VARCHAR", ""},
		{[]string{"sql", "select ? || '|' || ? || '|' || ? || '|' || ?", "--format", "csv", "--param", "TX, CA", "--param", `"a\"b"`, "--param", "", "--param", " 7"}, 0,
			"\"TX, CA|a\"\"b|| 7\"", ""},
		{[]string{"sql", "select ?", "--param", "\xff"}, 2, "", "UTF-8"},
		{[]string{"sql", "select ?, ?", "--param", "1"}, 1, "", "give each ? its value with --param"},
		{[]string{"sql", "select ?", "--param", "1", "--param", "TX", "--param", "7"}, 1, "", "no ? takes --param \"TX\", \"7\"; leave out"},
		{[]string{"sql", "select 1", "--param", "a", "--param", "b", "--param", "c", "--param", "d", "--param", "e"}, 1, "", "\"c\" and 2 more; leave out"},
		{[]string{"sql", "--help"}, 0, `'"75001"'`, ""},
		{[]string{"sql", "select 1", "--limit", "0"}, 1, "", "limit is 0"},
		{[]string{"sql", "explain analyze select * from week_44"}, 0, "- READ_PARQUET: 2 rows", ""},
		{[]string{"sql", "explain select 1 as a"}, 0, "└───────────────────────────┘\n", ""},
		{[]string{"sql", "selekt 1"}, 1, "", "sql_invalid"},
		{[]string{"sql", "select * from week_45"}, 1, "", "week_44"},
		{[]string{"sql", "select 1", "--format", "xml"}, 2, "", "xml"},
		{[]string{"datasets"}, 0, "│ week_44 │       1 │    2 │", ""},
		{[]string{"ingest", "other.csv", "--name", "hr.other"}, 0, "hr.other: version 1", ""},
		{[]string{"erase", "hr.other", "--where", "id = 'T1'"}, 0, "hr.other: 1 rows of the current version would go\n", ""},
		{[]string{"status"}, 0, "storaged", ""},
		{[]string{"status"}, 0, "│ gateway  │ ok ", ""},
		{[]string{"status", "--json"}, 0, `"status": "ok"`, ""},
		{[]string{"version"}, 0, "lakehouse ", ""},
		{[]string{"fly"}, 2, "", "unknown command"},
		{[]string{"index", "load", "people", "select 1"}, 2, "", "Usage: lakehouse index load NAME --file FILE | --sql SELECT [flags]\nSee 'lakehouse index load --help'.\n"},
		{[]string{"status", "--gateway", "http://127.0.0.1:1"}, 3, "", "lakehouse up"},
	} {
		code, stdout, stderr := lakehouse(t.Context(), c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("lakehouse %q: %d\nstdout %s\nstderr %s\nwant %d, %q, %q", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
}

// A port that there is not is no port that somebody holds.
func TestAPortOffsetOutOfRangeIsToldWithTheRange(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	for _, offset := range []string{"70000", "-1"} {
		code, _, stderr := lakehouse(t.Context(), "up", "--port-offset", offset)
		if code != 2 || !strings.Contains(stderr, "--port-offset "+offset+" puts a port out of range; it has to be from 0 to 62315") {
			t.Errorf("up --port-offset %s: %d %s", offset, code, stderr)
		}
		write(t, "lakehouse.toml", "[fleet]\nport_offset = "+offset+"\n")
		for _, args := range [][]string{{"up"}, {"config", "check"}} {
			code, _, stderr := lakehouse(t.Context(), args...)
			if code != 1 || !strings.Contains(stderr, "port_offset "+offset+" puts a port out of range; it has to be from 0 to 62315") {
				t.Errorf("%v, port_offset %s: %d %s", args, offset, code, stderr)
			}
		}
		if err := os.Remove("lakehouse.toml"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSecondFleetOnAFolderIsRefused(t *testing.T) {
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	data := filepath.Join(t.TempDir(), "data")
	runningUp(t, data)
	code, _, stderr := lakehouse(t.Context(), "up", "--data", data, "--port-offset", "auto")
	if code != 1 || !strings.Contains(stderr, fmt.Sprintf("pid %d", os.Getpid())) || !strings.Contains(stderr, "--data") {
		t.Errorf("%d %s", code, stderr)
	}
}

func TestTokensAtTheGateway(t *testing.T) {
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	t.Setenv("AUTH_TOKEN", "t0ken-w")
	t.Setenv("AUTH_TOKEN_READ", "reader")
	url := runningUp(t, filepath.Join(t.TempDir(), "data"))
	file := filepath.Join(t.TempDir(), "t.csv")
	write(t, file, "a\n1\n")
	for _, c := range []struct {
		token  string
		args   []string
		code   int
		stderr string
	}{
		{"t0ken-w", []string{"ingest", file}, 0, ""},
		{"reader", []string{"sql", "select a from t"}, 0, ""},
		{"reader", []string{"ingest", file}, 4, "read_only_token"},
		{"wrong", []string{"sql", "select 1"}, 4, "unauthorized"},
		{"", []string{"datasets"}, 4, "set AUTH_TOKEN"},
	} {
		t.Setenv("AUTH_TOKEN", c.token)
		code, _, stderr := lakehouse(t.Context(), append(c.args, "--gateway", url)...)
		if code != c.code || !strings.Contains(stderr, c.stderr) || strings.Contains(stderr, "t0ken-w") {
			t.Errorf("token %q, %q: %d %s", c.token, c.args, code, stderr)
		}
	}
}

func TestDemoAnswersItsQuestions(t *testing.T) {
	if code, _, stderr := lakehouse(t.Context(), "demo", "--scale", "huge"); code != 2 || !strings.Contains(stderr, "neither small nor large") {
		t.Errorf("--scale huge: %d %s", code, stderr)
	}
	code, stdout, stderr := lakehouse(t.Context(), "demo", "--exit")
	if code != 0 {
		t.Fatalf("%d %s", code, stderr)
	}
	for _, q := range staffing.Questions() {
		if !strings.Contains(stdout, q.Question) {
			t.Errorf("not answered: %s", q.Question)
		}
	}
	for _, s := range staffing.Searches() {
		_, found, _ := strings.Cut(stdout, strconv.Quote(s.Text))
		if found, _, _ = strings.Cut(found, "\n\n"); !strings.Contains(found, ", of "+s.Occupation+": ") {
			t.Errorf("for %q another occupation than %s is found first:\n%s", s.Text, s.Occupation, found)
		}
	}
	for _, part := range []string{"C-000043", "C-000023", "ready http://"} {
		if !strings.Contains(stdout, part) {
			t.Errorf("the demo does not show %q", part)
		}
	}
}

func TestConfigCheckNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"[storaged]\nmax_object_byte = 1\n":        "max_object_byte",
		"[storage]\n":                              "storage",
		"[fleet]\ndrain_timeout = \"5\"\n":         "drain_timeout",
		"[ingestd]\nmax_concurrent = 0\n":          "max_concurrent",
		"[fleet]\nlog_level = \"loud\"\n":          "loud",
		"[fleet]\nauth_file = \"/no/such/file\"\n": "/no/such/file",
		"[fleet]\nbind = \"0.0.0.0\"\n":            "AUTH_TOKEN",
		"[fleet]\nallowed_ips = [\"x\"]\n":         "allowed_ips",
		"[peers]\nstored = \"http://h:1\"\n":       "stored",
	} {
		file := filepath.Join(dir, "lakehouse.toml")
		write(t, file, text)
		if code, _, stderr := lakehouse(t.Context(), "config", "check", "--config", file); code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %s", text, code, stderr)
		}
	}
}

// What is in force is TOML, as a file could hold it; what is said of it stands
// beside.
func TestConfigCheckSaysWhichFileItRead(t *testing.T) {
	t.Chdir(t.TempDir())
	file := filepath.Join(t.TempDir(), "fleet.toml")
	write(t, file, "[fleet]\nlog_level = \"warn\"\nauth_file = \"\"\nsecrets_file = \"\"\n")
	bad := filepath.Join(t.TempDir(), "bad.toml")
	write(t, bad, "[fleet]\nlog_level = \"loud\"\n")
	check := func(wantCode int, read string, well bool, args ...string) (stdout string) {
		t.Helper()
		code, stdout, stderr := lakehouse(t.Context(), append([]string{"config", "check"}, args...)...)
		if code != wantCode || !strings.Contains(stderr, "configuration: "+read+"\n") || strings.Contains(stderr, "all is well") != well {
			t.Errorf("config check %v: %d %s", args, code, stderr)
		}
		return stdout
	}
	check(0, "defaults", true)
	check(1, bad, false, "--config", bad)
	out := check(0, file, true, "--config", file)
	if !strings.Contains(out, "log_level = 'warn'") {
		t.Errorf("in force is\n%s", out)
	}
	write(t, "lakehouse.toml", out)
	check(0, "lakehouse.toml", true)
}

func TestConfigCheckPrintsWhatIsInForceOfModels(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "lakehouse.toml", "[embedd.models.nomic-embed-text]\nprovider = \"ollama\"\n")
	code, stdout, stderr := lakehouse(t.Context(), "config", "check")
	if code != 0 {
		t.Fatalf("%d %s", code, stderr)
	}
	for _, key := range []string{"url = 'http://127.0.0.1:11434'", "model = 'nomic-embed-text'", "query_prefix = 'search_query: '", "document_prefix = 'search_document: '", "max_batch = 64", "timeout = '1m0s'"} {
		if !strings.Contains(stdout, key) {
			t.Errorf("in force is not %s:\n%s", key, stdout)
		}
	}
	write(t, "lakehouse.toml", stdout)
	if code, again, stderr := lakehouse(t.Context(), "config", "check"); code != 0 || again != stdout {
		t.Errorf("read again: %d %s\n%s", code, stderr, again)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
