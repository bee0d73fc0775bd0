package frames_test

import (
	"bytes"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/frames"
)

// The bytes of a frame are those of indexes that were saved before.
func TestBytesOfAFrame(t *testing.T) {
	var out bytes.Buffer
	want := frames.Head{1, 258, math.MaxUint32}
	if err := frames.Write(&out, want, []byte("ids"), nil, []byte("objects")); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "\x01\x00\x00\x00\x02\x01\x00\x00\xff\xff\xff\xffidsobjects" {
		t.Errorf("%q", got)
	}
	if got, err := frames.Read(iotest.OneByteReader(&out)); err != nil || got != want || out.String() != "idsobjects" {
		t.Errorf("%v, %v, and %q is left", got, err, out.String())
	}
}

func TestAFrameThatIsNotThere(t *testing.T) {
	for text, want := range map[string]error{"": io.EOF, "\x01\x00\x00\x00": io.ErrUnexpectedEOF} {
		if h, err := frames.Read(bytes.NewReader([]byte(text))); err != want {
			t.Errorf("of %q: %v, %v", text, h, err)
		}
	}
}
