package service

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func readAll(w http.ResponseWriter, r *http.Request) error {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(w, n)
	return err
}

// zeros is a body of n bytes whose length is not announced.
func zeros(n int64) io.Reader { return io.LimitReader(zeroReader{}, n) }

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestBodiesAreBounded(t *testing.T) {
	s := setup{}.run(t,
		Route{Method: "POST", Path: "/default", Handle: readAll},
		Route{Method: "POST", Path: "/small", MaxBody: 10, Handle: readAll},
		Route{Method: "POST", Path: "/unbounded", MaxBody: Unbounded, Handle: readAll},
	)
	for _, c := range []struct {
		path  string
		size  int64
		limit int64
	}{
		{"/default", DefaultMaxBody, 0}, {"/default", DefaultMaxBody + 1, DefaultMaxBody},
		{"/small", 10, 0}, {"/small", 11, 10},
		{"/unbounded", 3 * DefaultMaxBody, 0},
	} {
		for _, announced := range []bool{true, false} {
			body := zeros(c.size)
			if announced {
				body = bytes.NewReader(make([]byte, c.size))
			}
			resp := s.do("POST", c.path, body)
			if c.limit == 0 {
				wantStatus(t, resp, http.StatusOK)
				continue
			}
			p := wantProblem(t, resp, wire.ErrBodyTooLarge)
			if got := fmt.Sprint(p.Fields["limit"]); got != fmt.Sprint(c.limit) {
				t.Errorf("%s: limit %s in the answer, want %d", c.path, got, c.limit)
			}
		}
	}
}

// A client that writes its whole body before it reads must still find the
// answer, not a connection reset.
func TestAnEarlyAnswerReachesAClientThatIsStillSending(t *testing.T) {
	s := setup{}.run(t,
		Route{Method: "PUT", Path: "/refused", MaxBody: Unbounded, Handle: func(http.ResponseWriter, *http.Request) error {
			return wire.ErrBadRequest.Errorf("no")
		}},
		Route{Method: "PUT", Path: "/bounded", MaxBody: 1 << 10, Handle: readAll},
		Route{Method: "PUT", Path: "/content", MaxBody: Unbounded, Handle: ok},
	)
	const size = 16 << 20
	for _, c := range []struct {
		path   string
		status int
	}{{"/refused", 400}, {"/bounded", 413}, {"/content", 200}} {
		conn := s.conn()
		send(t, conn, fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", c.path, size))
		if _, err := io.Copy(conn, zeros(size)); err != nil {
			t.Fatalf("%s: the upload was cut: %v", c.path, err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: no answer: %v", c.path, err)
		}
		wantStatus(t, resp, c.status)
		if _, err := io.ReadAll(resp.Body); err != nil {
			t.Errorf("%s: the answer is cut: %v", c.path, err)
		}
	}
}

// What is left of a refused upload must not be read as a request of its own.
func TestTheRestOfAnUploadIsNoRequest(t *testing.T) {
	hit := make(chan struct{}, 1)
	s := setup{fleet: func(f *Fleet) { f.BodyIdle = Duration(50 * time.Millisecond) }}.run(t,
		Route{Method: "PUT", Path: "/early", MaxBody: Unbounded, Handle: func(w http.ResponseWriter, r *http.Request) error {
			if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
				return err
			}
			w.Header().Set("Content-Length", "5")
			if _, err := io.WriteString(w, "early"); err != nil {
				return err
			}
			return http.NewResponseController(w).Flush()
		}},
		Route{Method: "GET", Path: "/smuggled", Handle: func(http.ResponseWriter, *http.Request) error {
			hit <- struct{}{}
			return nil
		}},
	)
	conn := s.conn()
	send(t, conn, "PUT /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !resp.Close {
		t.Error("an answer before the end of its upload keeps the connection")
	}
	_, _ = io.WriteString(conn, strings.Repeat("GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n", 3))
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "early" {
		t.Errorf("body %q, %v", body, err)
	}
	_ = conn.(interface{ CloseWrite() error }).CloseWrite()
	if rest, _ := io.ReadAll(r); len(rest) > 0 {
		t.Errorf("another answer came: %q", rest)
	}
	select {
	case <-hit:
		t.Error("bytes of the upload were served as a request")
	default:
	}
}

func TestAClientThatWaitsForContinueIsNotAskedForABodyNobodyWants(t *testing.T) {
	s := setup{}.run(t,
		Route{Method: "PUT", Path: "/refused", MaxBody: Unbounded, Handle: func(http.ResponseWriter, *http.Request) error {
			return wire.ErrBadRequest.Errorf("no")
		}},
		Route{Method: "PUT", Path: "/taken", Handle: readAll},
	)
	for _, c := range []struct{ path, first string }{
		{"/refused", "HTTP/1.1 400"}, {"/taken", "HTTP/1.1 100"},
	} {
		conn := s.conn()
		send(t, conn, "PUT "+c.path+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, c.first) {
			t.Errorf("%s: first line %q (%v), want %s", c.path, line, err, c.first)
		}
	}
}

// A body whose chunks cannot be told apart is its sender's fault, and the answer
// is the last on its connection.
func TestAMalformedUploadIsItsSendersFault(t *testing.T) {
	s := setup{}.run(t, Route{Method: "POST", Path: "/up", MaxBody: Unbounded, Handle: readAll})
	const first = "5\r\nhello\r\n"
	for what, body := range map[string]string{
		"no number":          first + "zz\r\nhello\r\n0\r\n\r\n",
		"no size":            first + "\r\nhello\r\n0\r\n\r\n",
		"a size beyond all":  first + "fffffffffffffffff\r\n",
		"a bare line feed":   "5\nhello\n0\n\n",
		"more than its size": "3\r\nhello\r\n0\r\n\r\n",
		"a size in a novel":  first + "5;" + strings.Repeat("x", 8<<10) + "\r\n",
		"a bad trailer":      first + "0\r\nno trailer\r\n\r\n",
	} {
		conn := s.conn()
		send(t, conn, "POST /up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"+body)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: no answer: %v", what, err)
		}
		if p := wantProblem(t, resp, wire.ErrBadRequest); !strings.Contains(p.Detail, "chunk") || !resp.Close {
			t.Errorf("%s: %q, connection ends %t", what, p.Detail, resp.Close)
		}
	}
}

// A handler that reads on after it gave the upload up is at fault itself.
func TestAnUploadThatWasGivenUpIsNotMalformed(t *testing.T) {
	s := setup{}.run(t, Route{Method: "POST", Path: "/up", Handle: func(w http.ResponseWriter, r *http.Request) error {
		return errors.Join(r.Body.Close(), readAll(w, r))
	}})
	wantProblem(t, s.do("POST", "/up", zeros(5)), wire.ErrInternal)
}

func TestAnUploadThatStandsStillIsCut(t *testing.T) {
	s := setup{fleet: func(f *Fleet) { f.BodyIdle = Duration(30 * time.Millisecond) }}.run(t,
		Route{Method: "POST", Path: "/up", Handle: readAll})
	conn := s.conn()
	send(t, conn, "POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nonly this")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, resp, wire.ErrBodyIdle)
	if !resp.Close {
		t.Error("the connection of a cut upload is kept")
	}
}

// piped is an answer on one end of a pipe.
type piped struct {
	http.ResponseWriter
	net.Conn
}

func (p piped) Write(b []byte) (int, error) { return p.Conn.Write(b) }

// A body whose route has a rate is cut when it is too late, whether it stands still or drips.
func TestAnUploadComesAtItsRate(t *testing.T) {
	const rate = 64 << 10
	for _, c := range []struct {
		what  string
		piece int // bytes that come at once
		pause time.Duration
		count int
		ends  time.Duration // 0: with the last byte
	}{
		{"is silent", 0, 0, 0, slowStart},
		{"drips", 1, time.Second, 60, slowStart},
		{"stands still", rate, 0, 3, slowStart + 3*time.Second},
		{"comes at its rate", rate, time.Second, 60, 0},
		{"comes after a while", 1, 9 * time.Second, 1, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := net.Pipe()
				var sender sync.WaitGroup
				defer sender.Wait()
				defer there.Close()
				sender.Go(func() {
					for range c.count {
						time.Sleep(c.pause)
						_, _ = there.Write(make([]byte, c.piece)) // fails where the body was cut
					}
					if c.ends == 0 {
						there.Close()
					}
				})
				r := httptest.NewRequestWithContext(t.Context(), "POST", "/embed", here)
				u := newUpload(piped{httptest.NewRecorder(), here}, r, time.Minute)
				u.rate = rate
				began := time.Now()
				n, err := io.Copy(io.Discard, u)
				if c.ends == 0 {
					if err != nil || n != int64(c.piece*c.count) {
						t.Errorf("%d bytes, %v", n, err)
					}
					return
				}
				if took := time.Since(began).Round(time.Second); !errors.Is(err, wire.ErrBodyIdle) || took != c.ends {
					t.Errorf("after %s: %v", took, err)
				}
			})
		})
	}
}

// The bound on idle uploads must not end a handler that works for longer than
// it after the last byte.
func TestAHandlerMayOutliveTheIdleBound(t *testing.T) {
	const idle = 20 * time.Millisecond
	for _, transfer := range []string{"Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"} {
		s := setup{fleet: func(f *Fleet) { f.BodyIdle = Duration(idle) }}.run(t,
			Route{Method: "POST", Path: "/sql", Handle: func(w http.ResponseWriter, r *http.Request) error {
				if _, err := io.ReadAll(r.Body); err != nil {
					return err
				}
				select {
				case <-r.Context().Done():
					return r.Context().Err()
				case <-time.After(10 * idle):
					return ok(w, r)
				}
			}})
		conn := s.conn()
		send(t, conn, "POST /sql HTTP/1.1\r\nHost: localhost\r\n"+transfer)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		wantStatus(t, resp, http.StatusOK)
	}
}

func TestAClientThatLeavesEndsItsHandler(t *testing.T) {
	started, ended := make(chan struct{}), make(chan error, 1)
	s := setup{}.run(t, Route{Method: "POST", Path: "/sql", Handle: func(_ http.ResponseWriter, r *http.Request) error {
		_, _ = io.ReadAll(r.Body)
		close(started)
		<-r.Context().Done()
		ended <- r.Context().Err()
		return r.Context().Err()
	}})
	conn := s.conn()
	send(t, conn, "POST /sql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
	<-started
	conn.Close()
	if err := <-ended; err == nil {
		t.Error("the handler's context did not end")
	}
	_ = s.stop()
	if got := s.log.requests(t, "/sql"); len(got) != 1 || got[0]["status"] != float64(statusNoAnswer) {
		t.Errorf("log %v, want one line with status %d", got, statusNoAnswer)
	}
}

func TestALateErrorAbortsTheAnswer(t *testing.T) {
	late := errors.New("the disk is gone")
	half := func(w http.ResponseWriter, _ *http.Request) error {
		if _, err := io.WriteString(w, "half of "); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		return late
	}
	s := setup{}.run(t,
		Route{Method: "GET", Path: "/error", Handle: half},
		Route{Method: "GET", Path: "/panic", Handle: func(w http.ResponseWriter, r *http.Request) error { panic(half(w, r)) }},
	)
	for _, path := range []string{"/error", "/panic"} {
		resp := s.do("GET", path, nil)
		wantStatus(t, resp, http.StatusOK)
		if body, err := io.ReadAll(resp.Body); err == nil {
			t.Errorf("%s: a broken answer reads as the whole: %q", path, body)
		}
	}
	_ = s.stop()
	for _, path := range []string{"/error", "/panic"} {
		got := s.log.requests(t, path)
		if len(got) != 1 || got[0]["aborted"] != true || got[0]["level"] != "ERROR" || !strings.Contains(fmt.Sprint(got[0]["error"]), late.Error()) {
			t.Errorf("%s: log %v, want one aborted error with its cause", path, got)
		}
	}
}
