package ingestd

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// serveJobs serves a daemon's routes over a table of jobs that do what load says.
func serveJobs(t *testing.T, load loadFunc, change ...func(*ingestd)) (*ingestd, string) {
	t.Helper()
	d := newTestIngestd(t)
	d.slots, d.heartbeat, d.paceWindow = make(chan struct{}, 4), heartbeatEvery, paceWindow
	d.jobs, _ = openTestJobs(t, t.TempDir(), load)
	for _, f := range change {
		f(d)
	}
	return d, testbed.Serve(t, testbed.NewEnv(t, "ingestd"), &service.Daemon{Routes: d.routes()})
}

// A job goes its way whether anybody reads its events or not, a stream without news
// shows that it is alive, and who reads late gets the end.
func TestAReaderThatStandsStillHoldsNoJobUp(t *testing.T) {
	hurry := make(chan struct{})
	d, url := serveJobs(t, func(ctx context.Context, j *job) (ingest.Answer, error) {
		<-hurry
		for n := range int64(10_000) {
			j.enter(ingest.PhaseConvert, n)
		}
		return ingest.Answer{Warnings: []string{strings.Repeat("w", 1<<20)}}, nil
	}, func(d *ingestd) { d.heartbeat = time.Millisecond })
	j := d.jobs.mustAccept(t, "t")
	client := ingest.Client{Client: wire.Client{Service: "ingestd", Base: url}}
	stream, err := client.Events(t.Context(), j.copy().Job.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	lines := bufio.NewReaderSize(stream, 4<<20)
	for line := ""; !strings.HasPrefix(line, ": alive"); {
		if line, err = lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	close(hurry)
	if end := endOf(t, j); end.State != ingest.JobSucceeded { // while nobody reads
		t.Errorf("%+v", end)
	}
	var last string
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break
		}
		if strings.HasPrefix(line, "event:") {
			last = strings.TrimSpace(line)
		}
	}
	if last != "event: end" {
		t.Errorf("the last event is %q", last)
	}
}

// An upload that drips is refused by its rate, and leaves nothing.
func TestADrippingUploadIsRefused(t *testing.T) {
	d, url := serveJobs(t, nil, func(d *ingestd) { d.config.MinUploadRate, d.paceWindow = 1<<50, time.Nanosecond })
	body, feed := io.Pipe()
	defer feed.Close()
	go func() { _, _ = io.WriteString(feed, "a\n1\n") }() // and then nothing
	resp, err := http.Post(url+"/ingest?name=t&async=true", "text/csv", body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var p wire.Problem
	if err := wire.DecodeJSON(resp.Body, &p); err != nil || resp.StatusCode != http.StatusRequestTimeout || !p.Is(ingest.ErrUploadTooSlow) {
		t.Errorf("%s %v, %v", resp.Status, p.Error(), err)
	}
	if page := d.jobs.list("", "", 10); len(page.Jobs) > 0 {
		t.Errorf("%+v", page)
	}
}
