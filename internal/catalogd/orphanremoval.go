package catalogd

import (
	"bytes"
	"context"
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const (
	maxOrphans = 50_000 // doomed by one search; the next one takes the rest
	clockKey   = "system/catalogd/clock"
)

// removeOrphans searches for orphans now and then until ctx ends.
func (e *engine) removeOrphans(ctx context.Context) {
	if every := e.config.OrphanEvery.Std(); every > 0 {
		recur(ctx, e.config.OrphanFirst.Std(), every, func(time.Time) { e.removeOrphansOnce(ctx) })
	}
}

// removeOrphansOnce searches for orphans that are older than the grace.
func (e *engine) removeOrphansOnce(ctx context.Context) {
	var s *orphanSearch
	own := time.Now()
	now, err := e.store.now(ctx)
	if err == nil {
		if now.After(own) {
			now = own // of two clocks the one that spares more
		}
		s, err = e.searchOrphans(ctx, now.Add(-e.config.OrphanGrace.Std()), maxOrphans)
	}
	if ctx.Err() != nil {
		return
	}
	e.metrics.searched(err)
	if err != nil {
		e.log.Warn("orphans were looked for and not all could be read; none is removed", "again_in", e.config.OrphanEvery.Std().String(), "error", err)
		return
	}
	e.log.Info("orphans were looked for", "objects", s.seen, "orphans", len(s.doomed), "bytes", s.bytes, "removed_in", e.cleaner.grace.String(),
		"more", s.limited, "folders_without_pointer", len(s.lost), "such_as", s.lost[:min(3, len(s.lost))])
}

// now gives the time by storage's clock, of which its listings speak. The object
// is a fresh one each time, since one that is written over never goes back.
func (s *store) now(ctx context.Context) (time.Time, error) {
	ctx = storage.IntoReserve(ctx) // a full disk is when orphans have to go
	if err := s.Delete(ctx, clockKey); err != nil {
		return time.Time{}, err
	}
	text := []byte("written to learn what time it is here\n")
	if _, _, err := s.Put(ctx, clockKey, bytes.NewReader(text), int64(len(text)), storage.Condition{}); err != nil {
		return time.Time{}, err
	}
	found, err := s.Head(ctx, clockKey)
	if err != nil {
		return time.Time{}, err
	}
	if found.ModifiedAt.IsZero() {
		return time.Time{}, errors.New("storage does not say when an object was written")
	}
	return found.ModifiedAt, s.Delete(ctx, clockKey)
}
