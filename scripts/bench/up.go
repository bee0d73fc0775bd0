package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// settle is how long a server is left alone before its idle memory is read.
const settle = 3 * time.Second

// up measures "lakehouse up" from exec to its ready line, and what the process
// and its workers hold when nobody asks anything, beside MinIO.
func (b *bench) up(ctx context.Context) error {
	if _, err := os.Stat(b.minio); err != nil {
		fmt.Fprintf(os.Stderr, "bench: start and idle memory are left out, their peer is missing: %v\n", err)
		return nil
	}
	var ours, theirs memory
	took, err := measure.Alternate(b.runs, func(i int) (time.Duration, error) {
		return b.upOnce(ctx, fmt.Sprintf("up-%d", i), &ours)
	}, func(i int) (time.Duration, error) {
		return b.minioOnce(ctx, fmt.Sprintf("minio-up-%d", i), &theirs)
	})
	if err != nil {
		return err
	}
	b.add(measure.Row{What: "lakehouse up, to ready", Ours: measure.Millis(measure.Median(took[0])), Peer: measure.Millis(measure.Median(took[1])), Who: "minio server", Lower: true})
	b.add(measure.Row{What: "idle memory of the whole fleet, workers included (PSS)", Ours: measure.Mebibytes(int64(measure.Median(ours))),
		Peer: measure.Mebibytes(int64(measure.Median(theirs))), Who: "minio server", Lower: true})
	return nil
}

// memory collects bytes of repeated measurements.
type memory []float64

func (b *bench) upOnce(ctx context.Context, name string, idle *memory) (time.Duration, error) {
	offset, err := processes.FreeOffset()
	if err != nil {
		return 0, err
	}
	read, write := io.Pipe()
	start := time.Now()
	p, err := processes.Start(b.scratch, name, []string{"LAKEHOUSE_FLEET_LOG_LEVEL=warn"}, write, filepath.Join(b.bin, "lakehouse"),
		"up", "--data", filepath.Join(b.scratch, name), "--port-offset", fmt.Sprint(offset))
	if err != nil {
		return 0, err
	}
	defer p.Stop()
	ready := make(chan time.Duration, 1)
	go func() {
		for lines := bufio.NewScanner(read); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "ready ") {
				ready <- time.Since(start)
			}
		}
	}()
	defer write.Close() // ends the reader
	select {
	case took := <-ready:
		return took, idleMemory(ctx, p, idle)
	case <-p.Done:
		text, _ := os.ReadFile(p.Log)
		return 0, fmt.Errorf("lakehouse up ended: %s", text)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (b *bench) minioOnce(ctx context.Context, name string, idle *memory) (time.Duration, error) {
	start := time.Now()
	p, base, err := b.launchMinIO(name)
	if err != nil {
		return 0, err
	}
	defer p.Stop()
	if err := awaitMinIO(ctx, p, base); err != nil {
		return 0, err
	}
	return time.Since(start), idleMemory(ctx, p, idle)
}

// idleMemory reads a process's memory after it was left alone for a while.
func idleMemory(ctx context.Context, p *processes.Process, idle *memory) error {
	select {
	case <-time.After(settle):
		*idle = append(*idle, float64(residents(p.PID())))
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
