package ingestd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maxRetryPause is the longest pause before a job whose peers are away begins
// again.
const maxRetryPause = 30 * time.Second

// maxBegun is how often a job is begun that took the daemon with it each time.
const maxBegun = 20

// work is one of those who take jobs from the queue.
func (js *jobs) work() {
	for {
		j := js.take()
		if j == nil {
			return
		}
		js.perform(j)
		js.mu.Lock()
		delete(js.busy, j.copy().Job.Dataset)
		js.stirred.Broadcast()
		js.mu.Unlock()
	}
}

// take waits for the first job whose dataset no other job is at work on, so that
// the jobs of a dataset are done in the order in which they were accepted. nil: the
// daemon ends.
func (js *jobs) take() *job {
	js.mu.Lock()
	defer js.mu.Unlock()
	for js.life.Err() == nil {
		for i, j := range js.waiting {
			if dataset := j.copy().Job.Dataset; !js.busy[dataset] {
				js.waiting = slices.Delete(js.waiting, i, i+1)
				js.busy[dataset] = true
				return j
			}
		}
		js.stirred.Wait()
	}
	return nil
}

// perform brings the job to its end, or leaves it to the next life of the daemon.
func (js *jobs) perform(j *job) {
	ctx, stop := context.WithCancel(js.life)
	defer stop()
	ctx = wire.WithTrace(ctx, traceOf(j))
	if !j.run(stop) {
		js.conclude(j, ingest.Answer{}, errJobCancelled())
		return
	}
	if err := j.save(func(r *jobRecord) { r.Job.State, r.Job.Phase = ingest.JobRunning, ingest.PhaseScan; r.Begun++ }); err != nil {
		js.conclude(j, ingest.Answer{}, err)
		return
	}
	start := js.now()
	answer, err := ingest.Answer{}, error(nil)
	if begun := j.copy().Begun; begun > maxBegun {
		err = wire.ErrInternal.Errorf("the job was begun %d times and ingestd ended each time before it did; nothing is known to be loaded: look at the log, and send the file again", begun-1)
	} else {
		answer, err = js.insist(ctx, j)
	}
	if err != nil && js.life.Err() != nil {
		if err := j.save(func(r *jobRecord) { r.Job.State = ingest.JobQueued; r.Begun-- }); err != nil {
			js.log.Warn("a job could not be put back; the next start goes on with it all the same", "job", j.copy().Job.ID, "error", err)
		}
		return
	}
	answer.ElapsedMS = js.now().Sub(start).Milliseconds()
	js.conclude(j, answer, err)
}

// traceOf makes calls for the job carry the id of the request that brought it.
func traceOf(j *job) wire.Trace {
	return wire.StartTrace(map[string][]string{wire.HeaderRequestID: {j.copy().RequestID}})
}

// insist loads, again and again while a peer is away: the job was promised. It ends
// with the job, when it is cancelled, and with the daemon.
func (js *jobs) insist(ctx context.Context, j *job) (ingest.Answer, error) {
	for pause := js.retry; ; pause = min(2*pause, maxRetryPause) {
		answer, err := js.guarded(ctx, j)
		if err == nil || !passing(err) || ctx.Err() != nil {
			return answer, err
		}
		js.log.Warn("a job has to wait for a peer", "job", j.copy().Job.ID, "again_after", pause.String(), "error", err)
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(pause):
		}
	}
}

// passing tells an error that goes away by itself. After each of them the job may
// have made its version already, which its key finds out.
func passing(err error) bool {
	return errors.Is(err, wire.ErrUnavailable) || errors.Is(err, wire.ErrNotReady) || errors.Is(err, storage.ErrTooManyWrites)
}

// guarded makes an error of a panic, which would end the daemon, and again at each
// start.
func (js *jobs) guarded(ctx context.Context, j *job) (answer ingest.Answer, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = wire.ErrInternal.Errorf("something went wrong here; the log has the cause under this request id").
				Because(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	return js.load(ctx, j)
}

// conclude makes the job's end durable, and then tells it.
func (js *jobs) conclude(j *job, answer ingest.Answer, err error) {
	err = explainFull(err)
	if err != nil && j.wasCancelled() {
		err = errJobCancelled()
	}
	end := j.next(func(r *jobRecord) {
		r.Job.State, r.Job.Answer = ingest.JobSucceeded, &answer
		if err == nil {
			r.Job.Phase, r.Job.Rows = ingest.PhaseRegister, answer.Rows
			return
		}
		problem := *wire.AsProblem(err)
		problem.RequestID = r.RequestID
		r.Job.State, r.Job.Answer, r.Job.Problem = ingest.JobFailed, nil, &problem
		if errors.Is(err, ingest.ErrJobCancelled) {
			r.Job.State = ingest.JobCancelled
		}
	})
	left := j.folder.clear(uploadFile) // the disk may be full of what was made of it
	if failed := errors.Join(left, j.folder.write(end)); failed != nil {
		js.log.Error("the end of a job could not be written down; the next start does the job again, which loads nothing twice", "job", end.Job.ID, "error", failed)
	} else if failed := j.folder.clear(); failed != nil {
		js.log.Warn("files of a job were left; the next start removes them", "job", end.Job.ID, "error", failed)
	}
	js.mu.Lock()
	js.open--
	js.mu.Unlock()
	js.metrics.record(answer, err)
	js.metrics.jobsEnded.WithLabelValues(string(end.Job.State)).Inc()
	js.report(end, err)
	j.set(end)
	close(j.ended)
}

// report writes the job's one log line.
func (js *jobs) report(r jobRecord, err error) {
	attrs := []slog.Attr{
		slog.String("job", r.Job.ID), slog.String("state", string(r.Job.State)), slog.String("phase", string(r.Job.Phase)),
		slog.String("dataset", r.Job.Dataset), slog.Int64("bytes_in", r.Job.BytesTotal), slog.Int64("rows", r.Job.Rows),
		slog.String("request_id", r.RequestID), slog.Int64("duration_ms", r.Job.UpdatedAt.Sub(r.Job.CreatedAt).Milliseconds()),
	}
	level := slog.LevelInfo
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
		if level = slog.LevelWarn; wire.AsProblem(err).Kind.Status >= 500 {
			level = slog.LevelError
		}
	}
	js.log.LogAttrs(js.life, level, "job", attrs...)
}

// cancel ends a job unless that comes too late, and gives the channel that closes
// with its end.
func (js *jobs) cancel(j *job) <-chan struct{} {
	j.cancel()
	js.mu.Lock()
	i := slices.Index(js.waiting, j)
	if i >= 0 {
		js.waiting = slices.Delete(js.waiting, i, i+1)
	}
	js.mu.Unlock()
	if i >= 0 { // nobody else has it in hand
		js.conclude(j, ingest.Answer{}, errJobCancelled())
	}
	return j.ended
}

// loadJob takes a job's files to their version.
func (d *ingestd) loadJob(ctx context.Context, j *job) (answer ingest.Answer, err error) {
	record := j.copy()
	query, err := url.ParseQuery(record.Query)
	if err != nil {
		return answer, fmt.Errorf("the options of the job %s: %w", record.Job.ID, err)
	}
	opts, err := parseOptions(query)
	if err != nil {
		return answer, err
	}
	name, err := opts.datasetName(record.fileName())
	if err != nil {
		return answer, err
	}
	ws, err := j.folder.work()
	if err != nil {
		return answer, err
	}
	b := &batch{ingestd: d, ws: ws, opts: opts, name: name, key: record.key(), follow: j, timer: timer{d.metrics, time.Now()}}
	inputs := d.objectInputs(record.Sources, j.count)
	if len(inputs) == 0 {
		inputs = []input{{open: func(context.Context) (*upload, error) { return openSpooled(j) }}}
	}
	return b.run(ctx, inputs)
}

func openSpooled(j *job) (*upload, error) {
	file, err := os.Open(j.folder.path(uploadFile))
	if err != nil {
		return nil, err
	}
	r := j.copy()
	return &upload{fileName: r.File, format: r.Format, body: &countingReader{file, j.count}, done: func() { file.Close() }}, nil
}

// key is under which the catalog knows the job's registration again.
func (r jobRecord) key() string {
	if r.Key != "" {
		return r.Key
	}
	return "ingest-job-" + r.Job.ID
}

func (r jobRecord) fileName() string {
	keys := make([]string, len(r.Sources))
	for i, ref := range r.Sources {
		keys[i] = ref.Key
	}
	if len(keys) > 0 {
		return sourceName(keys)
	}
	return r.File
}
