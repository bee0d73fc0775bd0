package duck

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

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
		Log:      slog.New(slog.NewTextHandler(testWriter{t}, nil)),
	}
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func newTestPool(t testing.TB, c Config) *Pool {
	t.Helper()
	p, err := NewPool(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// ask runs a statement on a session of its own and gives its rows as JSON,
// one object a row.
func ask(t testing.TB, p *Pool, sql string, r Request) ([]string, error) {
	t.Helper()
	ctx := t.Context()
	s, err := p.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if r.Statement, err = s.Parse(ctx, sql); err != nil {
		return nil, err
	}
	stream, err := s.Run(ctx, r)
	if err != nil {
		return nil, err
	}
	return readRows(stream)
}

func readRows(stream *Stream) ([]string, error) {
	defer stream.Close()
	var rows []string
	for {
		batch, err := stream.Next()
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

func mustAsk(t testing.TB, p *Pool, sql string, r Request) []string {
	t.Helper()
	rows, err := ask(t, p, sql, r)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return rows
}

func TestSelectOne(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	rows := mustAsk(t, p, "select 1 as a, 'x' as b; -- done", Request{})
	if got := strings.Join(rows, ";"); got != `{"a":1,"b":"x"}` {
		t.Errorf("got %s", got)
	}
	t.Logf("sandbox %+v", p.Sandbox())
	for _, sql := range []string{"select nope", "select 1 frm t", "from '/etc/passwd'", "copy t to 'x'"} {
		_, err := ask(t, p, sql, Request{})
		var e *Error
		errors.As(err, &e)
		t.Logf("%s: %+v", sql, e)
	}
	t0 := time.Now()
	_, err := ask(t, p, "select repeat('a', 1000000000) || i from range(1000) t(i)", Request{})
	t.Logf("%v %v", err, time.Since(t0))
	t0 = time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 100e6)
	defer cancel()
	s, _ := p.Acquire(ctx)
	st, err := s.Parse(ctx, "select count(*) from range(1000000000000) t(i) where i%7=1")
	t.Log(err, time.Since(t0))
	_, err = s.Run(ctx, Request{Statement: st})
	t.Log(err, time.Since(t0))
	s.Close()
	if _, err = p.Exec(t.Context(), Job{WriteDir: p.config.ReadDir, SQL: []string{
		"copy (select i as a, i::varchar as b from range(1000) t(i)) to " + Literal(p.config.ReadDir+"/t.parquet") + " (field_ids {a:1,b:2})",
	}}); err != nil {
		t.Fatal(err)
	}
	v := View{Name: "t", Files: []string{p.config.ReadDir + "/t.parquet"}, Columns: []Column{{1, "id", "long"}, {2, "name", "string"}, {3, "more", "int"}}}
	t.Log(mustAsk(t, p, "select * from t order by id desc", Request{Views: []View{v}, Limit: 2}))
	v.Schema = "hr"
	t.Log(mustAsk(t, p, "select sum(id) from hr.t where id > ? and name > ?", Request{Views: []View{v}, Params: []json.RawMessage{[]byte("5"), []byte(`"5"`)}}))
}

func BenchmarkSelectOne(b *testing.B) {
	p := newTestPool(b, testConfig(b))
	for b.Loop() {
		mustAsk(b, p, "select 1", Request{})
	}
}
