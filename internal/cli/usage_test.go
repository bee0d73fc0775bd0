package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A wrong call is refused before the gateway is asked, which is not there, in the
// words of this command line.
func TestWrongCallsSayWhatToWrite(t *testing.T) {
	clean(t)
	t.Setenv("LAKEHOUSE_GATEWAY", "http://127.0.0.1:1")
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"ingest"}, []string{"lakehouse ingest FILE"}},
		{[]string{"sql"}, []string{"lakehouse sql 'SELECT"}},
		{[]string{"sql", "select", "1"}, []string{"in quotes"}},
		{[]string{"sql", ""}, []string{"the statement is empty", "lakehouse sql 'SELECT"}},
		{[]string{"sql", " \n"}, []string{"the statement is empty"}},
		{[]string{"sql", "-"}, []string{"standard input holds no statement"}},
		{[]string{"index"}, []string{"lakehouse index create|load|stats|items|show|count|set|delete|erase|restore|drop NAME"}},
		{[]string{"index", "creat", "x"}, []string{"no command \"creat\"", "lakehouse index create"}},
		{[]string{"index", "snapshot", "lst", "x"}, []string{"lakehouse index snapshot list"}},
		{[]string{"index", "qqqqqqqq"}, []string{"no command \"qqqqqqqq\"", "See 'lakehouse index --help'"}},
		{[]string{"index", "help", "load"}, []string{"write: lakehouse help index load"}},
		{[]string{"index", "create", "x", "--dimension", "abc"}, []string{`--dimension takes a whole number, not "abc"`}},
		{[]string{"search", "x", "y", "-k", "1.5"}, []string{`-k takes a whole number, not "1.5"`}},
		{[]string{"search", "x", "y", "--alpha", "half"}, []string{`--alpha takes a number, not "half"`}},
		{[]string{"mcp"}, []string{"say what to do: lakehouse mcp config", "See 'lakehouse mcp --help'"}},
		{[]string{"mcp", "confg"}, []string{`lakehouse mcp has no command "confg"; is 'lakehouse mcp config' meant?`}},
		{[]string{"mcp", "config", "--client", "cursor"}, []string{"--client is desktop or code"}},
		{[]string{"mcp", "config", "--client", "code", "--json"}, []string{"--json goes with --client desktop"}},
		{[]string{"storage"}, []string{"lakehouse storage get|ls|put|rm"}},
		{[]string{"storage", "lst", "x"}, []string{"lakehouse storage ls"}},
		{[]string{"completion", "bsh"}, []string{"lakehouse completion bash"}},
		{[]string{"index", "alias"}, []string{"lakehouse index alias set ALIAS INDEX"}},
		{[]string{"index", "create", "x"}, []string{"--dimension", "--model"}},
		{[]string{"index", "create"}, []string{"index create takes NAME, and 0 arguments are given"}},
		{[]string{"index", "load", "--file", "x"}, []string{"index load takes NAME, and 0 arguments are given"}},
		{[]string{"index", "alias", "set", "a"}, []string{"index alias set takes ALIAS and INDEX, and 1 argument is given"}},
		{[]string{"index", "load", "x"}, []string{"--file", "standard input"}},
		{[]string{"index", "stats", "x", "--recall", "-1"}, []string{"--recall takes how many"}},
		{[]string{"search"}, []string{"lakehouse search INDEX 'TEXT'"}},
		{[]string{"search", "x", ""}, []string{"a text, or --vector '[0.1, 0.2]', or --like ID"}},
		{[]string{"search", "x", "y", "--index", "z"}, []string{"named twice"}},
		{[]string{"search", "   "}, []string{"the text is of spaces alone"}},
		{[]string{"search", "--index", "z"}, []string{"a text, or --vector"}},
		{[]string{"embed"}, []string{"standard input holds no text", "lakehouse embed 'TEXT'"}},
		{[]string{"embed", "x", "--format", "csv"}, []string{"table and json"}},
		{[]string{"search", "x", "night", "shift"}, []string{"in quotes"}},
		{[]string{"search", "x", "--vector", "0.1, 0.2"}, []string{"--vector", "'[0.1, 0.2]'"}},
		{[]string{"search", "x", "--vector", "[1e39]"}, []string{"--vector"}},
		{[]string{"search", "x", "--vector", "[]"}, []string{"--vector"}},
		{[]string{"search", "x", "--vector", "[1]", "--like", "a"}, []string{"--vector and --like", "one of them"}},
		{[]string{"search", "x", "y", "--unlike", "a"}, []string{"--unlike goes with --like"}},
		{[]string{"search", "x", "--vector", "[1]", "--alpha", "0.3"}, []string{"--alpha and --fusion", "TEXT"}},
		{[]string{"search", "x", "--vector", "[1]", "--fusion", "rrf"}, []string{"--alpha and --fusion", "TEXT"}},
		{[]string{"search", "x", "y", "--filter", "city=Austin"}, []string{`{"city": "Austin"}`}},
		{[]string{"search", "x", "y", "--filter", "null"}, []string{"no JSON object"}},
		{[]string{"search", "x", "y", "-k", "0"}, []string{"-k takes"}},
	} {
		code, _, stderr := run(t, c.args...)
		for _, part := range c.says {
			if code != 2 || !strings.Contains(stderr, part) || strings.Contains(stderr, `{"sql"`) || strings.Contains(stderr, "arg(s)") {
				t.Errorf("lakehouse %q: %d %s, want %q", c.args, code, stderr, part)
			}
		}
	}
}

// Two files of one name would replace each other: nothing is sent.
func TestFilesOfOneNameAreRefused(t *testing.T) {
	clean(t)
	t.Setenv("LAKEHOUSE_GATEWAY", "http://127.0.0.1:1")
	other := filepath.Join("other", "week 44.csv")
	if err := os.Mkdir("other", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"a.csv", "week 44.csv", "week-44.csv", other} {
		if err := os.WriteFile(file, []byte("id\n1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"a.csv", "week 44.csv", "week-44.csv"}, 2},
		{[]string{"week-44.csv", "a.csv", other}, 2},
		{[]string{"week-44.csv", other, "--mode", "replace"}, 2},
		{[]string{"week-44.csv", other, "--mode", "create"}, 2},
		{[]string{"week-44.csv", other, "--mode", "append"}, 3}, // sent
		{[]string{"a.csv", other}, 3},
	} {
		code, _, stderr := run(t, append([]string{"ingest"}, c.args...)...)
		told := strings.Contains(stderr, "week-44.csv and ") || strings.Contains(stderr, "week 44.csv and ")
		if code != c.code || (code == 2) != (told && strings.Contains(stderr, "week_44") && strings.Contains(stderr, "--name")) {
			t.Errorf("lakehouse ingest %q: %d %s, want %d", c.args, code, stderr, c.code)
		}
	}
}
