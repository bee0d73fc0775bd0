package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	tab     = "\t"
	enter   = "\r"
	ctrlC   = "\x03"
	ctrlD   = "\x04"
	arrowUp = "\x1b[A"
	prompt  = "lakehouse> "
)

// lake starts a fleet with two tables, for tests of the command line against it.
func lake(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	t.Setenv("LAKEHOUSE_FLEET_AUTH_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_SECRETS_FILE", "")
	t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "data"))
	write(t, "week_44.csv", "id,zip,hours,remark\nT1,01234,40,\nT2,75001,38,\"\"\n")
	write(t, "placements.csv", "placement_id,bill_rate\nP1,31.50\n")
	if code, _, stderr := lakehouse(t.Context(), "ingest", "week_44.csv", "placements.csv"); code != 0 {
		t.Fatal(stderr)
	}
}

// What asks a lake shares one, for a fleet takes longer to start than to ask.
func TestAskingALake(t *testing.T) {
	lake(t)
	t.Run("prompt", promptWorks)
	t.Run("statements", statementsOfStandardInput)
	t.Run("shells", shellsComplete)
	t.Run("profile", profileShowsColumns)
	t.Run("indexes", indexesAreFilledAndSearched)
	t.Run("loads", loadsOutlastALostAnswer)
	t.Run("statements into an index", indexesAreLoadedFromStatements)
	t.Run("limits", loadsAreCutToTheLimit)
	t.Run("snapshots", itemsGoAndIndexesComeBack)
}

func promptWorks(t *testing.T) {
	state := t.TempDir()
	environ := []string{"XDG_STATE_HOME=" + state, "PAGER=cat > paged; echo turned"}
	c := openConsole(t, environ, "sql")
	c.expect("2 tables and views")
	c.expect(prompt)

	c.write("select 'a;b' as semi," + enter)
	c.write("zip, remark from week_44 order by id;" + enter)
	if shown := c.expect("2 rows"); !strings.Contains(shown, "│ a;b  │ 01234 │ NULL   │") || !strings.Contains(shown, "│ a;b  │ 75001 │        │") {
		t.Errorf("a statement over two lines, with NULL and an empty string:\n%s", shown)
	}
	c.write("select * from pla" + tab + " where (bill" + tab + " > 1);" + enter)
	c.expect("│ P1           │     31.50 │")
	c.write("sel" + tab + " w.zi" + "p from week_44 w where w.zi" + tab + " = '01234';" + enter)
	c.expect("│ 01234 │")
	c.write(`\form` + tab + " vert" + tab + enter + "select 1 as one;" + enter)
	c.expect("one │ 1")
	c.write(`\x` + enter)
	c.expect("format table")
	c.write("help" + enter)
	c.expect("show these commands")
	c.write("select 'half" + ctrlC)
	c.expect("\n" + prompt)
	c.write("select selekt from week_44;" + enter)
	if shown := c.expect("error:"); !strings.Contains(shown, "  select selekt from week_44\n         ^") {
		t.Errorf("no caret under the name:\n%s", shown)
	}

	c.write("select count(*) from range(100000000000) a, range(1000) b;" + enter)
	waitFor(t, 1)
	c.write(ctrlC)
	c.expect("error: cancelled")
	waitFor(t, 0)
	c.write("select 'still' || 'here';" + enter)
	c.expect("│ stillhere")

	c.write("select i as long_result from range(200) t(i);" + enter)
	c.expect("turned")
	if paged, err := os.ReadFile("paged"); err != nil || !strings.Contains(string(paged), "│         199 │") {
		t.Errorf("the pager got %s (%v)", paged, err)
	}
	c.write(`\pager off` + enter + "select i from range(30) t(i);" + enter)
	c.expect("│ 29 │")

	c.write("\x1b[200~select 1 as one;\rselect 2 as two; select\r3 as three;\x1b[201~" + enter)
	if shown := c.expect("│     3 │"); strings.Count(shown, "1 row,") != 2 {
		t.Errorf("three statements were pasted:\n%s", shown)
	}
	c.write("select 4 as four; select 5 as five;" + enter)
	c.expect("│    5 │")
	c.write(ctrlD)
	if code := c.ends(); code != 0 {
		t.Errorf("Ctrl-D ends with %d", code)
	}

	info, err := os.Stat(filepath.Join(state, "lakehouse", "sql_history"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the history is %v, %v", info, err)
	}
	c = openConsole(t, environ, "sql")
	c.expect(prompt)
	c.write(arrowUp)
	c.expect("four")
	c.write(enter)
	c.expect("│    5 │")
	c.write(`\q` + enter)
	if code := c.ends(); code != 0 {
		t.Errorf("\\q ends with %d", code)
	}

	c = openConsole(t, environ, "sql")
	c.expect(prompt)
	c.write("select count(*) from range(100000000000) a, range(1000) b;" + enter)
	running := waitFor(t, 1)
	c.write(ctrlD)
	client := theLake()
	if err := client.Cancel(t.Context(), running[0].QueryID); err != nil {
		t.Fatal(err)
	}
	if code := c.ends(); code != 0 {
		t.Errorf("Ctrl-D while a statement runs ends with %d after it", code)
	}

	c = openConsole(t, environ, "sql")
	c.expect(prompt)
	if err := c.cmd.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	code := c.ends()
	modes, err := unix.IoctlGetTermios(int(c.keys.Fd()), unix.TCGETS)
	if code != -1 || err != nil || modes.Lflag&unix.ECHO == 0 {
		t.Errorf("SIGTERM ends with %d and leaves %v (%v)", code, modes, err)
	}
}

// waitFor waits until so many statements run, and gives them.
func waitFor(t *testing.T, running int) []query.Running {
	t.Helper()
	client := theLake()
	for {
		list, err := client.Queries(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == running && (running == 0 || list[0].State == query.Active) {
			return list
		}
	}
}

// theLake is a client of it.
func theLake() query.Client {
	return query.Client{Client: wire.Client{Service: "gateway", Base: os.Getenv("LAKEHOUSE_GATEWAY") + "/v1"}}
}
