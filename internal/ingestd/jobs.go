package ingestd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// maxKeptJobs is how many ended jobs are kept, however young they are.
const maxKeptJobs = 10_000

// expireEvery is how often jobs are looked for that were kept long enough.
const expireEvery = time.Minute

// jobs is the daemon's table of jobs, their queue, and who works on it. Every job
// that was acknowledged has a folder with its record; the table is made of those at
// a start.
type jobs struct {
	dir     string
	config  Config
	log     *slog.Logger
	metrics *metrics
	now     func() time.Time
	load    func(context.Context, *job) (ingest.Answer, error)
	retry   time.Duration // first pause before a job whose peers were away begins again

	life context.Context // ends with the daemon
	end  context.CancelFunc
	wait sync.WaitGroup

	mu      sync.Mutex
	stirred *sync.Cond // waiting or busy changed, or life ended
	byID    map[string]*job
	open    int             // jobs that have not ended
	waiting []*job          // accepted, in that order
	busy    map[string]bool // datasets that a job is at work on
}

// openJobs reads the jobs that an earlier life left. Those that had not ended wait
// in the order in which they were accepted. start sets to work.
func openJobs(data string, config Config, log *slog.Logger, m *metrics) (*jobs, error) {
	js := &jobs{
		dir: filepath.Join(data, "spool", "jobs"), config: config, log: log, metrics: m, now: time.Now, retry: time.Second,
		byID: map[string]*job{}, busy: map[string]bool{},
	}
	js.stirred = sync.NewCond(&js.mu)
	js.life, js.end = context.WithCancel(context.Background())
	if err := os.MkdirAll(js.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the jobs: %w", err)
	}
	entries, err := os.ReadDir(js.dir)
	if err != nil {
		return nil, fmt.Errorf("read the folder of the jobs: %w", err)
	}
	for _, entry := range entries {
		if err := js.takeUp(jobFolder{filepath.Join(js.dir, entry.Name())}); err != nil {
			return nil, fmt.Errorf("the job %s: %w", entry.Name(), err)
		}
	}
	slices.SortFunc(js.waiting, func(a, b *job) int { return a.record.Accepted.Compare(b.record.Accepted) })
	return js, nil
}

// takeUp takes up the job of a folder, or removes what is none.
func (js *jobs) takeUp(folder jobFolder) error {
	record, err := folder.read()
	switch {
	case errors.Is(err, errNoJob):
		return folder.remove()
	case err != nil: // a damaged disk, which a person has to see
		js.log.Error("a job's record cannot be read and is left alone", "folder", folder.dir, "error", err)
		return nil
	}
	j := newJob(folder, record, js.now)
	js.byID[record.Job.ID] = j
	if record.Job.State.Ended() {
		return folder.clear()
	}
	js.open++
	js.waiting = append(js.waiting, j)
	again := func(r *jobRecord) {
		r.Event = (r.Event/eventsPerLife + 1) * eventsPerLife
		r.Job.State, r.Job.Phase, r.Job.Rows = ingest.JobQueued, ingest.PhaseReceive, 0
		r.Job.Bytes = r.Job.BytesTotal
	}
	if err := j.save(again); err != nil { // the disk may be full; that is no reason not to start
		js.log.Warn("a job's record could not be written", "job", record.Job.ID, "error", err)
		j.set(j.next(again))
	}
	return folder.clear(uploadFile)
}

// start sets to work; close ends that.
func (js *jobs) start(load func(context.Context, *job) (ingest.Answer, error)) {
	js.load = load
	for range js.config.MaxConcurrent {
		js.wait.Go(js.work)
	}
	js.wait.Go(func() {
		tick := time.NewTicker(expireEvery)
		defer tick.Stop()
		for {
			js.sweep()
			select {
			case <-js.life.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// close interrupts the jobs that are under way, which the next start goes on with.
func (js *jobs) close() {
	js.end()
	js.mu.Lock()
	js.stirred.Broadcast()
	js.mu.Unlock()
	js.wait.Wait()
}

// create makes a job whose file has yet to come, and takes its place in the queue.
func (js *jobs) create(record jobRecord) (*job, error) {
	js.mu.Lock()
	defer js.mu.Unlock()
	if js.open >= js.config.MaxJobs {
		return nil, ingest.ErrQueueFull.Errorf("%d jobs wait or run already; try again when some have ended", js.open).
			With("limit", js.config.MaxJobs).After(admitRetry)
	}
	now := js.now().UTC()
	record.Job.ID, record.Job.State, record.Job.Phase = catalog.NewID(), ingest.JobQueued, ingest.PhaseReceive
	record.Job.CreatedAt, record.Job.UpdatedAt = now, now
	record.Event = eventsPerLife
	folder := jobFolder{filepath.Join(js.dir, record.Job.ID)}
	if err := os.Mkdir(folder.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of a job: %w", err)
	}
	j := newJob(folder, record, js.now)
	js.byID[record.Job.ID] = j
	js.open++
	return j, nil
}

// accept makes the job durable and puts it into the queue: from now on it may be
// acknowledged.
func (js *jobs) accept(j *job) error {
	if err := j.save(func(r *jobRecord) {
		r.Accepted = js.now().UTC()
		r.Job.BytesTotal = r.Job.Bytes
		for _, ref := range r.Sources {
			r.Job.BytesTotal += ref.Size
		}
	}); err != nil {
		return err
	}
	js.mu.Lock()
	defer js.mu.Unlock()
	js.waiting = append(js.waiting, j)
	js.stirred.Signal()
	return nil
}

// drop forgets a job that was not accepted.
func (js *jobs) drop(j *job) {
	js.mu.Lock()
	delete(js.byID, j.copy().Job.ID)
	js.open--
	js.mu.Unlock()
	if err := j.folder.remove(); err != nil {
		js.log.Warn("a folder of the spool was left; the next start removes it", "error", err)
	}
}

// find gives a job by its id.
func (js *jobs) find(id string) (*job, error) {
	js.mu.Lock()
	defer js.mu.Unlock()
	if j := js.byID[id]; j != nil {
		return j, nil
	}
	return nil, ingest.ErrJobNotFound.Errorf("there is no job %q; jobs are kept for %s after their end", id, js.config.KeepJobs.Std())
}

// list gives the jobs of a state ("": any) that are older than the id before ("":
// any), newest first.
func (js *jobs) list(state ingest.JobState, before string, limit int) ingest.Jobs {
	js.mu.Lock()
	found := make([]ingest.Job, 0, len(js.byID))
	for id, j := range js.byID {
		shown, _, _ := j.look()
		if (state == "" || shown.State == state) && (before == "" || id < before) {
			found = append(found, shown)
		}
	}
	js.mu.Unlock()
	slices.SortFunc(found, func(a, b ingest.Job) int { return cmp.Compare(b.ID, a.ID) }) // ids begin with the time
	page := ingest.Jobs{Jobs: found}
	if len(found) > limit {
		page.Jobs, page.NextCursor = found[:limit], &found[limit-1].ID
	}
	return page
}

// sweep forgets the jobs that ended long enough ago, and the oldest of too many.
func (js *jobs) sweep() {
	var ended []*job
	js.mu.Lock()
	for _, j := range js.byID {
		if j.copy().Job.State.Ended() {
			ended = append(ended, j)
		}
	}
	slices.SortFunc(ended, func(a, b *job) int { return b.copy().Job.UpdatedAt.Compare(a.copy().Job.UpdatedAt) })
	young := 0
	for young < min(len(ended), maxKeptJobs) && js.now().Sub(ended[young].copy().Job.UpdatedAt) < js.config.KeepJobs.Std() {
		young++
	}
	for _, j := range ended[young:] {
		delete(js.byID, j.copy().Job.ID)
	}
	js.mu.Unlock()
	for _, j := range ended[young:] {
		if err := j.folder.remove(); err != nil {
			js.log.Warn("the folder of an old job was left; it shows again after the next start", "folder", j.folder.dir, "error", err)
		}
	}
}
