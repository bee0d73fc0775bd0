package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const bucket = "lakehouse-test"

// A lake goes from a folder to S3 and back, is killed on the way, and is everywhere
// the same lake: rows, versions, and the memory of what was loaded.
func TestALakeIsCopiedToS3AndBack(t *testing.T) {
	secret := testbed.StartMinIO(t)
	t.Chdir(t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("LAKEHOUSE_FLEET_LOG_LEVEL", "error")
	t.Setenv("LAKEHOUSE_FLEET_AUTH_FILE", "")
	t.Setenv("LAKEHOUSE_FLEET_SECRETS_FILE", "secrets.toml")
	write(t, "secrets.toml", fmt.Sprintf("[s3.primary]\nendpoint = %q\nbucket = %q\naccess_key_id = %q\nsecret_access_key = %q\nuse_path_style = true\n",
		secret.Endpoint, bucket, secret.AccessKeyID, secret.SecretAccessKey.Reveal()))
	write(t, "local.toml", "[storaged]\nbucket = \""+bucket+"\"\n")
	write(t, "s3.toml", "[storaged]\nbackend = \"s3\"\n")

	var want string
	var busy *writer
	t.Run("local", func(t *testing.T) {
		t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "data", "--config", "local.toml"))
		fill(t)
		want = know(t)
		code, _, stderr := lakehouse(t.Context(), "storage", "copy", "--from", "data", "--to", "s3")
		if code != 1 || !strings.Contains(stderr, "in use by the fleet with pid "+strconv.Itoa(os.Getpid())) {
			t.Errorf("a folder in use: %d %s", code, stderr)
		}
	})
	killedOnTheWay(t, secret)
	for _, copied := range []string{"were there already", ": 0 objects copied"} {
		code, stdout, stderr := lakehouse(t.Context(), "storage", "copy", "--from", "data", "--to", "s3")
		if code != 0 || !strings.Contains(stdout, copied) || !strings.Contains(stdout, "3 datasets, 1 indexes") {
			t.Fatalf("again: %d %s %s", code, stdout, stderr)
		}
	}
	t.Run("s3", func(t *testing.T) {
		t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "cache", "--config", "s3.toml"))
		if got := know(t); got != want {
			t.Errorf("in S3 it is\n%s\nwas\n%s", got, want)
		}
		// A bucket in use can be copied from.
		busy = writeToAnIndex(t)
		before := busy.acknowledged.Load()
		code, stdout, stderr := lakehouse(t.Context(), "storage", "copy", "--from", "s3", "--to", "back")
		busy.least, busy.most = before, busy.stop()
		if code != 0 || !strings.Contains(stdout, "2 indexes") {
			t.Fatalf("back: %d %s %s", code, stdout, stderr)
		}
	})
	t.Run("back", func(t *testing.T) {
		t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "back", "--config", "local.toml"))
		if got := know(t); got != want {
			t.Errorf("back it is\n%s\nwas\n%s", got, want)
		}
		busy.check(t)
		verbsOfObjects(t)
		if code, _, stderr := lakehouse(t.Context(), "ingest", "more.csv", "--name", "hours", "--mode", "append"); code != 0 {
			t.Fatal(stderr)
		}
	})
	code, _, stderr := lakehouse(t.Context(), "storage", "copy", "--from", "back", "--to", "s3")
	if code != 1 || !holdsAll(stderr, []string{"catalog/default/hours.json", "--overwrite"}) {
		t.Errorf("over another state of a dataset: %d %s", code, stderr)
	}
	if code, stdout, stderr := lakehouse(t.Context(), "storage", "copy", "--from", "back", "--to", "s3", "--overwrite", "--verify"); code != 0 {
		t.Errorf("--overwrite: %d %s %s", code, stdout, stderr)
	}
	t.Run("replaced", func(t *testing.T) {
		t.Setenv("LAKEHOUSE_GATEWAY", runningUp(t, "cache", "--config", "s3.toml"))
		busy.check(t)
	})
}

// fill makes datasets with some history.
func fill(t *testing.T) {
	t.Helper()
	write(t, "more.csv", "id,hours\nT99,1\n")
	for week := range 4 {
		file := fmt.Sprintf("week_%d.csv", week)
		write(t, file, fmt.Sprintf("id,hours\nT%d,%d\n", week, 30+week))
		if code, _, stderr := lakehouse(t.Context(), "ingest", file, "--name", "hours", "--mode", "append"); code != 0 {
			t.Fatal(stderr)
		}
	}
	write(t, "rates.csv", "id,rate\nT1,31.50\nT2\n")
	if code, _, stderr := lakehouse(t.Context(), "ingest", "rates.csv", "--on-error", "quarantine"); code != 0 {
		t.Fatal(stderr)
	}
	fillIndex(t)
	write(t, "note.txt", "kept by a user\n")
	if code, _, stderr := lakehouse(t.Context(), "storage", "put", "note.txt", "notes/a note.txt"); code != 0 {
		t.Fatal(stderr)
	}
}

func verbsOfObjects(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{[]string{"ls"}, 0, "  datasets/\n", ""},
		{[]string{"ls", "notes/"}, 0, "          15  ", ""},
		{[]string{"ls", "-r", "not"}, 0, "  notes/a note.txt\n", ""},
		{[]string{"get", "notes/a note.txt", "got.txt"}, 0, "", ""},
		{[]string{"put", "got.txt", "catalog/x"}, 4, "", "[reserved_key]"},
		{[]string{"rm", "notes/b", "notes/a note.txt"}, 1, "", `no object "notes/b"`},
		{[]string{"get", "notes/a note.txt"}, 1, "", "[object_not_found]"},
	} {
		code, stdout, stderr := lakehouse(t.Context(), append([]string{"storage"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("storage %q: %d %s %s", c.args, code, stdout, stderr)
		}
	}
	if text, err := os.ReadFile("got.txt"); err != nil || string(text) != "kept by a user\n" {
		t.Errorf("got.txt is %q, %v", text, err)
	}
}

// know gives all that a user would notice of the lake.
func know(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, args := range [][]string{
		{"sql", "select * from hours order by id", "--format", "csv"},
		{"sql", "select * from rates__quarantine", "--format", "csv"},
		{"datasets", "--json"},
		{"ingest", "week_2.csv", "--name", "hours", "--mode", "append"},
		{"storage", "get", "notes/a note.txt"},
		{"index", "alias", "list", "--json"},
		{"index", "snapshot", "list", "people", "--json"},
		{"search", "staff", "--vector", "[0,0,0,0]", "--exact", "-k", "200", "--json"},
	} {
		code, stdout, stderr := lakehouse(t.Context(), args...)
		if code != 0 {
			t.Fatalf("lakehouse %q: %d %s", args, code, stderr)
		}
		all.WriteString(stdout)
	}
	client := catalog.Client{Client: wire.Client{Service: "gateway", Base: os.Getenv("LAKEHOUSE_GATEWAY") + "/v1"}}
	versions, err := client.Versions(t.Context(), "hours", "", 0)
	if err != nil || len(versions.Versions) != 4 {
		t.Fatalf("%+v, %v", versions, err)
	}
	fmt.Fprintf(&all, "%+v\n", versions.Versions)
	if !holdsAll(all.String(), []string{"T3,33", "unchanged, version 4", "kept by a user"}) {
		t.Fatalf("the lake is\n%s", all.String())
	}
	return all.String()
}

// killedOnTheWay begins a copy and kills it once it has copied something. No dataset
// is there then, for its pointer comes last.
func killedOnTheWay(t *testing.T, secret service.S3) {
	t.Helper()
	store, err := storaged.OpenS3(t.Context(), "primary", secret, bucket, 1, true, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	cmd := exec.Command(testbed.Program("lakehouse"), "storage", "copy", "--from", "data", "--to", "s3", "--parallel", "1")
	cmd.Env = append(os.Environ(), asMain+"=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			t.Fatalf("the copy was not killed: %v %s", err, said.String())
		default:
		}
		if keys(t, store, "datasets/") >= 3 {
			break
		}
	}
	_ = cmd.Process.Kill()
	if err := <-ended; err == nil {
		t.Log("the copy was done before it could be killed")
	} else if n := keys(t, store, "catalog/") + keys(t, store, "vectors/names/"); n > 0 {
		t.Errorf("%d datasets and indexes are named before all is there", n)
	}
}

func keys(t *testing.T, store backend.Store, prefix string) int {
	t.Helper()
	page, err := store.List(context.Background(), backend.Page{Prefix: prefix, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Objects)
}
