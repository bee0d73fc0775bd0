package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the peer: the driver "duckdb"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
)

// smallMegabytes is the size that the memory at full size is compared with.
const smallMegabytes = 40

// ingest measures a CSV's way to a registered, checked version, through the
// gateway, beside DuckDB's own conversion of the same file in a bare process.
func (b *bench) ingest(ctx context.Context) error {
	large, err := b.timesheets(ctx, b.megabytes)
	if err != nil {
		return err
	}
	small, err := b.timesheets(ctx, smallMegabytes)
	if err != nil {
		return err
	}
	f, err := b.startFleet(ctx, "ingest", daemons()...)
	if err != nil {
		return err
	}
	defer f.stop()

	peerPeak := map[string]int64{}
	for _, file := range []csvFile{small, large} {
		var peerMemory []float64
		took, err := alternate(b.runs, func(i int) (time.Duration, error) {
			return f.load(ctx, file, fmt.Sprintf("t%d_%d", file.megabytes, i))
		}, func(int) (time.Duration, error) {
			took, peak, err := b.bareCopy(ctx, file)
			peerMemory = append(peerMemory, float64(peak))
			return took, err
		})
		if err != nil {
			return err
		}
		peerPeak[file.path] = int64(median(peerMemory))
		note := ""
		if file == large {
			note = "wanted: 0.95"
		}
		b.add(row{what: fmt.Sprintf("CSV of %d MB to a registered, checked version", file.megabytes), ours: speed(file.bytes, median(took[0])),
			peer: speed(file.bytes, median(took[1])), who: "DuckDB COPY to Parquet, unchecked", note: note})
	}
	for _, file := range []csvFile{small, large} {
		peak, err := f.peak(ctx, file)
		if err != nil {
			return err
		}
		b.add(row{what: fmt.Sprintf("peak memory of ingestd and its workers, %d MB", file.megabytes), ours: mebibytes(peak),
			peer: mebibytes(peerPeak[file.path]), who: "DuckDB COPY to Parquet", lower: true})
	}
	return nil
}

// csvFile is a timesheets file in the scratch folder.
type csvFile struct {
	path      string
	bytes     int64
	megabytes int
}

// timesheets writes the sample's timesheets until they are so many megabytes.
func (b *bench) timesheets(ctx context.Context, megabytes int) (csvFile, error) {
	file := csvFile{path: filepath.Join(b.scratch, fmt.Sprintf("timesheets_%d.csv", megabytes)), megabytes: megabytes}
	out, err := os.Create(file.path)
	if err != nil {
		return file, err
	}
	w := &counting{w: bufio.NewWriterSize(out, 1<<20)}
	generator := staffing.New(staffing.DefaultSeed)
	const step = 30_000
	err = generator.Write(ctx, w, "timesheets", step)
	for rows := step; err == nil && w.n < int64(megabytes)*1_000_000; rows += step {
		err = generator.WriteRange(ctx, w, "timesheets", rows, rows+step)
	}
	file.bytes = w.n
	return file, errors.Join(err, w.w.Flush(), out.Close())
}

type counting struct {
	w *bufio.Writer
	n int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// load ingests a file as a new dataset through the gateway.
func (f *fleet) load(ctx context.Context, file csvFile, name string) (time.Duration, error) {
	in, err := os.Open(file.path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	client := ingest.Client{Client: f.gateway()}
	return timed(func() error {
		answer, created, err := client.CSV(ctx, ingest.Options{Name: name, Mode: "create"}, in, file.bytes, "")
		if err == nil && (!created || answer.BytesIn != file.bytes || answer.Rejected != 0) {
			err = fmt.Errorf("ingest took %d of %d bytes and rejected %d rows", answer.BytesIn, file.bytes, answer.Rejected)
		}
		return err
	})
}

// peak gives the sum of the peaks of a fresh ingestd and of every worker that it
// started while it ingested one file.
func (f *fleet) peak(ctx context.Context, file csvFile) (int64, error) {
	f.procs["ingestd"].stop()
	if err := f.start(ctx, "ingestd"); err != nil {
		return 0, err
	}
	stop := make(chan struct{})
	peak := watchPeaks(f.procs["ingestd"].pid(), stop)
	_, err := f.load(ctx, file, fmt.Sprintf("peak_%d", file.megabytes))
	close(stop)
	return <-peak, err
}

// bareCopy lets DuckDB convert the file in a process of its own, with its
// defaults, and gives the statement's time and the process's peak memory.
func (b *bench) bareCopy(ctx context.Context, file csvFile) (time.Duration, int64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	to := filepath.Join(b.scratch, "bare.parquet")
	defer os.Remove(to)
	cmd := exec.CommandContext(ctx, self, "copy", file.path, to)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("bare COPY: %w", err)
	}
	nanos, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		return 0, 0, err
	}
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return time.Duration(nanos), int64(usage.Maxrss) << 10, nil
}

// copyMain is the process of bareCopy: it prints the nanoseconds of the COPY.
func copyMain(from, to string) int {
	err := func() error {
		db, err := openDuck()
		if err != nil {
			return err
		}
		defer db.Close()
		if err := db.Ping(); err != nil {
			return err
		}
		took, err := timed(func() error {
			_, err := db.Exec(fmt.Sprintf("COPY (FROM read_csv(%s)) TO %s (FORMAT parquet, COMPRESSION zstd)", quote(from), quote(to)))
			return err
		})
		if err == nil {
			_, err = io.WriteString(os.Stdout, strconv.FormatInt(took.Nanoseconds(), 10)+"\n")
		}
		return err
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
