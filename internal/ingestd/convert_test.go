package ingestd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
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

func TestLargeVersionsAreRolled(t *testing.T) {
	d := newTestIngestd(t)
	d.config.FileBytes = 1 << 20
	var csv bytes.Buffer
	csv.WriteString("id,noise\n")
	for i := range 400_000 {
		fmt.Fprintf(&csv, "%d,%x\n", i, uint64(i)*0x9e3779b97f4a7c15)
	}
	l, src := d.scanned(t, csv.String())
	files, err := l.convertAll(t.Context(), src)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() > 4<<20 {
			t.Errorf("%s: %v, %v", filepath.Base(file), info.Size(), err)
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
