// Bench measures Lakehouse beside its peers, in the same run on the same
// machine, and prints one Markdown table. Every row holds a peer and a ratio:
// bare DuckDB for ingest and SQL, MinIO and the bare disk for storage, MinIO for
// start and idle memory.
//
// It runs the real binaries from bin/, each daemon a process of its own, on a
// scratch folder and free ports. Repetitions of the two sides alternate, so that
// a busy moment falls on both; what is shown is the median. Run it by
// scripts/bench/run.sh, which builds first.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// limit ends a run that hangs; one that works takes some ten minutes.
const limit = 30 * time.Minute

func main() {
	switch { // a peer that needs a process of its own
	case len(os.Args) == 5 && os.Args[1] == "copy":
		os.Exit(copyMain(os.Args[2], os.Args[3], os.Args[4]))
	case len(os.Args) == 4 && os.Args[1] == "serve":
		os.Exit(serveMain(os.Args[2], os.Args[3]))
	}
	b := &bench{}
	flag.StringVar(&b.bin, "bin", "bin", "`folder` of the binaries")
	flag.StringVar(&b.minio, "minio", ".tools/bin/minio", "the MinIO `binary`; rows that need it are left out without it")
	flag.IntVar(&b.megabytes, "mb", 400, "`size` of the CSV in MB (10^6 bytes)")
	flag.IntVar(&b.runs, "runs", 3, "`repetitions` of what takes seconds")
	flag.IntVar(&b.tinyCount, "tiny", 10_000, "`ingests` of the part tiny")
	flag.StringVar(&b.tpchExtension, "tpch", "", "DuckDB's `extension` tpch; TPC-H is left out without it")
	flag.StringVar(&b.pythonPackages, "python", "", "`folder` of DuckDB's Python package; TPC-H is left out without it")
	only := flag.String("only", strings.Join(parts(), ","), "`parts` to run; tiny, which takes ten minutes by itself, only if it is named")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, limit)
	err := b.run(ctx, strings.Split(*only, ","))
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run: what it was asked, where it works, what it found.
type bench struct {
	bin            string
	minio          string
	tpchExtension  string
	pythonPackages string
	megabytes      int
	runs           int
	tinyCount      int
	scratch        string
	rows           []measure.Row
}

// parts are what a run measures if it is not told what, in this order.
func parts() []string {
	return []string{"ingest", "sql", "results", "tpch", "mixed", "catalog", "storage", "up"}
}

func (b *bench) run(ctx context.Context, wanted []string) (err error) {
	b.bin, err = filepath.Abs(b.bin)
	if err != nil {
		return err
	}
	b.minio, err = filepath.Abs(b.minio)
	if err != nil {
		return err
	}
	b.scratch, err = os.MkdirTemp("", "lakehouse-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	machine := measure.Machine(b.scratch)
	steps := map[string]func(context.Context) error{
		"ingest": b.ingest, "sql": b.sql, "results": b.results, "tpch": b.tpch, "mixed": b.mixed,
		"catalog": b.catalog, "storage": b.storage, "up": b.up, "tiny": b.tiny,
	}
	for _, part := range wanted {
		step, ok := steps[part]
		if !ok {
			return fmt.Errorf("there is no part %q; the parts are %s, tiny", part, strings.Join(parts(), ", "))
		}
		start := time.Now()
		if err := step(ctx); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
		fmt.Fprintf(os.Stderr, "bench: %s took %.0f s\n", part, time.Since(start).Seconds())
	}
	fmt.Println(machine)
	fmt.Println()
	fmt.Print(measure.Table(b.rows))
	return nil
}

// add puts a row into the table.
func (b *bench) add(r measure.Row) { b.rows = append(b.rows, r) }
