package ingestd

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// An upload that drips is ended within two windows, by its rate and not by its
// pauses; one that is fast enough on average is taken, and the time that passes
// between the reads is not its own.
func TestDrippingUploadsAreEnded(t *testing.T) {
	for _, c := range []struct {
		what          string
		wait, between time.Duration // of each byte
		slow          bool
	}{
		{"a byte a second", time.Second, 0, true},
		{"a byte every 30 s", 30 * time.Second, 0, true},
		{"just fast enough", time.Second / 10, 0, false},
		{"slow on this side", time.Second / 10, time.Minute, false},
	} {
		clock := time.Now()
		body := &pacedBody{rate: 10, window: time.Minute, now: func() time.Time { return clock }}
		body.ReadCloser = io.NopCloser(waitingReader{iotest.OneByteReader(strings.NewReader(strings.Repeat("x", 3000))), func() { clock = clock.Add(c.wait) }})
		start, read := clock, 0
		var err error
		for n := 0; err == nil; read += n {
			n, err = body.Read(make([]byte, 100))
			clock = clock.Add(c.between)
		}
		if slow := errors.Is(err, ingest.ErrUploadTooSlow); slow != c.slow || !slow && (err != io.EOF || read != 3000) || slow && clock.Sub(start) > 2*time.Minute {
			t.Errorf("%s: %d bytes in %s, then %v", c.what, read, clock.Sub(start), err)
		}
	}
}

type waitingReader struct {
	io.Reader
	wait func()
}

func (r waitingReader) Read(p []byte) (int, error) {
	r.wait()
	return r.Reader.Read(p)
}
