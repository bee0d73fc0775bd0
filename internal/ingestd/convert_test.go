package ingestd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
)

func newTestIngestd(t *testing.T, change ...func(*Config)) *ingestd {
	t.Helper()
	config := Defaults()
	for _, f := range change {
		f(&config)
	}
	dir := t.TempDir()
	spool, err := openSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	env := service.Env{Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()}
	pool, err := newPool(env, config, spool)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return &ingestd{config: config, log: env.Log, spool: spool, pool: pool, metrics: newMetrics(env.Metrics)}
}

// scanned receives a CSV and makes the conversion of it.
func (d *ingestd) scanned(t *testing.T, csv string) (*load, *source) {
	t.Helper()
	ws, err := d.spool.newWorkspace()
	if err != nil {
		t.Fatal(err)
	}
	l := &load{ingestd: d, ws: ws, name: catalog.Name{Namespace: "default", Name: "t"}}
	if l.got, err = receive(t.Context(), ws, &upload{body: strings.NewReader(csv)}, d.config.bounds(), l.pick); err != nil {
		t.Fatal(err)
	}
	src, err := l.decide(t.Context())
	if err != nil {
		t.Fatalf("%.60q: %v", csv, err)
	}
	return l, src
}

func TestConverterAgreesWithTheScanner(t *testing.T) {
	d := newTestIngestd(t)
	for _, csv := range []string{
		"a\n1\n\n3\n",
		"a,b\n1,\n,2\n",
		"a,b\r\n1,\"x\r\ny\"\r\n2,z\r\n",
		"a;b\n1,5;\"q\"\"q\"\n",
		"\ufeffa,b\n1,2\n",
		"a,b\n1,2", // no line end at the end
		"d,e\n31/12/2025,1\n01/02/2026,2\n",
		"a,b\n" + strings.Repeat("1,\"two\nlines\"\n", 20_000),
		"a\rb\rc\r", // lone carriage returns: rewritten
		"a,b\n\n1,2\n\n\n3,4\n",
		"a,b\n1,\"" + strings.Repeat("y", 3<<20) + "\"\n2,z\n",
	} {
		l, src := d.scanned(t, csv)
		files, err := l.convertAll(t.Context(), src)
		if err != nil || len(files) == 0 {
			t.Errorf("%.40q: %d files, %v", csv, len(files), err)
		}
	}
}

func TestALostRowIsNoticed(t *testing.T) {
	d := newTestIngestd(t)
	l, src := d.scanned(t, "a,b\n1,\n2,y\n")
	src.records++
	if _, err := l.convertAll(t.Context(), src); !errors.Is(err, ingest.ErrCountMismatch) {
		t.Errorf("one record more than the file: %v", err)
	}
	src.records--
	src.nulls["b"]++
	if _, err := l.convertAll(t.Context(), src); !errors.Is(err, ingest.ErrCountMismatch) {
		t.Errorf("one NULL more than the file: %v", err)
	}
}

// Files are as large as their bound allows, whatever the text packs to: many small
// ones would be written again by the next compaction.
func TestLargeVersionsAreRolled(t *testing.T) {
	d := newTestIngestd(t)
	d.config.FileBytes = 1 << 20
	for name, noise := range map[string]uint64{"packs to little": 0, "hardly packs": 0x9e3779b97f4a7c15} {
		var csv bytes.Buffer
		csv.WriteString("id,noise\n")
		for i := range 600_000 {
			fmt.Fprintf(&csv, "%d,%016x\n", i, uint64(i)*noise)
		}
		l, src := d.scanned(t, csv.String())
		files, err := l.convertAll(t.Context(), src)
		if err != nil || len(files) < 2 {
			t.Fatalf("%s: %d files, %v", name, len(files), err)
		}
		for i, file := range files {
			info, err := os.Stat(file)
			if err != nil || info.Size() > d.config.FileBytes {
				t.Errorf("%s: %s: %v, %v", name, filepath.Base(file), info.Size(), err)
			}
			if i > 0 && i < len(files)-1 && info.Size() < d.config.FileBytes/3 { // the first is a guess, the last what is left
				t.Errorf("%s: %s has %d bytes", name, filepath.Base(file), info.Size())
			}
		}
	}
}

// Two readers that have nothing in common read the same values.
func TestValuesAreThoseThatDuckDBReads(t *testing.T) {
	d := newTestIngestd(t)
	odd := "s,b,i,d,f,day,at,t,z\n" +
		"\"a \"\"quoted\"\"\r\nline\",true,9223372036854775807,-0.05,1.7976931348623157e308,0001-01-01,1969-12-31T23:59:59.000001,23:59:59.999999,2026-01-31T08:30:00-05:30\n" +
		"\"\",,,,,,,,\n" +
		" é ,false,-9223372036854775808,99999999.9,2.5e-300,9999-12-31,2024-02-29T00:00:00.5,00:00:00,1999-12-31T23:59:59.25Z\n"
	inputs := map[string]string{"odd": odd}
	for _, table := range []string{"candidates", "placements", "timesheets"} {
		var csv bytes.Buffer
		if err := staffing.New(staffing.DefaultSeed).Write(t.Context(), &csv, table, 2000); err != nil {
			t.Fatal(err)
		}
		inputs[table] = csv.String()
	}
	for name, input := range inputs {
		l, src := d.scanned(t, input)
		files, err := l.convertAll(t.Context(), src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		types := make([]string, len(src.columns))
		for i, c := range src.columns {
			duckType, err := duck.TypeOf(c.Type)
			if err != nil {
				t.Fatal(err)
			}
			types[i] = duck.Literal(c.Name) + ": " + duck.Literal(duckType)
		}
		ours := "SELECT * FROM read_parquet(" + literals(files) + ")"
		theirs := fmt.Sprintf("SELECT * FROM read_csv(%s, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, columns={%s})",
			duck.Literal(src.path), strings.Join(types, ", "))
		counts, err := d.pool.Exec(t.Context(), duck.Job{Read: append(files, src.path), SQL: []string{
			fmt.Sprintf("SELECT (SELECT count(*) FROM (%s))::BIGINT, (SELECT count(*) FROM (%s EXCEPT ALL %s))::BIGINT, (SELECT count(*) FROM (%s EXCEPT ALL %s))::BIGINT", ours, ours, theirs, theirs, ours)}})
		if err != nil || string(counts[0][0]) == "0" || string(counts[0][1]) != "0" || string(counts[0][2]) != "0" {
			t.Errorf("%s: rows, those of ours alone, of DuckDB's alone: %s, %v", name, counts, err)
		}
	}
}

// The last row of a key wins in an upsert, and LIMIT shows the head of a file: both by
// the order of the rows, whose files may be several.
func TestRowsKeepTheirOrder(t *testing.T) {
	d := newTestIngestd(t)
	var csv bytes.Buffer
	csv.WriteString("id,noise\n")
	for i := range 600_000 {
		fmt.Fprintf(&csv, "%d,%x\n", i, uint64(i)*0x9e3779b97f4a7c15)
	}
	d.config.FileBytes = 128 << 20
	whole, src := d.scanned(t, csv.String())
	files, err := whole.convertAll(t.Context(), src)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	parquet, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	d.config.FileBytes = 1 << 20
	for _, input := range []string{csv.String(), string(parquet)} {
		l, src := d.scanned(t, input)
		files, err := l.convertAll(t.Context(), src)
		if err != nil || len(files) < 2 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		counts, err := d.pool.Exec(t.Context(), duck.Job{Read: files, SQL: []string{
			"SELECT count(*)::BIGINT, count_if(id != file_row_number + skipped)::BIGINT FROM (SELECT id, file_row_number, first_value(id) OVER (PARTITION BY file_index ORDER BY file_row_number) AS skipped FROM read_parquet(" + literals(files) + "))"}})
		if err != nil || string(counts[0][0]) != "600000" || string(counts[0][1]) != "0" {
			t.Errorf("%.20q: rows and those out of their order: %s, %v", input, counts, err)
		}
		firsts, err := d.pool.Exec(t.Context(), duck.Job{Read: files, SQL: []string{
			"SELECT min(id)::BIGINT FROM read_parquet(" + literals(files) + ") GROUP BY file_index ORDER BY file_index"}})
		if err != nil || !slices.IsSortedFunc(firsts, func(a, b []json.RawMessage) int { return cmp.Or(len(a[0])-len(b[0]), bytes.Compare(a[0], b[0])) }) {
			t.Errorf("%.20q: the files begin with %s, %v", input, firsts, err)
		}
	}
}

func TestASpoolIsEmptiedAtTheStart(t *testing.T) {
	dir := t.TempDir()
	first, err := openSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	ws, err := first.newWorkspace()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ws.path(inputFile), []byte("a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var held *service.HeldError
	if _, err := openSpool(dir); !errors.As(err, &held) {
		t.Fatalf("a second ingestd took the spool of the first: %v", err)
	}
	if _, err := os.Stat(ws.path(inputFile)); err != nil {
		t.Fatalf("a second ingestd emptied the spool of the first: %v", err)
	}
	if err := first.lock.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := openSpool(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(first.dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestUploadOverItsLimitIsRefused(t *testing.T) {
	d := newTestIngestd(t)
	for _, size := range []int{100, 101} {
		ws, err := d.spool.newWorkspace()
		if err != nil {
			t.Fatal(err)
		}
		body := "a\n" + strings.Repeat("1", size-2)
		l := &load{ingestd: d, ws: ws}
		_, err = receive(context.Background(), ws, &upload{body: strings.NewReader(body)}, bounds{bytes: 100, expansion: 500}, l.pick)
		if over := errors.Is(err, ingest.ErrFileTooLarge); over != (size > 100) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
