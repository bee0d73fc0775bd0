package ingestd

import (
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// cancelPatience is how long a cancellation waits for the job's end.
const cancelPatience = 10 * time.Second

// Pages of jobs.
const (
	defaultPage = 100
	maxPage     = 1000
)

// submit makes a job of a request. It answers once the job is durable, with all
// that it needs to be done without its client.
func (d *ingestd) submit(w http.ResponseWriter, r *http.Request, opts options, key string) error {
	j, err := d.newJob(r, opts, key)
	if err != nil {
		return err
	}
	shown, _, _ := j.look()
	service.Annotate(r.Context(), slog.String("job", shown.ID), slog.String("dataset", shown.Dataset))
	w.Header().Set("Location", "/v1/ingest/jobs/"+shown.ID)
	return wire.WriteJSON(w, http.StatusAccepted, shown)
}

func (d *ingestd) newJob(r *http.Request, opts options, key string) (*job, error) {
	leave, err := d.admit()
	if err != nil {
		return nil, err
	}
	defer leave()
	record := jobRecord{Query: r.URL.RawQuery, Key: key, RequestID: wire.RequestID(r.Context())}
	var up *upload
	if len(opts.sources) > 0 {
		if record.Sources, err = d.wanted(r, opts); err != nil {
			return nil, err
		}
	} else {
		if up, err = openUpload(r, d.config.MaxExpansion); err != nil {
			return nil, err
		}
		defer up.close()
		record.File, record.Format = up.fileName, up.format
		if up.parts == nil && r.ContentLength > 0 {
			record.Job.BytesTotal = r.ContentLength
		}
	}
	name, err := opts.datasetName(record.fileName())
	if err != nil {
		return nil, err
	}
	record.Job.Dataset = name.String()
	j, err := d.jobs.create(record)
	if err != nil {
		return nil, err
	}
	if err := d.receiveJob(j, up); err != nil {
		return nil, err
	}
	return j, nil
}

// receiveJob takes the upload of a job in, if it has one, and accepts the job.
// Nothing is left of one that was not accepted, but of a cancelled one that it was.
func (d *ingestd) receiveJob(j *job, up *upload) (err error) {
	start := time.Now()
	if up != nil {
		body := &boundedReader{r: &cancellable{up.body, j}, left: d.config.MaxFileBytes, unbounded: d.config.MaxFileBytes == 0}
		if err = j.folder.receive(&countingReader{body, j.count}); err == nil {
			err = up.finish()
		}
		if err != nil {
			err = uploadProblem(err, d.config.MaxFileBytes)
		}
	}
	if err == nil {
		d.metrics.seconds.WithLabelValues("spool").Observe(time.Since(start).Seconds())
		err = d.jobs.accept(j)
	}
	switch {
	case err == nil:
		return nil
	case j.wasCancelled():
		d.jobs.conclude(j, ingest.Answer{}, errJobCancelled())
		return errJobCancelled()
	}
	d.jobs.drop(j)
	return err
}

// cancellable ends the reading of an upload whose job was cancelled meanwhile.
type cancellable struct {
	io.Reader
	job *job
}

func (c *cancellable) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.job.wasCancelled() {
		return 0, errJobCancelled()
	}
	return n, err
}

func (d *ingestd) jobOf(r *http.Request) (*job, error) { return d.jobs.find(chi.URLParam(r, "id")) }

func (d *ingestd) handleJob(w http.ResponseWriter, r *http.Request) error {
	j, err := d.jobOf(r)
	if err != nil {
		return err
	}
	shown, _, _ := j.look()
	return wire.WriteJSON(w, http.StatusOK, shown)
}

func (d *ingestd) handleJobs(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	state := ingest.JobState(q.Get("state"))
	if state != "" && !slices.Contains(ingest.JobStates(), state) {
		return ingest.ErrBadOption.Errorf("state=%q is none of %v", string(state), ingest.JobStates())
	}
	limit := defaultPage
	if given := q.Get("limit"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > maxPage {
			return ingest.ErrBadOption.Errorf("limit=%q is no number from 1 to %d", given, maxPage)
		}
		limit = n
	}
	cursor := q.Get("cursor")
	if cursor != "" && !catalog.IsID(cursor) {
		return wire.ErrBadRequest.Errorf("cursor=%.64q is not the next_cursor of a listing; leave it out to start anew", cursor)
	}
	return wire.WriteJSON(w, http.StatusOK, d.jobs.list(state, cursor, limit))
}

// handleCancel ends a job. It may be too late for that, or take a little: the
// answer says what became of the job.
func (d *ingestd) handleCancel(w http.ResponseWriter, r *http.Request) error {
	j, err := d.jobOf(r)
	if err != nil {
		return err
	}
	status := http.StatusOK
	select {
	case <-d.jobs.cancel(j):
	case <-time.After(cancelPatience):
		status = http.StatusAccepted
	case <-service.Draining(r.Context()):
		status = http.StatusAccepted
	case <-r.Context().Done():
		return r.Context().Err()
	}
	shown, _, _ := j.look()
	return wire.WriteJSON(w, status, shown)
}
