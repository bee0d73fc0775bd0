package service

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// An early answer to an upload (409, 413) is lost in a connection reset if the
// client is still sending. So what is left of a body is read: a little before
// the answer, which keeps the connection of a small body, the rest after it.
const (
	drainBytesBefore = 256 << 10
	drainTimeBefore  = time.Second
	drainBytesAfter  = 64 << 20
	drainTimeAfter   = 10 * time.Second
)

// slowStart is how long an upload that has to come at a rate may take for anything.
const slowStart = 10 * time.Second

// upload is a request's body as it comes from the connection. It cuts an upload
// of which no byte came for a while; one that keeps coming may take as long as
// it likes, unless its route has bounds. It may be read by a goroutine that
// outlives the handler.
type upload struct {
	io.ReadCloser
	control  *http.ResponseController
	client   context.Context // of the request: done as soon as a read finds the client gone
	idle     time.Duration
	rate     int64         // bytes a second, at least; 0: any
	most     time.Duration // that all of it may take; 0: any
	chunked  bool
	awaited  bool // the client sends nothing before it is told to continue
	begun    atomic.Bool
	waited   atomic.Int64 // how long bytes were waited for
	ended    atomic.Bool
	stood    atomic.Bool // cut for standing still
	received atomic.Int64
}

// newUpload gives the upload that r brings, or nil for none.
func newUpload(w http.ResponseWriter, r *http.Request, idle time.Duration) *upload {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	return &upload{
		ReadCloser: r.Body, control: http.NewResponseController(w), client: r.Context(), idle: idle,
		chunked: slices.Contains(r.TransferEncoding, "chunked"),
		awaited: r.Header.Get("Expect") != "",
	}
}

func (u *upload) Read(p []byte) (int, error) {
	return u.readWithin(p, u.idle)
}

func (u *upload) readWithin(p []byte, patience time.Duration) (int, error) {
	u.begun.Store(true)
	began := time.Now()
	_ = u.control.SetReadDeadline(began.Add(min(patience, u.left()))) // unsupported only in tests without a connection
	n, err := u.ReadCloser.Read(p)
	u.waited.Add(int64(time.Since(began)))
	u.received.Add(int64(n))
	switch {
	case errors.Is(err, io.EOF):
		u.ended.Store(true)
		// The server goes on reading to notice when the client leaves; a
		// deadline that stayed would end a long handler.
		_ = u.control.SetReadDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		u.stood.Store(true)
		err = u.standstill()
	case u.malformed(err):
		err = wire.ErrBadRequest.Errorf("the chunked encoding of the body is malformed (%v); send it with a Content-Length, or in chunks as RFC 9112 writes them", err).Because(err)
	}
	return n, err
}

// malformed tells an error of the chunks themselves, for which net/http has no
// type: the client is still there, and the body was not given up on this side.
func (u *upload) malformed(err error) bool {
	return err != nil && u.chunked && u.client.Err() == nil && !errors.Is(err, http.ErrBodyReadAfterClose)
}

// left is how long the next byte may take by the bounds of the route. Time in which nothing is
// read is not the client's.
func (u *upload) left() time.Duration {
	left := time.Duration(math.MaxInt64)
	if u.rate > 0 {
		left = slowStart + time.Duration(float64(u.received.Load())/float64(u.rate)*float64(time.Second))
	}
	if u.most > 0 {
		left = min(left, u.most)
	}
	return left - time.Duration(u.waited.Load())
}

func (u *upload) standstill() error {
	if u.left() <= 0 {
		return wire.ErrBodyIdle.Errorf("the body comes too slowly, %d bytes until now; others wait for it, so send at least %d bytes a second, and all of it within %s, or less at once", u.received.Load(), u.rate, u.most).
			With("limit", u.rate)
	}
	return wire.ErrBodyIdle.Errorf("no byte of the body came for %s; send it again, without a pause", u.idle)
}

// open tells whether the client may still be sending.
func (u *upload) open() bool { return u != nil && !u.ended.Load() }

// drain reads what is left, within bounds of bytes and time. A client that
// waits to be told to continue is not told, since its bytes are not wanted.
func (u *upload) drain(bytes int64, patience time.Duration) {
	if !u.open() || u.stood.Load() || (u.awaited && !u.begun.Load()) {
		return
	}
	end := time.Now().Add(patience)
	buf := make([]byte, 32<<10)
	for bytes > 0 {
		left := time.Until(end)
		if left <= 0 {
			return
		}
		n, err := u.readWithin(buf, left)
		if err != nil {
			return
		}
		bytes -= int64(n)
	}
}

// forsake ends a connection's patience with an upload that nobody reads any
// more, so that closing it cannot block.
func (u *upload) forsake() {
	if u.open() {
		_ = u.control.SetReadDeadline(time.Unix(1, 0))
	}
}
