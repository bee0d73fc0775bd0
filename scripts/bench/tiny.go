package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

const (
	tinySQL = "SELECT count(*), sum(n), count(DISTINCT id) FROM %s"
	// fewFiles is what a dataset of tiny appends has less of when it is folded.
	fewFiles = 8
	foldPoll = 200 * time.Millisecond
)

// tiny measures many ingests of a few rows, and what a statement over them costs
// before and after their files were folded, beside the same rows of one file.
func (b *bench) tiny(ctx context.Context) error {
	f, err := b.startFleet(ctx, "tiny", processes.Daemons()...)
	if err != nil {
		return err
	}
	defer f.Stop()
	if err := f.reconfigure(ctx, "ingestd", "[ingestd]\ncompact = false\n"); err != nil {
		return err
	}
	if err := b.tinyLoads(ctx, f); err != nil {
		return err
	}
	whole := "id,n\n"
	for i := range b.tinyCount + 1 {
		whole += strings.TrimPrefix(tinyCSV(i), "id,n\n")
	}
	if err := f.append(ctx, "whole", whole); err != nil {
		return err
	}
	if err := b.tinySelect(ctx, f, "not folded"); err != nil {
		return err
	}
	if err := f.reconfigure(ctx, "ingestd", "[ingestd]\ncompact = true\n"); err != nil {
		return err
	}
	if err := f.append(ctx, "tiny", tinyCSV(b.tinyCount)); err != nil { // which has it looked at
		return err
	}
	if err := f.folded(ctx, "tiny"); err != nil {
		return err
	}
	return b.tinySelect(ctx, f, "folded")
}

// tinyCSV is a file of one to ten rows.
func tinyCSV(i int) string {
	text := "id,n\n"
	for row := range 1 + i%10 {
		text += fmt.Sprintf("T%d-%d,%d\n", i, row, i)
	}
	return text
}

func (b *bench) tinyLoads(ctx context.Context, f *fleet) error {
	took, err := measure.Timed(func() error {
		_, err := manyTimes(ctx, appendWriters, b.tinyCount, func(i int) error { return f.append(ctx, "tiny", tinyCSV(i)) })
		return err
	})
	if err != nil {
		return err
	}
	ceiling, err := b.fsyncCeiling(ctx, appendWriters, 4<<10)
	if err != nil {
		return err
	}
	b.add(measure.Row{What: fmt.Sprintf("ingests of 1 to 10 rows, %d writers, %d in all", appendWriters, b.tinyCount),
		Ours: measure.Of(float64(b.tinyCount)/took.Seconds(), "1/s"), Peer: ceiling, Who: "files written, fsynced and renamed by as many writers"})
	return nil
}

// tinySelect adds the row of a statement over the tiny loads beside the same over
// one.
func (b *bench) tinySelect(ctx context.Context, f *fleet, how string) error {
	ask := func(name string) measure.Side[time.Duration] {
		return func(int) (time.Duration, error) {
			return measure.Timed(func() error {
				_, err := f.query().Run(ctx, query.Request{SQL: fmt.Sprintf(tinySQL, name), NoCache: true})
				return err
			})
		}
	}
	took, spent, err := metered(3*b.runs, ask("tiny"), ask("whole"))
	if err != nil {
		return err
	}
	m, err := f.manifest(ctx, "tiny")
	if err != nil {
		return err
	}
	b.add(measure.Row{What: fmt.Sprintf("SELECT over them, %s: %d files", how, len(m.Objects)), Ours: measure.Millis(measure.Median(took[0])), Peer: measure.Millis(measure.Median(took[1])),
		Who: "the same over one load of all rows", Lower: true, Note: spent.String()})
	return nil
}

func (f *fleet) append(ctx context.Context, name, csv string) error {
	c := &ingest.Client{Client: f.Gateway()}
	_, _, err := c.CSV(ctx, ingest.Options{Name: name, Mode: "append"}, strings.NewReader(csv), int64(len(csv)), "")
	return err
}

func (f *fleet) manifest(ctx context.Context, name string) (catalog.Manifest, error) {
	c := &catalog.Client{Client: f.Gateway()}
	return c.Manifest(ctx, name, 0)
}

// folded waits until a dataset's files are few.
func (f *fleet) folded(ctx context.Context, name string) error {
	for {
		m, err := f.manifest(ctx, name)
		if err != nil || len(m.Objects) < fewFiles {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s has %d files: %w", name, len(m.Objects), ctx.Err())
		case <-time.After(foldPoll):
		}
	}
}

// reconfigure starts a daemon again with a section of its own, in place of the one
// that it was given before.
func (f *fleet) reconfigure(ctx context.Context, daemon, section string) error {
	text, err := os.ReadFile(f.Config)
	if err != nil {
		return err
	}
	shared, _, _ := strings.Cut(string(text), "\n[")
	if err := os.WriteFile(f.Config, []byte(strings.TrimSuffix(shared, "\n")+"\n"+section), 0o600); err != nil {
		return err
	}
	f.Procs[daemon].Stop()
	return f.Start(ctx, daemon)
}
