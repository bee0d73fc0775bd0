package fleet_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tmaxmax/go-sse"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (l lake) jobs() *ingest.Client {
	return &ingest.Client{Client: wire.Client{Service: "gateway", Base: l.url + "/v1"}}
}

// submit sends a file as a job and gives it as it was acknowledged.
func (l lake) submit(params, csv string) ingest.Job {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.url+"/v1/ingest?async=true&"+params, strings.NewReader(csv))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/csv")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	var job ingest.Job
	if err := json.NewDecoder(resp.Body).Decode(&job); err != nil || resp.StatusCode != http.StatusAccepted ||
		resp.Header.Get("Location") != "/v1/ingest/jobs/"+job.ID {
		l.t.Fatalf("%s, Location %q, %+v, %v", resp.Status, resp.Header.Get("Location"), job, err)
	}
	return job
}

// event is one event of a job's stream.
type event struct {
	id   int64
	kind string
	job  ingest.Job
}

// events reads a job's stream to its end, which is the job's or the daemon's.
func (l lake) events(id, after string) (seen []event) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	body, err := l.jobs().Events(ctx, id, after)
	if err != nil {
		l.t.Fatal(err)
	}
	if body == nil {
		return nil
	}
	defer body.Close()
	for e, err := range sse.Read(body, nil) {
		if err != nil {
			l.t.Fatalf("after %+v: %v", seen, err)
		}
		got := event{kind: e.Type}
		if got.id, err = strconv.ParseInt(e.LastEventID, 10, 64); err != nil {
			l.t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(e.Data), &got.job); err != nil {
			l.t.Fatal(err)
		}
		seen = append(seen, got)
	}
	return seen
}

// ended waits for a job's end.
func (l lake) ended(id string) ingest.Job {
	l.t.Helper()
	seen := l.events(id, "")
	if len(seen) == 0 || !seen[len(seen)-1].job.State.Ended() {
		l.t.Fatalf("the stream of job %s ended before the job: %+v", id, seen)
	}
	return seen[len(seen)-1].job
}

// A file sent as a job becomes the version that it would have become at once, with
// the same answer or the same problem.
func TestAJobBecomesWhatTheRequestWouldHave(t *testing.T) {
	data := t.TempDir()
	l := lake{t, startFleet(t, data).URL("gateway")}
	good := l.ended(l.submit("name=t", timesheets(1000, "2026-01-04")).ID)
	if good.State != ingest.JobSucceeded || good.Dataset != "t" || good.Phase != ingest.PhaseRegister || good.Problem != nil || good.Answer == nil ||
		good.Answer.Version != 1 || good.Answer.Rows != 1000 || good.Rows != 1000 || good.Bytes != good.BytesTotal || good.Answer.BytesIn != good.BytesTotal {
		t.Errorf("%+v", good)
	}
	bad := l.ended(l.submit("name=t", "id,week,hours,note\n1,x\n").ID)
	if bad.State != ingest.JobFailed || bad.Answer != nil || bad.Problem == nil || !bad.Problem.Is(ingest.ErrBadRows) ||
		bad.Problem.RequestID == "" || fmt.Sprint(bad.Problem.Fields["error_count"]) != "1" {
		t.Errorf("%+v", bad)
	}
	again := l.ended(l.submit("name=t", timesheets(1000, "2026-01-04")).ID)
	if again.State != ingest.JobSucceeded || !again.Answer.Unchanged || again.Answer.Version != 1 {
		t.Errorf("%+v", again)
	}
	wrong, doc := l.ingest("async=true&name=t&mode=none", "a\n1\n") // what can be said at once is
	if wrong != http.StatusBadRequest || doc["code"] != "bad_option" {
		t.Errorf("%d %v", wrong, doc)
	}
	form := "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Week 44.csv\"\r\n\r\na\n1\n\r\n--B--\r\n"
	status, doc := l.send(http.MethodPost, "/v1/ingest?async=true", "multipart/form-data; boundary=B", form)
	if status != http.StatusAccepted || doc["dataset"] != "week_44" {
		t.Errorf("%d %v", status, doc)
	}
	if named := l.ended(doc["id"].(string)); named.State != ingest.JobSucceeded || named.Answer.Dataset != "week_44" {
		t.Errorf("%+v", named)
	}
	if got := l.rows("SELECT count(*)::BIGINT FROM t"); got[0] != "1000" {
		t.Errorf("rows %v", got)
	}
	left, err := filepath.Glob(filepath.Join(data, "spool", "jobs", "*", "*"))
	if slices.ContainsFunc(left, func(path string) bool { return filepath.Base(path) != "job.json" }) || len(left) != 4 || err != nil {
		t.Errorf("left of four ended jobs: %q, %v", left, err)
	}
}

// The list shows jobs newest first, by page and by state.
func TestJobsAreListed(t *testing.T) {
	l := startLake(t)
	var ids []string
	for i, csv := range []string{"a\n1\n", "a\n2\n", "a\n\"\n", "a\n3\n"} {
		job := l.submit("name=t"+strconv.Itoa(i), csv)
		ids = append(ids, job.ID)
		l.ended(job.ID)
	}
	slices.Reverse(ids)
	var listed []string
	cursor := ""
	for pages := 1; ; pages++ {
		page, err := l.jobs().Jobs(t.Context(), "", cursor, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, job := range page.Jobs {
			listed = append(listed, job.ID)
		}
		if page.NextCursor == nil {
			if pages != 2 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		cursor = *page.NextCursor
	}
	if !slices.Equal(listed, ids) {
		t.Errorf("listed %q, want %q", listed, ids)
	}
	failed, err := l.jobs().Jobs(t.Context(), ingest.JobFailed, "", 0)
	if err != nil || len(failed.Jobs) != 1 || failed.Jobs[0].ID != ids[1] {
		t.Errorf("%+v, %v", failed, err)
	}
	for path, code := range map[string]string{"?state=done": "bad_option", "?limit=0": "bad_option", "?cursor=zzz": "bad_request", "?x=1": "unknown_parameter", "/nobody": "job_not_found", "/nobody/events": "job_not_found"} {
		if status, doc := l.send(http.MethodGet, "/v1/ingest/jobs"+path, "", ""); doc["code"] != code {
			t.Errorf("%s: %d %v", path, status, doc)
		}
	}
}

// A stream tells the phases in their order with ids that go up; who has seen the
// end is told that there is no more, and who has not is told the end.
func TestTheEventsOfAJobCanBeTakenUpAgain(t *testing.T) {
	l := startLake(t)
	job := l.submit("name=t", timesheets(200_000, "2026-01-04"))
	seen := l.events(job.ID, "")
	order := []ingest.Phase{ingest.PhaseReceive, ingest.PhaseScan, ingest.PhaseConvert, ingest.PhaseUpload, ingest.PhaseRegister}
	for i, e := range seen {
		if i > 0 && (e.id <= seen[i-1].id || slices.Index(order, e.job.Phase) < slices.Index(order, seen[i-1].job.Phase)) || (e.kind == "end") != (i == len(seen)-1) {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	last := seen[len(seen)-1]
	if last.job.State != ingest.JobSucceeded {
		t.Errorf("%+v", last)
	}
	if more := l.events(job.ID, strconv.FormatInt(last.id, 10)); more != nil {
		t.Errorf("after the end: %+v", more)
	}
	for _, before := range []string{"", strconv.FormatInt(last.id-1, 10), "0", "none", "99999999999999"} {
		if more := l.events(job.ID, before); len(more) != 1 || more[0].id != last.id || more[0].kind != "end" {
			t.Errorf("after %q: %+v", before, more)
		}
	}
}
