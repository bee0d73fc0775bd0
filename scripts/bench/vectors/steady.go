package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What comes in steadily, whatever the daemon makes of it.
const (
	steadyDim     = 128
	steadyBatch   = 100
	steadyRate    = 10_000 // items a second
	steadySenders = 8      // that may wait for an answer at once
	steadyEf      = 64
	askEvery      = 25 * time.Millisecond
)

// steady adds 10,000 items a second for so many seconds, each durable before it is
// answered, while searches go on, and then waits until all are in the graph. The peers
// are the bare disk, the daemon itself when nothing comes in, and the engine in process.
func (b *bench) steady(ctx context.Context) error {
	b.dim = steadyDim
	n := steadyRate * b.seconds
	b.maker = newMaker(usual, b.dim, n)
	base, err := b.make("stream.f32", 0, n)
	if err != nil {
		return err
	}
	path, err := b.make("asked.f32", n, n+b.queries)
	if err != nil {
		return err
	}
	for _, f := range formats() {
		if err := b.stream(ctx, f, base, path); err != nil {
			return fmt.Errorf("adds as %s: %w", f.name, err)
		}
	}
	return nil
}

// stream is one run, of one format.
func (b *bench) stream(ctx context.Context, f format, base, path string) error {
	bodies, err := addBodies(f, base)
	if err != nil {
		return err
	}
	list, err := read[float32](base)
	if err != nil {
		return err
	}
	asked, err := read[float32](path)
	if err != nil {
		return err
	}
	d, err := b.startDaemon(ctx, apart(), "stream-"+strings.ToLower(f.name), len(bodies)*steadyBatch)
	if err != nil {
		return err
	}
	defer d.Stop()
	sent := &stream{daemon: d, search: d.to("/search", formats()[1], 1), bodies: bodies, queries: rows(asked, steadyDim), acked: make([]bool, len(bodies))}
	if err := sent.run(ctx, d.to("/add", f, steadySenders)); err != nil {
		return err
	}
	say("%d items were added as %s in %.1f s", len(bodies)*steadyBatch, f.name, sent.took.Seconds())
	waiting, err := d.waiting(ctx)
	if err != nil {
		return err
	}
	drained, err := d.drained(ctx)
	if err != nil {
		return err
	}
	say("the last %d of them were linked in %.1f s", waiting, drained.Seconds())
	quiet, err := sent.askAll(ctx)
	if err != nil {
		return err
	}
	if err := b.showAdds(f, sent, quiet, list); err != nil {
		return err
	}
	return b.showDrain(ctx, f, base, len(bodies)*steadyBatch, waiting, drained)
}

// addBodies are the requests, made before the clock runs.
func addBodies(f format, base string) (bodies [][]byte, err error) {
	list, err := read[float32](base)
	if err != nil {
		return nil, err
	}
	first := 0
	for part := range slices.Chunk(rows(list, steadyDim), steadyBatch) {
		body, err := f.add(first, part)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
		first += steadyBatch
	}
	return bodies, nil
}

// stream is what is sent, and what came of it.
type stream struct {
	daemon  *daemon
	search  *caller
	bodies  [][]byte
	queries [][]float32

	mu    sync.Mutex
	acked []bool // batches that are answered
	whole int    // as many of them, from the first on, as all are
	adds  []time.Duration

	took      time.Duration // until the last was answered
	late      time.Duration // that the last one was sent
	asked     []asked
	processor time.Duration
}

// run sends each batch when it is due, and searches meanwhile.
func (s *stream) run(ctx context.Context, c *caller) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	searching, stop := context.WithCancel(ctx)
	defer stop()
	var searcher, senders sync.WaitGroup
	searcher.Go(func() {
		for searching.Err() == nil {
			one, err := s.ask(ctx, len(s.asked))
			if err != nil {
				cancel(err)
				return
			}
			s.asked = append(s.asked, one)
			until(searching, time.Now().Add(askEvery))
		}
	})
	var next atomic.Int64
	start, before := time.Now(), s.daemon.Processor()
	for range steadySenders {
		senders.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(s.bodies) || ctx.Err() != nil {
					return
				}
				due := start.Add(time.Duration(i) * steadyBatch * time.Second / steadyRate)
				until(ctx, due)
				late := time.Since(due)
				_, took, err := c.post(ctx, s.bodies[i])
				if err != nil {
					cancel(err)
					return
				}
				s.answered(i, took, late)
			}
		})
	}
	senders.Wait()
	s.took, s.processor = time.Since(start), s.daemon.Processor()-before
	stop()
	searcher.Wait()
	return context.Cause(ctx)
}

// until waits for a moment, or for the end of the context.
func until(ctx context.Context, moment time.Time) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(moment)):
	}
}

func (s *stream) answered(i int, took, late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acked[i] = true
	for s.whole < len(s.acked) && s.acked[s.whole] {
		s.whole++
	}
	s.adds = append(s.adds, took)
	if i == len(s.bodies)-1 {
		s.late = late
	}
}

// there is how many items are answered, from the first on.
func (s *stream) there() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.whole * steadyBatch
}
