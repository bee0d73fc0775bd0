package ingestd

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

const (
	firstSweep = 10 * time.Minute // after the daemon's start
	sweepEvery = time.Hour
	sweepPage  = 1000 // datasets asked for at once
)

// compactor folds small files into few, in the background, one dataset at a time
// and with a worker of its own, so that no load waits for it. What fails is tried
// again when the dataset is next written to, or by the next sweep.
type compactor struct {
	*ingestd
	limits duck.Limits
	wake   chan struct{} // holds one token while there is something to do

	mu    sync.Mutex
	queue []catalog.Name

	working sync.Mutex // held while files are folded, and while an erasure wants none to be
}

// newCompactor makes a compactor that is asleep until run.
func newCompactor(d *ingestd, threads int) *compactor {
	return &compactor{ingestd: d, wake: make(chan struct{}, 1),
		limits: duck.Limits{MemoryBytes: d.config.WorkerMemory, Threads: threads, SpillBytes: d.config.WorkerSpill}}
}

// written has a dataset looked at, soon. It never waits.
func (c *compactor) written(n catalog.Name) {
	if !c.config.Compact {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, queued := range c.queue {
		if queued == n {
			return
		}
	}
	c.queue = append(c.queue, n)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *compactor) next() (n catalog.Name, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		return n, false
	}
	n, c.queue = c.queue[0], c.queue[1:]
	return n, true
}

// waiting is how many datasets are queued.
func (c *compactor) waiting() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(len(c.queue))
}

// run works until ctx ends.
func (c *compactor) run(ctx context.Context) {
	timer := time.NewTimer(firstSweep)
	defer timer.Stop()
	var pool *duck.Pool // made when it is first needed
	defer func() {
		if pool != nil {
			_ = pool.Close()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			c.sweep(ctx)
			timer.Reset(sweepEvery)
		case <-c.wake:
		}
		for n, ok := c.next(); ok && ctx.Err() == nil; n, ok = c.next() {
			m, err := c.catalog.Manifest(ctx, n.String(), 0)
			if err == nil && len(chosen(m.Objects)) > 0 && pool == nil {
				pool, err = c.newPool()
			}
			if err == nil && pool != nil {
				err = c.compact(ctx, pool, n, &m)
			}
			c.note(n, err)
		}
	}
}

func (c *compactor) newPool() (*duck.Pool, error) {
	return duck.NewPool(duck.Config{MaxWorkers: 1, Limits: c.limits, SpillDir: filepath.Join(c.spool.dir, "spill-compact"), Log: c.log})
}

// sweep queues the datasets of the catalog that have files enough to be looked at.
func (c *compactor) sweep(ctx context.Context) {
	for d, err := range c.catalog.EachDataset(ctx, sweepPage) {
		if err != nil {
			c.note(catalog.Name{}, err)
			return
		}
		if d.Files >= foldFiles {
			c.written(catalog.Name{Namespace: d.Namespace, Name: d.Name})
		}
	}
}

// note tells of a failure. That others were faster, or the daemon ends, is none.
func (c *compactor) note(n catalog.Name, err error) {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, duck.ErrClosed), errors.Is(err, catalog.ErrDatasetNotFound):
	case errors.Is(err, catalog.ErrDatasetChanged), errors.Is(err, catalog.ErrSchemaDrift):
		c.metrics.compactions.WithLabelValues("overtaken").Inc()
	default:
		c.metrics.compactions.WithLabelValues("failed").Inc()
		c.log.Warn("small files could not be folded; tried again after the next load", "dataset", n.String(), "error", err)
	}
}

// compact folds files of a dataset until none of its size classes is full.
func (c *compactor) compact(ctx context.Context, pool *duck.Pool, n catalog.Name, m *catalog.Manifest) error {
	for {
		small := chosen(m.Objects)
		if len(small) == 0 {
			return nil
		}
		if err := c.fold(ctx, pool, n, m, small); err != nil {
			return err
		}
		next, err := c.catalog.Manifest(ctx, n.String(), 0)
		if err != nil {
			return err
		}
		*m = next
	}
}

// fold writes the rows of small files into new ones, and registers those for them.
func (c *compactor) fold(ctx context.Context, pool *duck.Pool, n catalog.Name, m *catalog.Manifest, small []catalog.DataObject) error {
	c.working.Lock()
	defer c.working.Unlock()
	ws, err := c.spool.newWorkspace()
	if err != nil {
		return err
	}
	defer func() { _ = ws.remove() }()
	r := rewriter{ingestd: c.ingestd, pool: pool, ws: ws, from: m.Columns, to: m.Columns}
	p, err := r.fetch(ctx, small)
	if err != nil {
		return err
	}
	rows, err := r.rows(p)
	if err != nil {
		return err
	}
	objects, _, err := r.write(ctx, m.DatasetID, rows, p.paths, p.rows, p.bytes)
	if err != nil {
		return err
	}
	leave := c.turns.share(n)
	defer leave()
	_, _, err = c.registerOr(ctx, catalog.Registration{
		Name: n.String(), Mode: catalog.Rewrite, Columns: m.Columns, DatasetID: m.DatasetID, Objects: objects, Removes: refsOf(small),
	}, "", m.Version)
	if err == nil {
		c.metrics.compactions.WithLabelValues("done").Inc()
		c.metrics.folded.Add(float64(len(small)))
	}
	return err
}

// foldFiles is how many files of one size class are folded.
const foldFiles = 8

// sizeClasses are the sizes, in bytes, below which files are of one class, and not of
// the one before. A larger file is never folded.
func sizeClasses() []int64 { return []int64{64 << 10, 512 << 10, 4 << 20, 32 << 20} }

// chosen gives the files to fold: those of the smallest class that is full, and all
// that are smaller. What comes of them is mostly of the next class, so that each row
// is written again about once for each.
func chosen(objects []catalog.DataObject) []catalog.DataObject {
	var below int64
	for _, limit := range sizeClasses() {
		full := 0
		var some []catalog.DataObject
		for _, o := range objects {
			if o.Size < limit && len(some) < maxFetchedFiles {
				some = append(some, o)
			}
			if o.Size >= below && o.Size < limit {
				full++
			}
		}
		if full >= foldFiles {
			return some
		}
		below = limit
	}
	return nil
}
