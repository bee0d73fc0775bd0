package staffing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
)

// WriteParallel writes what Write does, byte for byte, with so many workers. At most
// two blocks of rows for each worker are in memory, of some megabytes each. progress,
// if it is given, is told of rows that are written, in order.
func (g *Generator) WriteParallel(ctx context.Context, w io.Writer, table string, rows, workers int, progress func(rows int)) error {
	if err := g.Write(ctx, w, table, 0); err != nil { // the header
		return err
	}
	if workers < 1 {
		return fmt.Errorf("%d workers for %s: at least 1 is needed", workers, table)
	}
	ctx, stop := context.WithCancel(ctx)
	p := &parallel{g: g, table: table, rows: rows, todo: make(chan *block), order: make(chan *block, workers)}
	var running sync.WaitGroup
	running.Go(func() { p.deal(ctx) })
	for range workers {
		running.Go(func() { p.work(ctx) })
	}
	err := p.collect(ctx, w, progress)
	stop()
	running.Wait()
	return err
}

// parallel is one table on its way: blocks are dealt to the workers and collected
// in order.
type parallel struct {
	g     *Generator
	table string
	rows  int
	todo  chan *block
	order chan *block
}

// block is a range of rows; done holds an error or nil once text is whole.
type block struct {
	from, to int
	text     bytes.Buffer
	done     chan error
}

// blockRows is how many rows a worker makes at once: those of a book, where rows hang
// together in one, for a book is dear to make.
func (p *parallel) blockRows() int {
	switch p.table {
	case "jobs":
		return p.g.per.jobs
	case "submissions":
		return p.g.per.submissions
	case "placements":
		return p.g.per.placements
	case "timesheets":
		return p.g.per.timesheets
	}
	return 2_000
}

func (p *parallel) deal(ctx context.Context) {
	defer close(p.order)
	defer close(p.todo)
	step := p.blockRows()
	for from := 0; from < p.rows; from += step {
		b := &block{from: from, to: min(from+step, p.rows), done: make(chan error, 1)}
		for _, to := range []chan *block{p.order, p.todo} {
			select {
			case to <- b:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (p *parallel) work(ctx context.Context) {
	for b := range p.todo {
		b.done <- p.g.WriteRange(ctx, &b.text, p.table, b.from, b.to)
	}
}

func (p *parallel) collect(ctx context.Context, w io.Writer, progress func(int)) error {
	for b := range p.order {
		select {
		case err := <-b.done:
			if err != nil {
				return err
			}
		case <-ctx.Done(): // it may never have been dealt
			return ctx.Err()
		}
		if _, err := w.Write(b.text.Bytes()); err != nil {
			return fmt.Errorf("write row %d of %s: %w", b.from, p.table, err)
		}
		if progress != nil {
			progress(b.to - b.from)
		}
	}
	return ctx.Err()
}
