package ingestd

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestRelayGivesWhatWasWritten(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	for _, broken := range []error{nil, errors.New("the upload broke off")} {
		r := newRelay(3, 1000)
		go func() {
			for rest := want; len(rest) > 0; {
				n, _ := r.Write(rest[:min(len(rest), 2501)])
				rest = rest[n:]
			}
			r.CloseWithError(broken)
		}()
		got, err := io.ReadAll(iotest.OneByteReader(r))
		if !errors.Is(err, broken) || !bytes.Equal(got, want) {
			t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
		}
	}
}
