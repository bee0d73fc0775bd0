package ingestd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// loadFunc is what a job does, in a test of its table.
type loadFunc func(context.Context, *job) (ingest.Answer, error)

// openTestJobs starts a table over a folder, as a life of the daemon does; end ends
// that life.
func openTestJobs(t *testing.T, data string, load loadFunc) (js *jobs, end func()) {
	t.Helper()
	js, err := openJobs(data, Defaults(), slog.New(slog.DiscardHandler), newMetrics(prometheus.NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	js.retry = time.Millisecond
	js.start(load)
	end = sync.OnceFunc(js.close)
	t.Cleanup(end)
	return js, end
}

func (js *jobs) mustAccept(t *testing.T, dataset string) *job {
	t.Helper()
	j, err := js.create(jobRecord{Job: ingest.Job{Dataset: dataset}})
	if err != nil {
		t.Fatal(err)
	}
	if err := js.accept(j); err != nil {
		t.Fatal(err)
	}
	return j
}

func endOf(t *testing.T, j *job) ingest.Job {
	t.Helper()
	select {
	case <-j.ended:
	case <-time.After(time.Minute):
		t.Fatalf("the job did not end: %+v", j.copy())
	}
	return j.copy().Job
}

// The jobs of a dataset are done in the order in which they were accepted, across a
// restart too; those of others do not wait for them.
func TestJobsOfADatasetKeepTheirOrder(t *testing.T) {
	data := t.TempDir()
	var mu sync.Mutex
	var done []string
	held := make(chan struct{})
	load := func(ctx context.Context, j *job) (ingest.Answer, error) {
		r := j.copy()
		if r.Job.Dataset == "a" {
			select {
			case <-held:
			case <-ctx.Done():
				return ingest.Answer{}, ctx.Err()
			}
		}
		mu.Lock()
		defer mu.Unlock()
		done = append(done, r.Job.ID)
		return ingest.Answer{}, nil
	}
	js, end := openTestJobs(t, data, load)
	var ids []string
	for range 10 {
		ids = append(ids, js.mustAccept(t, "a").copy().Job.ID)
	}
	if b := endOf(t, js.mustAccept(t, "b")); b.State != ingest.JobSucceeded {
		t.Errorf("%+v", b)
	}
	end()
	done = nil
	js, _ = openTestJobs(t, data, load)
	close(held)
	last, err := js.find(ids[9])
	if err != nil {
		t.Fatal(err)
	}
	endOf(t, last)
	if !slices.Equal(done, ids) {
		t.Errorf("done %q, accepted %q", done, ids)
	}
}

// What passes by itself is waited for; a panic fails its job alone; a job that took
// the daemon with it again and again is given up.
func TestJobsThatGoWrong(t *testing.T) {
	data := t.TempDir()
	tries := 0
	js, end := openTestJobs(t, data, func(_ context.Context, j *job) (ingest.Answer, error) {
		switch j.copy().Job.Dataset {
		case "away":
			if tries++; tries < 4 {
				return ingest.Answer{}, fmt.Errorf("look: %w", wire.Unavailable("catalogd"))
			}
			return ingest.Answer{Rows: 7}, nil
		case "panic":
			panic("a defect")
		}
		return ingest.Answer{}, errors.New("a cause that is nobody's business")
	})
	if away := endOf(t, js.mustAccept(t, "away")); away.State != ingest.JobSucceeded || away.Rows != 7 || tries != 4 {
		t.Errorf("%d tries, %+v", tries, away)
	}
	for _, dataset := range []string{"panic", "cause"} {
		if failed := endOf(t, js.mustAccept(t, dataset)); failed.State != ingest.JobFailed || !failed.Problem.Is(wire.ErrInternal) {
			t.Errorf("%s: %+v", dataset, failed)
		}
	}
	poison, err := js.create(jobRecord{Job: ingest.Job{Dataset: "poison"}, Begun: maxBegun})
	if err != nil {
		t.Fatal(err)
	}
	end()
	if err := poison.save(func(*jobRecord) {}); err != nil {
		t.Fatal(err)
	}
	js, _ = openTestJobs(t, data, func(context.Context, *job) (ingest.Answer, error) { return ingest.Answer{}, nil })
	if poison, err = js.find(poison.copy().Job.ID); err != nil {
		t.Fatal(err)
	}
	if gone := endOf(t, poison); gone.State != ingest.JobFailed || !gone.Problem.Is(wire.ErrInternal) {
		t.Errorf("%+v", gone)
	}
	for _, dataset := range []string{"panic", "away"} { // the ends of the life before are remembered
		if page := js.list("", "", 10); !slices.ContainsFunc(page.Jobs, func(j ingest.Job) bool { return j.Dataset == dataset && j.State.Ended() }) {
			t.Errorf("%s is forgotten: %+v", dataset, page)
		}
	}
}

// An ended job is shown for keep_jobs and then forgotten, with its folder; one that
// waits is kept however long it does.
func TestOldJobsAreForgotten(t *testing.T) {
	data := t.TempDir()
	js, _ := openTestJobs(t, data, func(ctx context.Context, j *job) (ingest.Answer, error) {
		if j.copy().Job.Dataset == "waits" {
			<-ctx.Done()
		}
		return ingest.Answer{}, ctx.Err()
	})
	old := js.mustAccept(t, "old")
	endOf(t, old)
	js.mustAccept(t, "waits")
	js.sweep()
	if n := len(js.list("", "", 10).Jobs); n != 2 {
		t.Errorf("%d jobs", n)
	}
	js.mu.Lock()
	js.now = func() time.Time { return time.Now().Add(js.config.KeepJobs.Std() + time.Hour) }
	js.mu.Unlock()
	js.sweep()
	left := js.list("", "", 10).Jobs
	if len(left) != 1 || left[0].Dataset != "waits" {
		t.Errorf("left %+v", left)
	}
	if folders, err := os.ReadDir(js.dir); err != nil || len(folders) != 1 {
		t.Errorf("folders %v, %v", folders, err)
	}
}

// A folder that holds no acknowledged job goes at the start, one whose record is
// damaged stays for a person to look at, and neither keeps the others from being
// done.
func TestWhatALifeLeftIsToldApart(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "spool", "jobs")
	for path, text := range map[string]string{
		"unaccepted/upload": "a\n1\n", "unaccepted/job.json.next": "{}", "damaged/job.json": "{", "damaged/upload": "a\n1\n",
		"ended/job.json": `{"job":{"id":"ended","state":"succeeded","dataset":"t","updated_at":"2999-01-01T00:00:00Z"}}`, "ended/work/input": "a\n",
		"open/job.json": `{"job":{"id":"open","state":"running","dataset":"t"},"event":1000000017}`, "open/upload": "a\n1\n", "open/work/input": "a\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var left []string
	js, _ := openTestJobs(t, data, func(_ context.Context, j *job) (ingest.Answer, error) {
		left, _ = filepath.Glob(filepath.Join(dir, "*", "*"))
		return ingest.Answer{}, nil
	})
	j, err := js.find("open")
	if err != nil {
		t.Fatal(err)
	}
	endOf(t, j)
	if event := j.copy().Event; event <= 2_000_000_000 {
		t.Errorf("the events of the next life begin at %d", event)
	}
	for i := range left {
		left[i], _ = filepath.Rel(dir, left[i])
	}
	if want := []string{"damaged/job.json", "damaged/upload", "ended/job.json", "open/job.json", "open/upload"}; !slices.Equal(left, want) {
		t.Errorf("at work there were %q, want %q", left, want)
	}
}
