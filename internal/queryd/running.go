package queryd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// shownSQL is how many characters of a statement a listing shows.
const shownSQL = 1000

// errCancelled is the cause of a context that DELETE /sql/queries/{id} ended.
var errCancelled = errors.New("cancelled by request")

// job is one statement from its arrival to the end of its answer.
type job struct {
	statement
	id      string
	started time.Time
	running atomic.Bool            // has its turn
	ticket  atomic.Pointer[ticket] // while it waits for that, and after
	rows    atomic.Int64
	gauge   atomic.Pointer[duck.Gauge] // of its worker, while it has one
	tree    bool                       // the answer is a plan in JSON; of who runs it
	read    *tables                    // nil until they are resolved; likewise
	cancel  context.CancelCauseFunc
	release context.CancelFunc // of the deadline
}

// jobs are the statements that run or wait now.
type jobs struct {
	mu   sync.Mutex
	byID map[string]*job
}

// begin registers a statement; the context ends at its deadline or when it is
// cancelled. The caller calls end.
func (j *jobs) begin(ctx context.Context, s statement) (context.Context, *job) {
	started := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	ctx, release := context.WithDeadline(ctx, started.Add(s.timeout))
	q := &job{statement: s, id: catalog.NewID(), started: started, cancel: cancel, release: release}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.byID[q.id] = q
	return ctx, q
}

func (j *jobs) end(q *job) {
	q.release()
	q.cancel(nil)
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.byID, q.id)
}

// cancel ends the statement, and tells whether there was one.
func (j *jobs) cancel(id string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	q, ok := j.byID[id]
	if ok {
		q.cancel(errCancelled)
	}
	return ok
}

// list describes the statements, the oldest first.
func (j *jobs) list(describe func(*job) query.Running) []query.Running {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := make([]query.Running, 0, len(j.byID))
	for _, q := range j.byID {
		list = append(list, describe(q))
	}
	slices.SortFunc(list, func(a, b query.Running) int {
		if c := a.StartedAt.Compare(b.StartedAt); c != 0 {
			return c
		}
		return strings.Compare(a.QueryID, b.QueryID)
	})
	return list
}

// spilled is how many bytes the statements have on disk now.
func (j *jobs) spilled() (bytes int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, q := range j.byID {
		if g := q.gauge.Load(); g != nil {
			bytes += g.Read().SpillBytes
		}
	}
	return bytes
}

func (q *job) describe() query.Running {
	state := query.Queued
	if q.running.Load() {
		state = query.Active
	}
	return query.Running{
		QueryID: q.id, SQL: firstRunes(q.sql, shownSQL), State: state,
		StartedAt: q.started.UTC(), ElapsedMS: time.Since(q.started).Milliseconds(), Rows: q.rows.Load(),
	}
}

// firstRunes gives the first n characters of s.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
