package ingestd

import (
	"io"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// paceWindow is the time over which an upload's rate is averaged.
const paceWindow = time.Minute

// pacedBody ends an upload that drips: one that keeps its place with a byte now and
// then. Only the time that its client lets pass counts, not what is done with the
// bytes meanwhile.
type pacedBody struct {
	io.ReadCloser
	rate   int64 // bytes per second, at least
	window time.Duration
	now    func() time.Time
	waited time.Duration
	bytes  int64 // that came while waited passed
}

// Read gives what comes, or [ingest.ErrUploadTooSlow].
func (b *pacedBody) Read(p []byte) (int, error) {
	start := b.now()
	n, err := b.ReadCloser.Read(p)
	b.waited += b.now().Sub(start)
	b.bytes += int64(n)
	if b.waited < b.window || err != nil {
		return n, err
	}
	if float64(b.bytes) < float64(b.rate)*b.waited.Seconds() {
		return n, ingest.ErrUploadTooSlow.Errorf("only %d bytes came within %s; nothing was loaded: send at least %d bytes a second", b.bytes, b.waited.Round(time.Second), b.rate).
			With("limit", b.rate)
	}
	b.waited, b.bytes = 0, 0
	return n, nil
}
