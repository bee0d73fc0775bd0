package ingestd

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestRelayGivesWhatWasFilledIn(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	for _, broken := range []error{nil, errors.New("the upload broke off")} {
		for _, wrap := range []func(io.Reader) io.Reader{iotest.HalfReader, iotest.DataErrReader, iotest.OneByteReader} {
			src := wrap(bytes.NewReader(want))
			if broken != nil {
				src = io.MultiReader(src, iotest.ErrReader(broken))
			}
			r := newRelay(3, 1000)
			var tapped bytes.Buffer
			filled := make(chan error, 1)
			go func() {
				_, err := r.fill(src, &tapped)
				r.CloseWithError(err)
				filled <- err
			}()
			got, err := io.ReadAll(iotest.OneByteReader(r))
			if !errors.Is(err, broken) || !errors.Is(<-filled, broken) || !bytes.Equal(got, want) || !bytes.Equal(tapped.Bytes(), want) {
				t.Errorf("%d bytes of %d, %d tapped, %v", len(got), len(want), tapped.Len(), err)
			}
		}
	}
}

// A tap that fails ends the filling before the reader gets what was not tapped.
func TestRelayEndsWhenTheTapFails(t *testing.T) {
	full := errors.New("the disk is full")
	r := newRelay(3, 1000)
	go func() {
		_, err := r.fill(bytes.NewReader(make([]byte, 10_000)), failing{full})
		r.CloseWithError(err)
	}()
	if got, err := io.ReadAll(r); len(got) > 0 || !errors.Is(err, full) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
