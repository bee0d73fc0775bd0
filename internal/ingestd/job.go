package ingestd

import (
	"context"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// eventsPerLife parts the ids of a job's events by the lives of the daemon, so that
// they go up across a crash, although not every event is written down.
const eventsPerLife = 1_000_000_000

// progressEvery is how often a count of bytes is told, at most.
const progressEvery = 250 * time.Millisecond

// job is one job and those who watch it. They see its newest state, never hold it
// up, and may miss states that passed meanwhile.
type job struct {
	folder jobFolder
	now    func() time.Time
	ended  chan struct{} // closed with the last event

	mu        sync.Mutex
	record    jobRecord
	stirred   chan struct{} // closed by the next event
	told      time.Time     // when bytes were last told
	cancelled bool
	committed bool
	stop      context.CancelFunc // of the run; nil while there is none
}

func newJob(folder jobFolder, record jobRecord, now func() time.Time) *job {
	j := &job{folder: folder, record: record, now: now, ended: make(chan struct{}), stirred: make(chan struct{})}
	if record.Job.State.Ended() {
		close(j.ended)
	}
	return j
}

// look gives the job as it is, the id of that event, and what closes at the next.
func (j *job) look() (ingest.Job, int64, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.record.Job, j.record.Event, j.stirred
}

func (j *job) copy() jobRecord {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.record
}

// set makes a record the job's, and tells it.
func (j *job) set(r jobRecord) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.record = r
	j.stir()
}

// next is the record as it will be after a change, with an event's id of its own.
func (j *job) next(change func(*jobRecord)) jobRecord {
	r := j.copy()
	change(&r)
	r.Job.UpdatedAt = j.now().UTC()
	r.Event++
	return r
}

// save makes a change durable and then tells it.
func (j *job) save(change func(*jobRecord)) error {
	r := j.next(change)
	if err := j.folder.write(r); err != nil {
		return err
	}
	j.set(r)
	return nil
}

// stir wakes those who watch. The caller holds mu.
func (j *job) stir() {
	close(j.stirred)
	j.stirred = make(chan struct{})
}

// enter begins a phase.
func (j *job) enter(phase ingest.Phase, rows int64) {
	j.set(j.next(func(r *jobRecord) {
		r.Job.Phase, r.Job.Rows = phase, rows
		switch phase {
		case ingest.PhaseScan:
			r.Job.Bytes = 0
		case ingest.PhaseConvert:
			r.Job.Bytes = r.Job.BytesTotal
		}
	}))
}

// count notes bytes that were received, or scanned.
func (j *job) count(n int) {
	now := j.now()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.record.Job.Bytes += int64(n)
	if now.Sub(j.told) < progressEvery {
		return
	}
	j.told = now
	j.record.Event++
	j.record.Job.UpdatedAt = now.UTC()
	j.stir()
}

// commit is the last moment at which the job can be cancelled.
func (j *job) commit() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cancelled {
		return errJobCancelled()
	}
	j.committed = true
	return nil
}

// run lets the job be stopped by stop, unless it was cancelled before.
func (j *job) run(stop context.CancelFunc) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cancelled {
		return false
	}
	j.stop = stop
	return true
}

// cancel asks the job to end. What was committed, or has ended, goes its way.
func (j *job) cancel() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.committed || j.record.Job.State.Ended() {
		return
	}
	j.cancelled = true
	if j.stop != nil {
		j.stop()
	}
}

func (j *job) wasCancelled() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.cancelled
}

func errJobCancelled() error {
	return ingest.ErrJobCancelled.Errorf("the job was cancelled; nothing was loaded: send the file again if it is wanted after all")
}
