package fleet_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// Of 200 files at once, sent as jobs and at once, those beyond the bounds are
// refused with the bound and a time to come again, and every acknowledged one is
// there, and no other.
func TestTwoHundredIngestsAtOnce(t *testing.T) {
	const clients, uploads, queue = 200, 6, 10
	l := startLake(t, func(c *fleet.Config) { c.Ingestd.MaxUploads, c.Ingestd.MaxJobs = uploads, queue })
	var wait sync.WaitGroup
	answers := make([]answered, clients)
	for i := range clients {
		wait.Go(func() {
			url := fmt.Sprintf("%s/v1/ingest?name=t%d&async=%t", l.url, i, i%2 == 0)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("id,week,hours\n")) // no rows: nothing to convert
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Content-Type", "text/csv")
			resp, doc, err := exchange(req)
			if answers[i] = (answered{doc: doc, err: err}); err != nil {
				return
			}
			answers[i].status = resp.StatusCode
			if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
				t.Errorf("refused without a time to come again: %v", doc)
			}
		})
	}
	wait.Wait()
	acknowledged := map[string]bool{}
	for i, a := range answers {
		limit := map[string]any{"too_many_ingests": float64(uploads), "queue_full": float64(queue)}
		switch {
		case a.status == http.StatusCreated:
			acknowledged["t"+strconv.Itoa(i)] = true
		case a.status == http.StatusAccepted:
			acknowledged["t"+strconv.Itoa(i)] = true
			if job := l.ended(a.doc["id"].(string)); job.State != ingest.JobSucceeded {
				t.Errorf("%+v", job)
			}
		case a.status != http.StatusServiceUnavailable || a.doc["limit"] == nil || a.doc["limit"] != limit[fmt.Sprint(a.doc["code"])]:
			t.Errorf("client %d: %+v", i, a)
		}
	}
	names := l.datasets()
	for _, name := range names {
		if !acknowledged[name] {
			t.Errorf("%s is there and was refused", name)
		}
	}
	if len(names) != len(acknowledged) || len(names) < uploads {
		t.Errorf("%d datasets of %d acknowledged ones", len(names), len(acknowledged))
	}
}

// A queue that is full refuses what comes next, keeps what it has, and has room
// again when a job ends.
func TestAQueueThatFills(t *testing.T) {
	const queue = 3
	catalog := newGate(func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/catalog/register") })
	l := startProxied(t, t.TempDir(), "catalogd", catalog, &catalog.target, func(c *fleet.Config) {
		c.Ingestd.MaxConcurrent, c.Ingestd.MaxJobs = 1, queue
	})
	var jobs []ingest.Job
	for i := range queue {
		jobs = append(jobs, l.submit("name=t"+strconv.Itoa(i), "a\n1\n"))
	}
	<-catalog.reached
	status, doc := l.ingest("async=true&name=late", "a\n1\n")
	if status != http.StatusServiceUnavailable || doc["code"] != "queue_full" || doc["limit"] != float64(queue) {
		t.Fatalf("%d %v", status, doc)
	}
	l.wantCancelled("waited", l.cancel(jobs[queue-1].ID))
	jobs[queue-1] = l.submit("name=late", "a\n1\n")
	catalog.open()
	for _, job := range jobs {
		if end := l.ended(job.ID); end.State != ingest.JobSucceeded {
			t.Errorf("%+v", end)
		}
	}
}

// A client that leaves in the midst of its upload leaves nothing: no job, no file,
// and its place is free.
func TestAClientThatLeavesLeavesNoJob(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data, func(c *fleet.Config) { c.Ingestd.MaxUploads, c.Ingestd.MaxJobs = 1, 1 })
	l := lake{t, f.URL("gateway")}
	l.breakOff("async=true&name=t")
	doc := l.ingestOnceFree("async=true&name=next", http.StatusAccepted)
	l.ended(doc["id"].(string))
	page, err := l.jobs().Jobs(t.Context(), "", "", 0)
	if err != nil || len(page.Jobs) != 1 || page.Jobs[0].Dataset != "next" {
		t.Errorf("%+v, %v", page, err)
	}
	wantJobsClean(t, data, 1)
}

// An upload that the disk of the spool cannot hold is no job; a job that the disk
// has no room to load fails and says so, and its file is not kept.
func TestAFullSpoolAndJobs(t *testing.T) {
	data := t.TempDir()
	spool := filepath.Join(data, "spool")
	if err := os.Mkdir(spool, 0o700); err != nil {
		t.Fatal(err)
	}
	testbed.SmallDisk(t, spool, 16<<20)
	l := lake{t, startFleet(t, data).URL("gateway")}
	csv := timesheets(150_000, "2026-01-04") // 6.7 MB
	ballast := filepath.Join(spool, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 12<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, doc := l.ingest("async=true&name=t", csv); status != http.StatusInsufficientStorage || doc["code"] != "storage_full" {
		t.Errorf("%d %v", status, doc)
	}
	wantJobsClean(t, data, 0)
	if err := os.Truncate(ballast, 6<<20); err != nil { // the upload fits, and not what is made of it
		t.Fatal(err)
	}
	if job := l.ended(l.submit("name=t", csv).ID); job.State != ingest.JobFailed || job.Problem.Kind.Code != "storage_full" {
		t.Errorf("%+v", job)
	}
	wantJobsClean(t, data, 1)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if job := l.ended(l.submit("name=t", csv).ID); job.State != ingest.JobSucceeded {
		t.Errorf("%+v", job)
	}
}
