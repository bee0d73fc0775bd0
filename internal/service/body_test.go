package service

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
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
