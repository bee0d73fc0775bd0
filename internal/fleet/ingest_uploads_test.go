package fleet_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"

	"net/http/httptrace"
)

// slowUpload is an ingest under way: it has its place, and ingestd waits for the
// rest of the file.
type slowUpload struct {
	t      *testing.T
	feed   *io.PipeWriter
	answer chan answered
}

// answered is what a request in the background was told.
type answered struct {
	status int
	doc    map[string]any
	err    error
}

// beginUpload sends the beginning of a CSV, once ingestd has asked for it.
func (l lake) beginUpload(params, beginning string) *slowUpload {
	l.t.Helper()
	body, feed := io.Pipe()
	begun := make(chan struct{})
	asked := sync.OnceFunc(func() { close(begun) })
	ctx := httptrace.WithClientTrace(l.t.Context(), &httptrace.ClientTrace{Got100Continue: asked})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/v1/ingest?"+params, body)
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"text/csv"}, "Expect": {"100-continue"}}
	u := &slowUpload{l.t, feed, make(chan answered, 1)}
	go func() {
		resp, doc, err := exchange(req)
		if err != nil {
			u.answer <- answered{err: err}
			return
		}
		u.answer <- answered{resp.StatusCode, doc, nil}
	}()
	select {
	case <-begun:
	case a := <-u.answer:
		l.t.Fatalf("the upload %s was answered before it began: %+v", params, a)
	case <-time.After(time.Minute):
		l.t.Fatalf("the upload %s was not asked for within a minute", params)
	}
	u.send(beginning)
	return u
}

func (u *slowUpload) send(text string) {
	u.t.Helper()
	if _, err := io.WriteString(u.feed, text); err != nil {
		u.t.Fatalf("the upload was cut: %v", err)
	}
}

// end sends the rest of the file and gives the answer.
func (u *slowUpload) end(rest string) (int, map[string]any) {
	u.t.Helper()
	u.send(rest)
	u.feed.Close()
	a := <-u.answer
	if a.err != nil {
		u.t.Fatal(a.err)
	}
	return a.status, a.doc
}

// datasets gives the names in the catalog's listing.
func (l lake) datasets() []string {
	l.t.Helper()
	status, doc := l.send(http.MethodGet, "/v1/catalog/list", "", "")
	if status != http.StatusOK {
		l.t.Fatalf("%d %v", status, doc)
	}
	names := []string{}
	for _, d := range doc["datasets"].([]any) {
		names = append(names, d.(map[string]any)["name"].(string))
	}
	return names
}

// wantSpoolClean returns once no ingest has a folder in the spool: its handler
// may still be at it when the client has long left.
func wantSpoolClean(t *testing.T, data string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		left, err := filepath.Glob(filepath.Join(data, "spool", "ingestd", "ingest-*"))
		if err == nil && len(left) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("left in the spool: %q, %v", left, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Uploads that stand still hold places and nothing else: with one conversion at
// a time and one place left, another's file is loaded. Without a place left a
// request is refused at once and told when to come again.
func TestSlowUploadsHoldPlacesAndNoConversion(t *testing.T) {
	const places = 3
	l := startLake(t, func(c *fleet.Config) { c.Ingestd.MaxUploads, c.Ingestd.MaxConcurrent = places, 1 })
	var slow []*slowUpload
	for i := range places - 1 {
		slow = append(slow, l.beginUpload(fmt.Sprint("name=slow_", i), "a,b\n1,"))
	}
	l.mustIngest("name=quick", "a\n1\n")

	slow = append(slow, l.beginUpload(fmt.Sprint("name=slow_", places-1), "a,b\n1,"))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url+"/v1/ingest?name=late", strings.NewReader("a\n1\n"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/csv")
	resp, doc, err := exchange(req)
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable || doc["code"] != "too_many_ingests" || doc["limit"] != float64(places) {
		t.Fatalf("one more than there are places: %v, %v", doc, err)
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil || seconds < 1 {
		t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
	}
	if got := l.datasets(); len(got) != 1 || got[0] != "quick" {
		t.Errorf("datasets %q", got)
	}

	for _, u := range slow {
		u.send("x\n")
		u.feed.Close()
	}
	for _, u := range slow { // they wait for their turn, and are not refused
		if a := <-u.answer; a.status != http.StatusCreated || a.doc["rows"] != 1.0 {
			t.Errorf("a slow upload ended with %+v", a)
		}
	}
	l.mustIngest("name=late", "a\n1\n")
}

// A client that leaves gives its place back, and nothing of its file stays.
func TestAnUploadThatBreaksOffGivesItsPlaceBack(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data, func(c *fleet.Config) { c.Ingestd.MaxUploads = 1 })
	l := lake{t, f.URL("gateway")}
	l.breakOff("name=t")
	l.ingestOnceFree("name=next", http.StatusCreated)
	if got := l.datasets(); len(got) != 1 || got[0] != "next" {
		t.Errorf("datasets %q", got)
	}
	wantSpoolClean(t, data)
}

// curl -d takes the line ends out of a file and calls it a form. It is refused
// with the two ways that work.
func TestAFileThatCurlSentAsAFormFieldIsRefused(t *testing.T) {
	l := startLake(t)
	status, doc := l.send(http.MethodPost, "/v1/ingest?name=t", "application/x-www-form-urlencoded", "a,b1,x2,y")
	if status != http.StatusBadRequest || doc["code"] != "bad_request" {
		t.Errorf("%d %v", status, doc)
	}
	for _, remedy := range []string{"-F file=@FILE", "--data-binary @FILE", "Content-Type: text/csv"} {
		if !strings.Contains(fmt.Sprint(doc["detail"]), remedy) {
			t.Errorf("the remedy %q is not in %q", remedy, doc["detail"])
		}
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
}

// A form holds one file, as the field "file", and says its options in the query
// string; what is left of a form that broke is no file.
func TestFormsThatAreNotOneFile(t *testing.T) {
	l := startLake(t)
	const file = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"t.csv\"\r\n\r\na\n1\n"
	const mode = "--B\r\nContent-Disposition: form-data; name=\"mode\"\r\n\r\nappend"
	const multipart = "multipart/form-data; boundary=B"
	for what, c := range map[string]struct{ media, body, says string }{
		"no part":                 {multipart, "--B--\r\n", `the field "file"`},
		"another field":           {multipart, mode + "\r\n--B--\r\n", `options in the query string`},
		"an option before":        {multipart, mode + "\r\n" + file + "\r\n--B--\r\n", `options in the query string`},
		"an option after":         {multipart, file + "\r\n" + mode + "\r\n--B--\r\n", `"mode"; send one file`},
		"two files":               {multipart, file + "\r\n" + file + "\r\n--B--\r\n", `second field, "file"`},
		"no end":                  {multipart, file, "nothing was loaded: send it again"},
		"no boundary":             {"multipart/form-data", file + "\r\n--B--\r\n", "cannot be read"},
		"noise after the file":    {multipart, file + "\r\n--B\r\nno header\r\n\r\nx\r\n--B--\r\n", "the form "},
		"a header that is no one": {multipart, "--B\r\nno header\r\n\r\nx\r\n--B--\r\n", "cannot be read"},
	} {
		status, doc := l.send(http.MethodPost, "/v1/ingest?name=t", c.media, c.body)
		if status != http.StatusBadRequest || doc["code"] != "bad_request" || !strings.Contains(fmt.Sprint(doc["detail"]), c.says) {
			t.Errorf("%s: %d %v, want the words %q", what, status, doc, c.says)
		}
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
}

// A file over max_file_bytes is told the bound, however it comes.
func TestAFileOverTheBoundIsRefused(t *testing.T) {
	data := t.TempDir()
	const limit = 1 << 20
	f := startFleet(t, data, func(c *fleet.Config) { c.Ingestd.MaxFileBytes = limit })
	l := lake{t, f.URL("gateway")}
	csv := "a\n" + strings.Repeat("1", limit-2)
	l.mustIngest("name=t", csv)
	for _, media := range []string{"text/csv", "multipart/form-data; boundary=B"} {
		body := csv + "1"
		if strings.HasPrefix(media, "multipart") {
			body = "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + body + "\r\n--B--\r\n"
		}
		status, doc := l.send(http.MethodPost, "/v1/ingest?name=u", media, body)
		if status != http.StatusRequestEntityTooLarge || doc["code"] != "file_too_large" || doc["limit"] != float64(limit) ||
			!strings.Contains(fmt.Sprint(doc["detail"]), "max_file_bytes") {
			t.Errorf("%s: %d %v", media, status, doc)
		}
	}
	if got := l.datasets(); len(got) != 1 {
		t.Errorf("datasets %q", got)
	}
	wantSpoolClean(t, data)
	if left, err := os.ReadDir(filepath.Join(data, "spool", "ingestd")); err != nil || len(left) != 1 || left[0].Name() != "spill" {
		t.Errorf("the spool holds %v, %v", left, err)
	}
}
