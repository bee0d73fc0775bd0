package ingest

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// JobState says how far a job is.
type JobState string

// The states. The last three are ends: nothing changes after them.
const (
	JobQueued    JobState = "queued" // or its file is still being received
	JobRunning   JobState = "running"
	JobSucceeded JobState = "succeeded"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// JobStates lists the states in the order in which a job may have them.
func JobStates() []JobState {
	return []JobState{JobQueued, JobRunning, JobSucceeded, JobFailed, JobCancelled}
}

// Ended tells a state after which nothing changes.
func (s JobState) Ended() bool {
	return s == JobSucceeded || s == JobFailed || s == JobCancelled
}

// Phase is the step that an ingest is at, or was at when it ended.
type Phase string

// The phases, in their order. What is registered is visible; before, nothing is.
const (
	PhaseReceive  Phase = "receive"  // the file comes in and is put on disk
	PhaseScan     Phase = "scan"     // it is read, counted and decided upon
	PhaseConvert  Phase = "convert"  // it becomes Parquet
	PhaseUpload   Phase = "upload"   // that is put into storage
	PhaseRegister Phase = "register" // the catalog makes it a version; not cancelled any more
)

// Job is an ingest that goes on after its upload was acknowledged. Whoever has the
// answer to the upload can rely on it: the job is durable, is gone on with after a
// crash, and makes its version once.
type Job struct {
	ID         string        `json:"id"`
	State      JobState      `json:"state"`
	Dataset    string        `json:"dataset"`
	Phase      Phase         `json:"phase"`
	Bytes      int64         `json:"bytes"`       // received, and from the scan on: scanned
	BytesTotal int64         `json:"bytes_total"` // of all files; 0 until it is known
	Rows       int64         `json:"rows"`        // to load; 0 until they are counted
	CreatedAt  time.Time     `json:"created_at"`
	UpdatedAt  time.Time     `json:"updated_at"`
	Answer     *Answer       `json:"answer"`  // once succeeded
	Problem    *wire.Problem `json:"problem"` // once failed
}

// Jobs is one page of jobs, newest first.
type Jobs struct {
	Jobs       []Job   `json:"jobs"`
	NextCursor *string `json:"next_cursor"`
}

// Submit sends a file to be loaded later: the job is durable when it is returned.
// size is the body's length or -1.
func (c *Client) Submit(ctx context.Context, opts Options, body io.Reader, size int64, idempotencyKey string) (job Job, err error) {
	q := opts.Query()
	q.Set("async", "true")
	resp, err := c.send(ctx, q, body, size, idempotencyKey)
	if err != nil {
		return job, err
	}
	defer resp.Body.Close()
	return job, c.Decode(ctx, resp, &job)
}

// Jobs gives one page of jobs, newest first; state "" is any, limit 0 the server's
// default.
func (c *Client) Jobs(ctx context.Context, state JobState, cursor string, limit int) (page Jobs, err error) {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return page, c.JSON(ctx, http.MethodGet, "/ingest/jobs", q, nil, &page)
}

// EachJob gives all jobs, newest first, in pages of limit; state and limit are those of
// [Client.Jobs]. An error ends them.
func (c *Client) EachJob(ctx context.Context, state JobState, limit int) iter.Seq2[Job, error] {
	return wire.Items(func(cursor string) ([]Job, *string, error) {
		page, err := c.Jobs(ctx, state, cursor, limit)
		return page.Jobs, page.NextCursor, err
	})
}

// Job gives one job, or [ErrJobNotFound].
func (c *Client) Job(ctx context.Context, id string) (job Job, err error) {
	return job, c.JSON(ctx, http.MethodGet, jobPath(id), nil, nil, &job)
}

// Cancel ends a job, unless it has ended or is being registered, and gives what
// became of it. A job that is still at it is not ended yet: it will be.
func (c *Client) Cancel(ctx context.Context, id string) (job Job, err error) {
	return job, c.JSON(ctx, http.MethodDelete, jobPath(id), nil, nil, &job)
}

// Events opens a job's stream of server-sent events, from after lastEventID ("":
// from now). Each event's data is the job; the last one's type is "end". nil means
// that there is nothing to come: the end was seen. The caller closes the stream.
func (c *Client) Events(ctx context.Context, id, lastEventID string) (io.ReadCloser, error) {
	header := http.Header{"Accept": {"text/event-stream"}}
	if lastEventID != "" {
		header.Set(HeaderLastEventID, lastEventID)
	}
	resp, err := c.Do(ctx, wire.Call{Method: http.MethodGet, Path: jobPath(id) + "/events", Header: header})
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNoContent {
		return nil, resp.Body.Close()
	}
	return resp.Body, nil
}

// HeaderLastEventID says which event a client of a stream had last.
const HeaderLastEventID = "Last-Event-ID"

func jobPath(id string) string { return "/ingest/jobs/" + url.PathEscape(id) }
