package service

import (
	"bufio"
	"errors"
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

// A body whose route has bounds is cut when it is too late, whether it stands still or drips,
// and where the whole takes too long.
func TestAnUploadComesInItsTime(t *testing.T) {
	const rate, most = 64 << 10, 2 * time.Minute
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
		{"comes for ever", rate, time.Second, 300, most},
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
				u.rate, u.most = rate, most
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

// A body that is not read is in nobody's time: its reader may wait for others meanwhile.
func TestAnUploadHasItsTimeWhileItIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		go func() { _, _ = there.Write(make([]byte, 2)) }()
		u := newUpload(piped{httptest.NewRecorder(), here}, httptest.NewRequestWithContext(t.Context(), "POST", "/embed", here), time.Minute)
		u.rate, u.most = 64<<10, time.Minute
		for range 2 {
			if _, err := u.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		began := time.Now()
		if _, err := u.Read(make([]byte, 1)); !errors.Is(err, wire.ErrBodyIdle) || time.Since(began).Round(time.Second) != slowStart {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}
