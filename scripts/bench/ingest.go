package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
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
	f, err := b.startFleet(ctx, "ingest", processes.Daemons()...)
	if err != nil {
		return err
	}
	defer f.Stop()

	peerPeak := map[string]int64{}
	for _, file := range []csvFile{small, large} {
		var peerMemory []float64
		took, err := measure.Alternate(b.runs, func(i int) (time.Duration, error) {
			return f.load(ctx, file, fmt.Sprintf("t%d_%d", file.megabytes, i), nil)
		}, func(int) (time.Duration, error) {
			took, peak, err := b.bareCopy(ctx, file, nil)
			peerMemory = append(peerMemory, float64(peak))
			return took, err
		})
		if err != nil {
			return err
		}
		peerPeak[file.path] = int64(measure.Median(peerMemory))
		note := ""
		if file == large {
			note = "wanted: 0.95"
		}
		b.add(measure.Row{What: fmt.Sprintf("CSV of %d MB to a registered, checked version", file.megabytes), Ours: measure.Speed(file.bytes, measure.Median(took[0])),
			Peer: measure.Speed(file.bytes, measure.Median(took[1])), Who: "DuckDB COPY to Parquet, unchecked", Note: note})
	}
	if err := b.ingestTyped(ctx, f, large); err != nil {
		return err
	}
	for _, file := range []csvFile{small, large} {
		peak, err := f.peak(ctx, file)
		if err != nil {
			return err
		}
		b.add(measure.Row{What: fmt.Sprintf("peak memory of ingestd and its workers, %d MB", file.megabytes), Ours: measure.Mebibytes(peak),
			Peer: measure.Mebibytes(peerPeak[file.path]), Who: "DuckDB COPY to Parquet", Lower: true})
	}
	return nil
}

// ingestTyped measures the same with every column's type given to both sides, so
// that neither has to find it out.
func (b *bench) ingestTyped(ctx context.Context, f *fleet, file csvFile) error {
	list, err := f.columns(ctx, fmt.Sprintf("t%d_0", file.megabytes))
	if err != nil {
		return err
	}
	took, err := measure.Alternate(b.runs, func(i int) (time.Duration, error) {
		return f.load(ctx, file, fmt.Sprintf("typed%d_%d", file.megabytes, i), list)
	}, func(int) (time.Duration, error) {
		took, _, err := b.bareCopy(ctx, file, list)
		return took, err
	})
	if err != nil {
		return err
	}
	b.add(measure.Row{What: fmt.Sprintf("the same %d MB, every column's type given to both", file.megabytes), Ours: measure.Speed(file.bytes, measure.Median(took[0])),
		Peer: measure.Speed(file.bytes, measure.Median(took[1])), Who: "DuckDB COPY with columns, unchecked"})
	return nil
}

// columns gives the schema that a dataset got.
func (f *fleet) columns(ctx context.Context, name string) ([]catalog.Column, error) {
	client := catalog.Client{Client: f.Gateway()}
	m, err := client.Manifest(ctx, name, 0)
	return m.Columns, err
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

// load ingests a file as a new dataset through the gateway. Columns without a
// given type are found out.
func (f *fleet) load(ctx context.Context, file csvFile, name string, given []catalog.Column) (time.Duration, error) {
	in, err := os.Open(file.path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	client := ingest.Client{Client: f.Gateway()}
	return measure.Timed(func() error {
		answer, created, err := client.CSV(ctx, ingest.Options{Name: name, Mode: "create", Types: types(given)}, in, file.bytes, "")
		if err == nil && (!created || answer.BytesIn != file.bytes || answer.Rejected != 0) {
			err = fmt.Errorf("ingest took %d of %d bytes and rejected %d rows", answer.BytesIn, file.bytes, answer.Rejected)
		}
		return err
	})
}

// peak gives the sum of the peaks of a fresh ingestd and of every worker that it
// started while it ingested one file.
func (f *fleet) peak(ctx context.Context, file csvFile) (int64, error) {
	f.Procs["ingestd"].Stop()
	if err := f.Start(ctx, "ingestd"); err != nil {
		return 0, err
	}
	stop := make(chan struct{})
	peak := watchPeaks(f.Procs["ingestd"].PID(), stop)
	_, err := f.load(ctx, file, fmt.Sprintf("peak_%d", file.megabytes), nil)
	close(stop)
	return <-peak, err
}

// types writes columns as the parameter types of an ingest.
func types(list []catalog.Column) string {
	var s []string
	for _, c := range list {
		s = append(s, c.Name+":"+c.Type)
	}
	return strings.Join(s, ",")
}
