package duck

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
)

func TestMain(m *testing.M) {
	Main()
	program = "/proc/self/exe" // the worker is what these tests are about, and has the race detector here
	switch os.Args[0] {
	case kernelProbe, lockProbe:
		runProbe(os.Args[0])
	case parentProbe:
		runParent()
	case raceProbe:
		runRace()
	default:
		os.Exit(m.Run())
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// testConfig is a pool's configuration over fresh folders.
func testConfig(t testing.TB) Config {
	t.Helper()
	root := t.TempDir()
	data := filepath.Join(root, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	return Config{
		Workers: 1, MaxWorkers: 2,
		Limits:   Limits{MemoryBytes: 1 << 30, Threads: 2, SpillBytes: 1 << 30},
		ReadDir:  data,
		SpillDir: filepath.Join(root, "spill"),
		Log:      slog.New(slog.DiscardHandler),
	}
}

// newTestPool makes a pool that ends with the test, which fails if the race detector
// found anything in a worker.
func newTestPool(t testing.TB, c Config) *Pool {
	t.Helper()
	said := &heard{}
	c.adjust = said.by(c.adjust)
	p, err := NewPool(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		if report := said.race(); report != "" {
			t.Errorf("in a worker:\n%s", report)
		}
	})
	return p
}

// begun is a statement that runs.
type begun struct {
	*Session
	*Stream
}

func (b begun) close() {
	b.Stream.Close()
	b.Session.Close()
}

// start runs a statement on a session of its own.
func startQuery(ctx context.Context, p *Pool, sql string, r Request) (b begun, err error) {
	if b.Session, err = p.Acquire(ctx); err != nil {
		return b, err
	}
	defer func() {
		if err != nil {
			b.Session.Close()
		}
	}()
	if r.Statement, err = b.Parse(ctx, sql); err != nil {
		return b, err
	}
	for _, v := range r.Views {
		if v.SQL != "" {
			if _, err = b.ParseView(ctx, v.SQL); err != nil {
				return b, err
			}
		}
	}
	b.Stream, err = b.Run(ctx, r)
	return b, err
}

// ask runs a statement and gives its rows, each as a JSON object.
func ask(ctx context.Context, p *Pool, sql string, r Request) ([]string, error) {
	b, err := startQuery(ctx, p, sql, r)
	if err != nil {
		return nil, err
	}
	defer b.close()
	return readRows(b.Stream)
}

// readRows reads a result to its end.
func readRows(s *Stream) ([]string, error) {
	var rows []string
	for {
		batch, err := s.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		structs := array.RecordToStructArray(batch)
		for i := range structs.Len() {
			text, err := json.Marshal(structs.GetOneForMarshal(i))
			if err != nil {
				return rows, err
			}
			rows = append(rows, string(text))
		}
		structs.Release()
	}
}

// answer is ask where nothing may fail, the rows joined by spaces.
func answer(t testing.TB, p *Pool, sql string, r Request) string {
	t.Helper()
	rows, err := ask(t.Context(), p, sql, r)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(rows, " ")
}

// parquet writes a Parquet file into the pool's data folder, with a job.
func parquet(t testing.TB, p *Pool, name, sql, fieldIDs string) string {
	t.Helper()
	path := filepath.Join(p.config.ReadDir, name)
	_, err := p.Exec(t.Context(), Job{WriteDir: p.config.ReadDir, SQL: []string{
		"COPY (" + sql + ") TO " + Literal(path) + " (FORMAT parquet, FIELD_IDS {" + fieldIDs + "})",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func params(texts ...string) []json.RawMessage {
	list := make([]json.RawMessage, len(texts))
	for i, text := range texts {
		list[i] = json.RawMessage(text)
	}
	return list
}
