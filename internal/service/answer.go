package service

import (
	"io"
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// answer wraps the ResponseWriter to know whether the header went out, with
// which status, and how many bytes followed.
type answer struct {
	http.ResponseWriter
	requestID string
	upload    *upload
	http1     bool
	status    int
	bytes     int64
}

// WriteHeader adds to the answer's own header what every answer carries. An
// answer that begins before its upload has ended is the last on its connection:
// what is left of the upload must not be read as another request.
// 100 Continue is said by the server itself when the upload is first read; a
// second one, passed on from a peer, would confuse some clients.
func (a *answer) WriteHeader(status int) {
	if status == http.StatusContinue {
		return
	}
	if a.status == 0 && status >= 200 {
		a.status = status
		a.Header().Set(wire.HeaderRequestID, a.requestID)
		if a.http1 && a.upload.open() {
			a.Header().Set("Connection", "close")
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// ReadFrom keeps sendfile for answers that are files. Where no header was
// written yet, the first byte of r decides that there is an answer.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	if a.status == 0 {
		return io.Copy(struct{ io.Writer }{a}, r)
	}
	n, err := io.Copy(a.ResponseWriter, r)
	a.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
