package gateway

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// echo answers with what a daemon received.
func echo(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s %s\nHost: %s\n", r.Method, r.RequestURI, r.Host)
	_ = r.Header.Write(w)
}

func TestARequestPassesAsItIs(t *testing.T) {
	e := setup{peers: service.Peers{"storaged": upstream(t, echo), "queryd": upstream(t, echo)}}.run(t)
	for path, want := range map[string]string{
		"/v1/storage/objects/a/b":               "/storage/objects/a/b",
		"/v1/storage/objects/a%2Fb%20c":         "/storage/objects/a%2Fb%20c",
		"/v1/storage/objects/%E2%82%AC/a+b%25":  "/storage/objects/%E2%82%AC/a+b%25",
		"/v1/storage/objects/a//b/":             "/storage/objects/a//b/",
		"/v1/storage/objects/a/../b":            "/storage/objects/a/../b",
		"/v1/storage/objects/v1/x":              "/storage/objects/v1/x",
		"/v1/storage/objects?prefix=a%2Fb&x;=1": "/storage/objects?prefix=a%2Fb&x;=1",
		"/v1/storage/objects?":                  "/storage/objects?",
		"/v1/sql":                               "/sql",
		"/v1/sql/queries/7":                     "/sql/queries/7",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			if writes(method) && strings.Contains(path, "//") || writes(method) && strings.Contains(path, "..") {
				continue // no key to write to: see TestKeysThatNoWriteMayName
			}
			resp := e.do(method, path, nil)
			first, _, _ := strings.Cut(read(t, resp.Body), "\n")
			if method != "HEAD" && first != method+" "+want {
				t.Errorf("%s %s arrived as %q", method, path, first)
			}
		}
	}
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatSaysHowARequestCameEndsAtTheGateway(t *testing.T) {
	e := setup{
		peers:  service.Peers{"queryd": upstream(t, echo)},
		tokens: service.Tokens{Current: service.NewSecret("current")},
	}.run(t)
	resp := e.do("POST", "/v1/sql", strings.NewReader("{}"), "Authorization: Bearer current", "Host: lake.example",
		"Origin: http://lake.example", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "X-Forwarded-For: 10.1.1.1",
		"X-Forwarded-Port: 443", "Via: 1.1 proxy", "X-Real-Ip: 10.1.1.1", "Idempotency-Key: k-1", "X-Request-Id: r-1",
		"Accept: text/csv", "Accept-Encoding: identity", "User-Agent: test/1")
	got := read(t, resp.Body)
	for _, gone := range []string{"Origin", "Sec-Fetch", "Forwarded", "Via", "X-Real-Ip", "10.1.1.1", "lake.example"} {
		if strings.Contains(got, gone) {
			t.Errorf("%s reached the daemon:\n%s", gone, got)
		}
	}
	for _, kept := range []string{"Authorization: Bearer current", "Idempotency-Key: k-1", "X-Request-Id: r-1", "Traceparent: 00-",
		"Accept: text/csv", "Accept-Encoding: identity", "User-Agent: test/1", "Content-Length: 2"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s did not reach the daemon:\n%s", kept, got)
		}
	}
}

func TestAnAnswerPassesAsItIs(t *testing.T) {
	e := setup{peers: service.Peers{"queryd": upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Trailer", "X-Truncated")
		h.Set("X-Request-Id", "the daemon's")
		h.Set("ETag", `"abc"`)
		h.Set("Location", "/v1/ingest/jobs/1")
		h.Set("Content-Type", "text/csv")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "a,b\n")
		h.Set("X-Truncated", "true")
	})}}.run(t)
	resp := e.do("POST", "/v1/sql", strings.NewReader("{}"), "X-Request-Id: r-1")
	wantBody(t, resp, http.StatusAccepted, "a,b\n")
	if got := resp.Trailer.Get("X-Truncated"); got != "true" {
		t.Errorf("trailer X-Truncated %q", got)
	}
	for name, want := range map[string]string{"ETag": `"abc"`, "Location": "/v1/ingest/jobs/1", "Content-Type": "text/csv", "X-Request-Id": "r-1"} {
		if got := resp.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s %q, want %q", name, got, want)
		}
	}
}

// Each side sends its next bytes only when it has the other's: nothing between
// them may wait for more.
func TestBytesPassBothWaysAsTheyCome(t *testing.T) {
	const rounds = 20
	e := setup{peers: service.Peers{"ingestd": upstream(t, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		in := bufio.NewReader(r.Body)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			_, _ = io.WriteString(w, "got "+line)
			_ = control.Flush()
		}
	})}}.run(t)
	body, feed := io.Pipe()
	type outcome struct {
		resp *http.Response
		err  error
	}
	answered := make(chan outcome, 1)
	req, err := http.NewRequest("POST", e.url+"/v1/ingest?name=x", body)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		resp, err := http.DefaultTransport.RoundTrip(req)
		answered <- outcome{resp, err}
	}()
	if _, err := io.WriteString(feed, "line 0\n"); err != nil {
		t.Fatal(err)
	}
	got := <-answered
	if got.err != nil {
		t.Fatal(got.err)
	}
	defer got.resp.Body.Close()
	out := bufio.NewReader(got.resp.Body)
	for i := range rounds {
		if line, err := out.ReadString('\n'); err != nil || line != fmt.Sprintf("got line %d\n", i) {
			t.Fatalf("round %d: %q, %v", i, line, err)
		}
		if _, err := fmt.Fprintf(feed, "line %d\n", i+1); err != nil {
			t.Fatal(err)
		}
	}
	feed.Close()
	if rest := read(t, out); rest != fmt.Sprintf("got line %d\n", rounds) {
		t.Errorf("at the end %q", rest)
	}
}

// Whoever waits for a small request, or for its answer, is woken up once.
func TestASmallRequestAndItsAnswerPassInOnePiece(t *testing.T) {
	const rounds = 50 // pieces may happen to come together
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	arrived := make(chan string, rounds)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return // the test has ended
		}
		defer conn.Close()
		for range rounds {
			arrived <- firstPiece(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer")
		}
	}()
	e := setup{peers: service.Peers{"queryd": "http://" + l.Addr().String()}}.run(t)
	conn := e.conn()
	for range rounds {
		_, _ = io.WriteString(conn, "POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\nSELECT 1")
		if got := <-arrived; !strings.HasSuffix(got, "\r\n\r\nSELECT 1") {
			t.Fatalf("the daemon's first piece is %q", got)
		}
		if got := firstPiece(conn); !strings.HasSuffix(got, "\r\n\r\nanswer") {
			t.Fatalf("the client's first piece is %q", got)
		}
	}
}

// firstPiece is what one read of a connection gives.
func firstPiece(conn net.Conn) string {
	buf := make([]byte, 16<<10)
	n, _ := conn.Read(buf)
	return string(buf[:n])
}

func TestAnEarlyAnswerReachesAnUploadThatGoesOn(t *testing.T) {
	peer := daemon(t, service.Route{Method: "POST", Path: "/ingest", MaxBody: service.Unbounded, Handle: func(_ http.ResponseWriter, r *http.Request) error {
		if _, err := io.CopyN(io.Discard, r.Body, 1<<20); err != nil {
			return err
		}
		return (&wire.Kind{Status: http.StatusConflict, Code: "schema_drift", Title: "Schema drift"}).Errorf("no")
	}})
	e := setup{peers: service.Peers{"ingestd": peer}}.run(t)
	const size = 24 << 20
	for _, framing := range []string{fmt.Sprintf("Content-Length: %d", size), "Transfer-Encoding: chunked"} {
		conn := e.conn()
		fmt.Fprintf(conn, "POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n", framing)
		piece := strings.Repeat("x", 64<<10)
		if strings.HasPrefix(framing, "Transfer") {
			piece = fmt.Sprintf("%x\r\n%s\r\n", len(piece), piece)
		}
		for range size / (64 << 10) {
			if _, err := io.WriteString(conn, piece); err != nil {
				t.Fatalf("%s: the upload was cut: %v", framing, err)
			}
		}
		if strings.HasPrefix(framing, "Transfer") {
			_, _ = io.WriteString(conn, "0\r\n\r\n")
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: no answer: %v", framing, err)
		}
		wantProblem(t, resp, &wire.Kind{Status: http.StatusConflict, Code: "schema_drift"})
	}
}

// daemon runs a real daemon's service with the given routes and gives its URL.
func daemon(t testing.TB, routes ...service.Route) string {
	t.Helper()
	fleet := service.DefaultFleet()
	fleet.Data = t.TempDir()
	fleet.DrainTimeout = service.Duration(time.Second)
	env, err := service.NewEnv("ingestd", fleet, nil, service.Secrets{}, silent())
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + serve(t, env, &service.Daemon{Routes: routes})
}

func (e *edge) conn() net.Conn {
	e.t.Helper()
	c, err := net.Dial("tcp", e.addr)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

func TestExpectContinueIsTheDaemonsToAnswer(t *testing.T) {
	peer := daemon(t,
		service.Route{Method: "POST", Path: "/ingest/refused", MaxBody: service.Unbounded, Handle: func(http.ResponseWriter, *http.Request) error {
			return wire.ErrBodyTooLarge.Errorf("no")
		}},
		service.Route{Method: "POST", Path: "/ingest/taken", MaxBody: service.Unbounded, Handle: func(w http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(w, r.Body)
			return err
		}})
	e := setup{peers: service.Peers{"ingestd": peer}}.run(t)
	head := "Host: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"

	conn := e.conn()
	_, _ = io.WriteString(conn, "POST /v1/ingest/refused HTTP/1.1\r\n"+head)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, resp, wire.ErrBodyTooLarge) // and not 100 Continue

	conn = e.conn()
	_, _ = io.WriteString(conn, "POST /v1/ingest/taken HTTP/1.1\r\n"+head)
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("first line %q, %v", line, err)
	}
	for line := "x"; line != "\r\n"; {
		if line, err = in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = io.WriteString(conn, "data")
	if resp, err = http.ReadResponse(in, nil); err != nil {
		t.Fatal(err)
	}
	wantBody(t, resp, http.StatusOK, "data")
}

func TestAnAnswerThatBreaksOffBreaksOffHere(t *testing.T) {
	for name, length := range map[string]string{"chunked": "", "with a length": "1000"} {
		e := setup{peers: service.Peers{"queryd": upstream(t, func(w http.ResponseWriter, _ *http.Request) {
			if length != "" {
				w.Header().Set("Content-Length", length)
			}
			_, _ = io.WriteString(w, "half of ")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})}}.run(t)
		resp := e.do("POST", "/v1/sql", strings.NewReader("{}"))
		body, err := io.ReadAll(resp.Body)
		if err == nil || string(body) != "half of " {
			t.Errorf("%s: %q, %v; want the half and an error", name, body, err)
		}
	}
}

func TestAClientThatLeavesEndsItsWorkInTheDaemon(t *testing.T) {
	for _, stage := range []string{"before the answer", "within the answer"} {
		started, ended := make(chan struct{}), make(chan struct{})
		e := setup{peers: service.Peers{"queryd": upstream(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			if stage == "within the answer" {
				_, _ = io.WriteString(w, "first")
				_ = http.NewResponseController(w).Flush()
			}
			close(started)
			<-r.Context().Done()
			close(ended)
		})}}.run(t)
		conn := e.conn()
		_, _ = io.WriteString(conn, "POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
		<-started
		conn.Close()
		<-ended
	}
}

func TestAnUploadThatIsCutIsCutInTheDaemon(t *testing.T) {
	started, cut := make(chan struct{}), make(chan error, 1)
	e := setup{peers: service.Peers{"ingestd": upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadFull(r.Body, make([]byte, 4))
		close(started)
		_, err := io.ReadAll(r.Body)
		cut <- err
	})}}.run(t)
	conn := e.conn()
	_, _ = io.WriteString(conn, "POST /v1/ingest HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n")
	<-started
	conn.Close()
	if err := <-cut; err == nil {
		t.Error("the daemon takes half an upload for the whole")
	}
}
