package catalogd

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// metadataGrace is how long a table's former metadata file stays: whoever
	// has learned its name reads it at once.
	metadataGrace = 30 * time.Second
	cleanEvery    = time.Second
	sweepBatch    = 256 // expired versions of a dataset, before their files are looked for
	sweepPatience = 5 * time.Minute
	deleteRetry   = time.Minute // after a deletion that storage refused
)

// cleaner removes files that no kept version needs, once nobody can be reading
// them any more. What fails is tried again. What it does not get to before the
// daemon ends is referred to by nothing, and an orphan to a later [orphanSearch].
type cleaner struct {
	grace time.Duration // for files that a query may be reading

	mu      sync.Mutex
	due     []deletion
	expired map[expiredOf]*expiry
	doomed  map[string]bool // data files that are to be removed, so that no commit may adopt them
	watches map[*watch]bool
}

// deletion is a file to be removed at a time.
type deletion struct {
	key    string
	at     time.Time
	orphan bool // found by a search
}

// watch is which data files commits adopt while someone looks for files to
// remove.
type watch struct{ adopted map[string]bool }

// expiredOf is whose versions expired: of a name the dataset that had it then.
type expiredOf struct {
	*dataset
	id string
}

// expiry is the versions of a dataset that went since its last sweep.
type expiry struct {
	since   time.Time
	records []record
	failed  bool // the last sweep: the next one is not made before its time
}

func newCleaner(grace time.Duration) *cleaner {
	return &cleaner{grace: grace, expired: map[expiredOf]*expiry{}, doomed: map[string]bool{}, watches: map[*watch]bool{}}
}

// remove has files removed after a while.
func (c *cleaner) remove(after time.Duration, keys ...string) {
	at := time.Now().Add(after)
	for _, key := range keys {
		c.schedule(deletion{key: key, at: at})
	}
}

func (c *cleaner) schedule(d deletion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due = append(c.due, d)
}

// waiting is how many files are to be removed.
func (c *cleaner) waiting() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(len(c.due))
}

// expire notes versions that are not kept any longer.
func (c *cleaner) expire(ds expiredOf, gone []record) {
	if len(gone) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.expired[ds]
	if e == nil {
		e = &expiry{since: time.Now()}
		c.expired[ds] = e
	}
	e.records = append(e.records, gone...)
}

// putBack notes versions again whose sweep failed. They wait in full, however
// many they are.
func (c *cleaner) putBack(ds expiredOf, gone []record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if newer := c.expired[ds]; newer != nil {
		gone = append(gone, newer.records...)
	}
	c.expired[ds] = &expiry{since: time.Now(), records: gone, failed: true}
}

// mayAdopt tells whether a version in the making may refer to a data file, and
// makes sure that it stays: false means that it is about to be removed.
func (c *cleaner) mayAdopt(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.doomed[key] {
		return false
	}
	for w := range c.watches {
		w.adopted[key] = true
	}
	return true
}

// watch begins to note which data files commits adopt, until unwatch.
func (c *cleaner) watch() *watch {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &watch{adopted: map[string]bool{}}
	c.watches[w] = true
	return w
}

func (c *cleaner) unwatch(w *watch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.watches, w)
}

// doom keeps commits from adopting files from now on. It gives those that it is
// on the caller to have removed, or to pardon: neither those adopted since the
// watch began, nor those that another one has doomed.
func (c *cleaner) doom(w *watch, keys []string) (doomed []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		if !w.adopted[key] && !c.doomed[key] {
			c.doomed[key] = true
			doomed = append(doomed, key)
		}
	}
	return doomed
}

// doomAll is doom for files that go at once: it gives all but those adopted since the
// watch began, and which of them nobody had doomed before.
func (c *cleaner) doomAll(w *watch, keys map[string]int64) (doomed, fresh []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range keys {
		if w.adopted[key] {
			continue
		}
		doomed = append(doomed, key)
		if !c.doomed[key] {
			c.doomed[key] = true
			fresh = append(fresh, key)
		}
	}
	return doomed, fresh
}

// pardon lets commits adopt files again.
func (c *cleaner) pardon(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		delete(c.doomed, key)
	}
}

// takeDue gives the files whose time has come.
func (c *cleaner) takeDue(now time.Time) (taken []deletion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	rest := c.due[:0]
	for _, d := range c.due {
		if d.at.After(now) {
			rest = append(rest, d)
		} else {
			taken = append(taken, d)
		}
	}
	c.due = rest
	return taken
}

// takeExpired gives the datasets whose expired versions are to be swept up.
func (c *cleaner) takeExpired(now time.Time) map[expiredOf][]record {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := map[expiredOf][]record{}
	for ds, e := range c.expired {
		if len(e.records) >= sweepBatch && !e.failed || now.Sub(e.since) >= sweepPatience {
			taken[ds] = e.records
			delete(c.expired, ds)
		}
	}
	return taken
}

// cleanOnce removes what is due.
func (e *engine) cleanOnce(ctx context.Context, now time.Time) {
	for ds, gone := range e.cleaner.takeExpired(now) {
		if err := e.sweep(ctx, ds, gone); err != nil && !errors.Is(err, context.Canceled) {
			e.log.Warn("files of expired versions could not be looked for; tried again after a while", "dataset", ds.name.String(), "error", err)
			e.cleaner.putBack(ds, gone)
		}
	}
	for _, d := range e.cleaner.takeDue(now) {
		switch err := e.store.Delete(ctx, d.key); {
		case errors.Is(err, context.Canceled):
			return
		case err != nil:
			e.log.Warn("a file that no version needs could not be removed; tried again", "key", d.key, "in", deleteRetry.String(), "error", err)
			e.metrics.stuck.Inc()
			d.at = now.Add(deleteRetry)
			e.cleaner.schedule(d)
		default:
			e.cleaner.pardon([]string{d.key})
			e.metrics.gone(d)
		}
	}
}
