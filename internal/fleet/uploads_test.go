package fleet_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// An upload whose chunks are malformed is its sender's fault at every door: no
// daemon is blamed for it, and nothing of it is kept.
func TestAMalformedUploadIsBlamedOnNoDaemon(t *testing.T) {
	f := startFleet(t, t.TempDir())
	l := lake{t, f.URL("gateway")}
	const csv, form = "text/csv", "multipart/form-data; boundary=b"
	for _, door := range []struct{ url, request, contentType, body string }{
		{f.URL("storaged"), "PUT /storage/objects/x", csv, "a\n1\n2\n"},
		{f.URL("gateway"), "PUT /v1/storage/objects/x", csv, "a\n1\n2\n"},
		{f.URL("ingestd"), "POST /ingest?name=x", csv, "a\n1\n2\n"},
		{f.URL("gateway"), "POST /v1/ingest?name=x", csv, "a\n1\n2\n"},
		{f.URL("ingestd"), "POST /ingest?name=x", form, "--b\r\n"},
		{f.URL("ingestd"), "POST /ingest?name=x", form, "--b\r\nContent-Disposition: form-data; name=file\r\n\r\na\n1\n"},
	} {
		status, p := sendRaw(t, door.url, fmt.Sprintf("%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n"+
			"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\nzz\r\n", door.request, door.contentType, len(door.body), door.body))
		if status != http.StatusBadRequest || p.Fields["service"] != nil || !strings.HasPrefix(p.Detail, "the chunked encoding") {
			t.Errorf("%s: %d %v", door.request, status, p.Error())
		}
	}
	for _, path := range []string{"/v1/storage/objects/x", "/v1/catalog/manifest/x"} {
		if status, doc := l.send(http.MethodGet, path, "", ""); status != http.StatusNotFound {
			t.Errorf("%s: %d %v", path, status, doc)
		}
	}
}

// However many uploads of users stand still, files are loaded.
func TestSlowUploadsDoNotKeepAFileFromBeingLoaded(t *testing.T) {
	const slots = 3
	l := startLake(t, func(c *fleet.Config) { c.Storaged.MaxConcurrentWrites = slots })
	address := strings.TrimPrefix(l.url, "http://")
	for i := range slots {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprintf(conn, "PUT /v1/storage/objects/%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n", i)
		if line, err := bufio.NewReader(conn).ReadString('\n'); !strings.Contains(line, "100") {
			t.Fatalf("upload %d: %q, %v", i, line, err)
		}
	}
	if status, doc := l.send(http.MethodPut, "/v1/storage/objects/one-more", "", "x"); doc["code"] != "too_many_writes" {
		t.Errorf("one more upload: %d %v", status, doc)
	}
	l.mustIngest("name=t", "a\n1\n")
	if got := l.rows("SELECT a FROM t"); got[0] != "1" {
		t.Errorf("rows: %v", got)
	}
}

// sendRaw sends a request as it is written and gives the problem that comes back.
func sendRaw(t *testing.T, url, request string) (status int, p wire.Problem) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	fmt.Fprint(conn, request)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.40q: no answer: %v", request, err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
		t.Fatalf("%.40q: %s with no problem: %v", request, resp.Status, err)
	}
	return resp.StatusCode, p
}
