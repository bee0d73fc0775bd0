package service

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// An early answer to an upload (409, 413) is lost in a connection reset if the
// client is still sending. So the rest of the body is read, within these.
const (
	drainBytes = 64 << 20
	drainTime  = 10 * time.Second
)

// idleBody cuts an upload of which no byte came for a while; one that keeps
// coming may take as long as it likes.
type idleBody struct {
	io.ReadCloser
	control *http.ResponseController
	idle    time.Duration
}

func (b *idleBody) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(time.Now().Add(b.idle)) // unsupported only in tests without a connection
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = wire.ErrBodyIdle.Errorf("no byte of the body came for %s", b.idle)
	}
	return n, err
}

// drain reads what is left of a body, so that the client reads the answer.
func drain(w http.ResponseWriter, body io.Reader) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.CopyN(io.Discard, body, drainBytes)
	_ = control.SetReadDeadline(time.Time{})
}

// answer wraps the ResponseWriter to know whether the header went out, with
// which status, and how many bytes followed.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// ReadFrom keeps sendfile for answers that are files.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := io.Copy(a.ResponseWriter, r)
	a.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
