package fleet_test

import (
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// cancel cancels a job and gives what the answer says of it.
func (l lake) cancel(id string) ingest.Job {
	l.t.Helper()
	job, err := l.jobs().Cancel(l.t.Context(), id)
	if err != nil {
		l.t.Fatal(err)
	}
	return job
}

// wantCancelled fails unless the job says that nothing came of it.
func (l lake) wantCancelled(what string, job ingest.Job) {
	l.t.Helper()
	if job.State != ingest.JobCancelled || job.Answer != nil || job.Problem == nil || !job.Problem.Is(ingest.ErrJobCancelled) {
		l.t.Errorf("cancelled while it %s: %+v", what, job)
	}
}

// reach waits until a job is in a phase, or beyond.
func (l lake) reach(id string, phase ingest.Phase) {
	l.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if job, err := l.jobs().Job(l.t.Context(), id); err != nil || job.Phase == phase || job.State.Ended() {
			return
		}
	}
	l.t.Fatalf("the job did not come to %s within a minute", phase)
}

// A job that is cancelled at any step before the registration leaves nothing that
// a user could see, nothing in storage, and of the spool its own record alone.
func TestACancelledJobLeavesNothing(t *testing.T) {
	data := t.TempDir()
	storage := newGate(func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/held.csv") && r.Method == http.MethodGet || strings.Contains(r.URL.Path, "/objects/datasets/") && r.Method == http.MethodPut
	})
	l := startProxied(t, data, "storaged", storage, &storage.target, func(c *fleet.Config) { c.Ingestd.MaxConcurrent = 1 })
	l.put("held.csv", "a\n1\n")

	uploading := l.beginUpload("async=true&name=received", "a\n1\n")
	page, err := l.jobs().Jobs(t.Context(), ingest.JobQueued, "", 0)
	if err != nil || len(page.Jobs) != 1 || page.Jobs[0].Phase != ingest.PhaseReceive {
		t.Fatalf("%+v, %v", page, err)
	}
	defer uploading.feed.Close()
	cancelled := make(chan ingest.Job, 1)
	go func() { cancelled <- l.cancel(page.Jobs[0].ID) }()
	for said := false; !said; {
		select {
		case job := <-cancelled:
			l.wantCancelled("was received", job)
			said = true
		default:
			_, _ = io.WriteString(uploading.feed, "2\n") // refused once the job is cancelled
		}
	}
	if a := <-uploading.answer; a.status != http.StatusConflict || a.doc["code"] != "job_cancelled" {
		t.Errorf("the upload of a cancelled job: %+v", a)
	}

	status, doc := l.ingestFrom("async=true&name=scanned", "held.csv")
	if status != http.StatusAccepted {
		t.Fatalf("%d %v", status, doc)
	}
	<-storage.reached
	waiting := l.submit("name=queued", "a\n1\n")
	l.wantCancelled("waited", l.cancel(waiting.ID))
	l.wantCancelled("was scanned", l.cancel(doc["id"].(string)))

	big := l.submit("name=converted", timesheets(300_000, "2026-01-04"))
	l.reach(big.ID, ingest.PhaseConvert)
	l.wantCancelled("was converted", l.cancel(big.ID))

	stored := l.submit("name=stored&on_error=quarantine", "a,b\n1,2\nbroken\n")
	<-storage.reached
	l.wantCancelled("was stored", l.cancel(stored.ID))

	if again := l.cancel(stored.ID); again.State != ingest.JobCancelled {
		t.Errorf("cancelled twice: %+v", again)
	}
	if names, objects := l.datasets(), l.dataObjects(); len(names)+len(objects) > 0 {
		t.Errorf("left in the catalog %q, in storage %q", names, objects)
	}
	wantJobsClean(t, data, 5)
}

// wantJobsClean fails unless the spool holds so many jobs' records and nothing else
// of jobs.
func wantJobsClean(t *testing.T, data string, records int) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(data, "spool", "jobs", "*", "*"))
	if err != nil || len(left) != records || slices.ContainsFunc(left, func(path string) bool { return filepath.Base(path) != "job.json" }) {
		t.Errorf("left of the jobs: %q, %v; want %d records", left, err, records)
	}
	wantSpoolClean(t, data)
}

// A job that is being registered cannot be cancelled any more: it says what became
// of it.
func TestAJobThatIsRegisteredIsNotCancelled(t *testing.T) {
	catalog := newGate(func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/catalog/register") })
	l := startProxied(t, t.TempDir(), "catalogd", catalog, &catalog.target)
	job := l.submit("name=t", "a\n1\n")
	<-catalog.reached
	cancelled := make(chan ingest.Job, 1)
	go func() { cancelled <- l.cancel(job.ID) }()
	if now, err := l.jobs().Job(t.Context(), job.ID); err != nil || now.State != ingest.JobRunning || now.Phase != ingest.PhaseRegister {
		t.Errorf("%+v, %v", now, err)
	}
	catalog.open()
	if end := <-cancelled; end.State != ingest.JobSucceeded || end.Answer == nil {
		t.Errorf("%+v", end)
	}
	if got := l.rows("SELECT a FROM t"); got[0] != "1" {
		t.Errorf("rows %v", got)
	}
	if end := l.cancel(job.ID); end.State != ingest.JobSucceeded {
		t.Errorf("an ended job was cancelled: %+v", end)
	}
}
