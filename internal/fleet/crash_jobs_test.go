package fleet_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// toldJobs are the jobs that were accepted, as their clients were told of them last.
type toldJobs struct {
	mu   sync.Mutex
	byID map[string]ingest.Job
}

func newToldJobs() *toldJobs { return &toldJobs{byID: map[string]ingest.Job{}} }

func (t *toldJobs) tell(job ingest.Job) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byID[job.ID] = job
}

func (t *toldJobs) all() map[string]ingest.Job {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.byID)
}

// asJob has some loads sent as jobs. Of those some may load what is there already, so
// that nothing but the job itself keeps its rows from coming twice; the same request
// again would load them again. And some are cancelled, which may come too late.
func (c *crashClient) asJob(o *operation, f *load) {
	if f.async = c.dice.IntN(3) == 0; !f.async {
		return
	}
	o.kind += " as a job"
	switch c.dice.IntN(4) {
	case 0:
		if f.options.AllowDuplicate = f.options.Mode == "append" && len(f.bad) == 0; f.options.AllowDuplicate {
			o.what += ", allowing duplicates"
			o.again = f.key != ""
		}
	case 1:
		f.cancel = true
		o.what += ", and cancels it"
		o.again, o.cancelled = false, ingest.ErrJobCancelled
	}
}

// sendJob submits a file and waits for the end of its job: one that was accepted
// ends, whoever is killed meanwhile.
func (c *crashClient) sendJob(f *load) (answer ingest.Answer, created bool, err error) {
	ctx, cancel := c.context()
	defer cancel()
	job, err := c.ingest.Submit(ctx, f.options, strings.NewReader(f.csv), int64(len(f.csv)), f.key)
	if err != nil {
		return answer, false, err
	}
	c.events.note("the job %s is accepted, of %s", job.ID, f.options.Name)
	c.jobs.tell(job)
	if f.cancel {
		_, _ = c.ingest.Cancel(ctx, job.ID) // its end says what came of that
	}
	if job, err = c.endOf(ctx, job.ID); err != nil {
		return answer, false, err
	}
	c.jobs.tell(job)
	switch {
	case job.State == ingest.JobSucceeded && job.Answer != nil:
		return *job.Answer, !job.Answer.Unchanged, nil
	case job.State == ingest.JobSucceeded || job.Problem == nil:
		return answer, false, wrong("the job %s is %s, with the answer %v and the problem %v", job.ID, job.State, job.Answer, job.Problem)
	}
	return answer, false, job.Problem
}

func (c *crashClient) endOf(ctx context.Context, id string) (ingest.Job, error) {
	for {
		job, err := c.ingest.Job(ctx, id)
		_, open := silent(err)
		switch {
		case errors.Is(err, ingest.ErrJobNotFound):
			return job, wrong("the job %s was accepted and is not known", id)
		case err != nil && !open:
			return job, err
		case err == nil && job.State.Ended():
			return job, nil
		}
		select {
		case <-ctx.Done():
			return job, wrong("the job %s has not ended within %s: %+v, %v", id, answerWithin, job, err)
		case <-time.After(2 * readyPoll):
		}
	}
}

// idleJobs waits until every job has ended, also those of which nobody was told.
func (c *crashClient) idleJobs() {
	ctx, cancel := c.context()
	defer cancel()
	for _, state := range []ingest.JobState{ingest.JobQueued, ingest.JobRunning} {
		for open := true; open; {
			c.must("jobs", nil, func() error {
				page, err := c.ingest.Jobs(ctx, state, "", 1)
				open = len(page.Jobs) > 0
				return err
			})
			if ctx.Err() != nil {
				c.fail("jobs have not ended within %s", answerWithin)
				return
			}
		}
	}
}

// compareJobs finds that each job that was accepted is there, with the end that its
// client was told of, and that there is none without an end.
func (c *crash) compareJobs() {
	one := c.clients[0]
	ctx, cancel := one.context()
	defer cancel()
	told := one.jobs.all()
	for cursor := ""; ; {
		var page ingest.Jobs
		one.must("jobs", nil, func() (err error) { page, err = one.ingest.Jobs(ctx, "", cursor, 1000); return err })
		for _, job := range page.Jobs {
			was, known := told[job.ID]
			delete(told, job.ID)
			if !job.State.Ended() || known && (was.State != job.State || was.Answer != nil && was.Answer.Version != job.Answer.Version) {
				c.t.Errorf("in the end a job is %+v, and was %+v", job, was)
			}
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	for id := range told {
		c.t.Errorf("the job %s was accepted, and in the end there is none", id)
	}
}
