package fleet_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/tmaxmax/go-sse"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// seenUntil follows a job until it is in a phase, or has ended, and gives the last
// event's id.
func (l lake) seenUntil(id string, phase ingest.Phase) (last string) {
	l.t.Helper()
	body, err := l.jobs().Events(l.t.Context(), id, "")
	if err != nil {
		l.t.Fatal(err)
	}
	defer body.Close()
	for e, err := range sse.Read(body, nil) {
		var job ingest.Job
		if err != nil || json.Unmarshal([]byte(e.Data), &job) != nil {
			l.t.Fatalf("%q, %v", e.Data, err)
		}
		last = e.LastEventID
		if job.Phase == phase || job.State.Ended() {
			break
		}
	}
	return last
}

// A job that was acknowledged makes its version exactly once, whoever is killed
// while it is in whichever phase, although its content may be loaded again and again
// (allow_duplicate) and only the job itself knows that it was. Its events go on
// above those that were seen.
func TestKilledDaemonsLoseNoJobAndDoNoneTwice(t *testing.T) {
	const rows = 50_000
	p, l := startProcesses(t)
	csv := timesheets(rows, "2026-01-04")
	total := 0
	for round, c := range []struct {
		victim string
		phase  ingest.Phase
		again  bool // killed once more, at a moment of its own
	}{
		{"ingestd", ingest.PhaseReceive, false}, {"ingestd", ingest.PhaseScan, false}, {"ingestd", ingest.PhaseConvert, true},
		{"ingestd", ingest.PhaseUpload, false}, {"ingestd", ingest.PhaseRegister, true},
		{"catalogd", ingest.PhaseRegister, false}, {"storaged", ingest.PhaseUpload, false},
	} {
		job := l.submit("name=t&mode=append&allow_duplicate=true", csv)
		last := l.seenUntil(job.ID, c.phase)
		p.kill(c.victim)
		p.start(c.victim)
		if c.again {
			<-time.After(time.Duration(round) * 60 * time.Millisecond) // the moment of the fault
			p.kill(c.victim)
			p.start(c.victim)
		}
		p.ready()
		seen := l.events(job.ID, last)
		if len(seen) == 0 { // the end was seen before the fault
			seen = l.events(job.ID, "")
		}
		before, _ := strconv.ParseInt(last, 10, 64)
		end := seen[len(seen)-1]
		if end.job.State != ingest.JobSucceeded || end.job.Answer.Rows != rows || end.id < before {
			t.Fatalf("round %d, %s killed at %s: after event %d came %+v", round, c.victim, c.phase, before, end)
		}
		total += rows
		if got := l.rows("SELECT count(*)::BIGINT FROM t")[0]; got != strconv.Itoa(total) {
			t.Fatalf("round %d, %s killed at %s: %s rows, want %d", round, c.victim, c.phase, got, total)
		}
	}
	killedWhileReceiving(t, p, l)
}

// An upload that was not acknowledged leaves neither a job nor a file.
func killedWhileReceiving(t *testing.T, p *processes, l lake) {
	before, err := l.jobs().Jobs(t.Context(), "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	u := l.beginUpload("async=true&name=lost", "a\n1\n")
	p.kill("ingestd")
	u.feed.Close()
	<-u.answer
	p.start("ingestd")
	p.ready()
	after, err := l.jobs().Jobs(t.Context(), "", "", 0)
	if err != nil || fmt.Sprint(ids(after)) != fmt.Sprint(ids(before)) {
		t.Errorf("jobs %v, before %v, %v", ids(after), ids(before), err)
	}
	wantJobsClean(t, p.data(), len(before.Jobs))
}

func ids(page ingest.Jobs) (ids []string) {
	for _, job := range page.Jobs {
		ids = append(ids, job.ID)
	}
	return ids
}
