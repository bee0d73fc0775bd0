package fleet_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// An upload that is not whole, or whose chunks cannot be read, loads nothing,
// even where what did come would be a file by itself.
func TestBrokenUploadsLoadNothing(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data)
	l := lake{t, f.URL("gateway")}
	const chunk = "8\r\na,b\n1,x\n\r\n"
	for what, body := range map[string]string{
		"short by its length":    "Content-Length: 100\r\n\r\na,b\n1,x\n",
		"nothing of its length":  "Content-Length: 100\r\n\r\n",
		"without the last chunk": "Transfer-Encoding: chunked\r\n\r\n" + chunk,
		"a chunk cut short":      "Transfer-Encoding: chunked\r\n\r\n80\r\na,b\n1,x\n",
		"a chunk without a size": "Transfer-Encoding: chunked\r\n\r\n" + chunk + "zz\r\n2,y\n\r\n0\r\n\r\n",
		"a chunk too long":       "Transfer-Encoding: chunked\r\n\r\n4\r\na,b\n1,x\n\r\n0\r\n\r\n",
		"an endless size":        "Transfer-Encoding: chunked\r\n\r\n" + chunk + strings.Repeat("1", 10_000) + "\r\n",
	} {
		for daemon, path := range map[string]string{"ingestd": "/ingest", "gateway": "/v1/ingest"} {
			answer := cutUpload(t, f.URL(daemon), path+"?name=t", body)
			if strings.HasPrefix(answer, "HTTP/1.1 2") {
				t.Errorf("%s, to %s: answered %q", what, daemon, answer)
			}
		}
	}
	wantSpoolClean(t, data)
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
	l.mustIngest("name=t", "a,b\n1,x\n")
}

// cutUpload sends a CSV's header and body as they are written, closes the line
// behind them, and gives the status line of the answer, if one came.
func cutUpload(t *testing.T, url, path, body string) string {
	t.Helper()
	conn := sendUpload(t, url, path, body)
	_ = conn.(*net.TCPConn).CloseWrite() // a refusal may have closed it first
	answer, _ := io.ReadAll(conn)
	line, _, _ := strings.Cut(string(answer), "\r\n")
	return line
}

// sendUpload sends a CSV's header and body as they are written.
func sendUpload(t *testing.T, url, path, body string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n%s", path, body)
	return conn
}

// An upload that stands still is cut and told why; its place is free again and
// nothing of it is loaded.
func TestAnUploadThatStandsStillIsCut(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data, func(c *fleet.Config) {
		c.Fleet.BodyIdle = service.Duration(2 * time.Second)
		c.Ingestd.MaxUploads = 1
	})
	l := lake{t, f.URL("gateway")}
	for daemon, path := range map[string]string{"ingestd": "/ingest", "gateway": "/v1/ingest"} {
		conn := sendUpload(t, f.URL(daemon), path+"?name=t", "Transfer-Encoding: chunked\r\n\r\n8\r\na,b\n1,x\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", daemon, err)
		}
		var doc map[string]any
		err = json.NewDecoder(resp.Body).Decode(&doc)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusRequestTimeout || doc["code"] != "body_idle" || !strings.Contains(fmt.Sprint(doc["detail"]), "send it again") {
			t.Errorf("%s: %d %v, %v", daemon, resp.StatusCode, doc, err)
		}
		wantSpoolClean(t, data)
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
}

// breakOff begins an upload and leaves in the midst of it.
func (l lake) breakOff(params string) {
	l.t.Helper()
	u := l.beginUpload(params, "a,b\n1,")
	u.feed.CloseWithError(io.ErrUnexpectedEOF)
	if a := <-u.answer; a.err == nil {
		l.t.Fatalf("an upload that broke off was answered: %+v", a)
	}
}

// ingestOnceFree sends a small file until the place of an upload that broke off is
// free, of which ingestd learns a little later, and gives the answer.
func (l lake) ingestOnceFree(params string, want int) map[string]any {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	for {
		status, doc := l.ingest(params, "a\n1\n")
		if status == want {
			return doc
		}
		if doc["code"] != "too_many_ingests" || ctx.Err() != nil {
			l.t.Fatalf("%d %v", status, doc)
		}
	}
}
