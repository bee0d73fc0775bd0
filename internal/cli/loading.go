package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A batch that was not answered is sent again after a pause, which grows to the longest,
// for as long as a fleet may take to come back.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
	loadPatience = 2 * time.Minute
)

// loading puts batches of items into an index, one after the other: of an id that comes
// twice the last stays.
type loading struct {
	client *vector.Client
	bar    *Bar
	done   Loaded
	line   int   // the last of what is in
	limit  int64 // bytes of items that a request may have, once one had more
}

// readAhead is a batch, or why there are no more.
type readAhead struct {
	batch
	err error
}

// load sends what r holds, and reads the next batch while one is under way. It returns
// at once when a batch is refused or ctx is done; what reads r then ends with what it is
// waiting for, since a pipe cannot be told.
func (l *loading) load(ctx context.Context, r io.Reader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan readAhead)
	go func() {
		defer close(batches)
		for b, err := range readBatches(r) {
			select {
			case batches <- readAhead{b, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case b, more := <-batches:
			if !more || b.err != nil {
				return b.err
			}
			if err := l.put(ctx, b.batch); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// put puts a batch in: whole, or in parts where that is more than one request may have.
func (l *loading) put(ctx context.Context, b batch) error {
	if l.limit == 0 || int64(len(b.items)) <= l.limit || len(b.lines) == 1 {
		err := l.send(ctx, b)
		if !errors.Is(err, wire.ErrBodyTooLarge) || len(b.lines) == 1 {
			return err
		}
		if limit := limitOf(err); limit > 0 && l.limit == 0 {
			l.limit = limit
			l.bar.Say(fmt.Sprintf("%s: more than one request may have here (%s); sent in parts from here on", b.span(), bytesText(limit)))
		}
	}
	first, second := b.halves()
	if err := l.put(ctx, first); err != nil {
		return err
	}
	return l.put(ctx, second)
}

// limitOf gives how many bytes of items fit into a request, if an error says it.
func limitOf(err error) int64 {
	var p *wire.Problem
	if !errors.As(err, &p) {
		return 0
	}
	number, _ := p.Fields["limit"].(json.Number)
	limit, _ := number.Int64()
	return limit - int64(len(`{"items":[]}`))
}

// send puts one batch in, again and again where it is not known to be in. A batch that
// is in and sent again changes nothing.
func (l *loading) send(ctx context.Context, b batch) error {
	began := time.Now()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		added, err := l.client.AddJSON(ctx, l.done.Index, b.array())
		if err == nil {
			l.count(b, added)
			return nil
		}
		if !unanswered(err) || time.Since(began) > loadPatience {
			return ofLines(b, err)
		}
		if pause == firstPause {
			l.bar.Say(fmt.Sprintf("%s: sent again for want of an answer, for %s at most: %s", b.span(), loadPatience, explain(err)))
		}
		l.done.SentAgain++
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (l *loading) count(b batch, added vector.Added) {
	l.done.Items += len(b.lines)
	l.done.Batches++
	l.done.Truncated += added.Truncated
	l.done.Added, l.done.Updated, l.done.Count = l.done.Added+added.Added, l.done.Updated+added.Updated, added.Count
	l.line = b.lines[len(b.lines)-1]
	l.bar.Add(b.size)
}

// unanswered tells an error that says nothing of the batch: somebody on the way does not
// answer, or not yet.
func unanswered(err error) bool {
	return errors.Is(err, wire.ErrUnavailable) || errors.Is(err, wire.ErrNotReady) || errors.Is(err, wire.ErrPeerTimeout) || errors.Is(err, vector.ErrIndexLoading)
}

// ofLines says of a batch's error which line of the file it is about, or which lines.
func ofLines(b batch, err error) error {
	return reword(err, func(p *wire.Problem) string {
		number, _ := p.Fields["item"].(json.Number)
		if item, err := number.Int64(); err == nil && item >= 0 && item < int64(len(b.lines)) {
			return fmt.Sprintf("line %d: %s", b.lines[item], p.Detail)
		}
		return b.span() + ": " + p.Detail
	})
}

// named says of an error which file it is about.
func named(file string, err error) error {
	var p *wire.Problem
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &p):
		return reword(err, func(p *wire.Problem) string { return file + ": " + p.Detail })
	}
	return fmt.Errorf("%s: %w", file, err)
}
