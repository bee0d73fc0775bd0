package sealed_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

func seal(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := sealed.NewWriter(&out)
	for rest := data; len(rest) > 0; { // in pieces of odd sizes
		n := min(len(rest), 70_001)
		if _, err := w.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func random(n int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	data := make([]byte, n)
	_, _ = r.Read(data)
	return data
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, n := range []int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3<<20 + 5} {
		data := random(n)
		got, err := io.ReadAll(sealed.NewReader(bytes.NewReader(seal(t, data))))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: %d came back, %v", n, len(got), err)
		}
	}
}

// damaged reads a stream that is not whole: what comes back is a part of what was
// written, and the error says that it is damaged.
func damaged(t *testing.T, what string, stream, data []byte) {
	t.Helper()
	got, err := io.ReadAll(sealed.NewReader(bytes.NewReader(stream)))
	var damage *sealed.DamageError
	if !errors.As(err, &damage) {
		t.Errorf("%s: %v", what, err)
	}
	if !bytes.HasPrefix(data, got) {
		t.Errorf("%s: bytes that were not written are given", what)
	}
}

func TestDamageIsKnown(t *testing.T) {
	data := random(2<<20 + 77)
	whole := seal(t, data)
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		stream := bytes.Clone(whole)
		stream[r.IntN(len(stream))] ^= 1 << r.IntN(8)
		damaged(t, "a bit turned", stream, data)
		damaged(t, "cut", whole[:r.IntN(len(whole))], data)
	}
	const first, second = 16 + 8 + 1<<20, 16 + 2*(8+1<<20)
	damaged(t, "two blocks exchanged", slices.Concat(whole[:16], whole[first:second], whole[16:first], whole[second:]), data)
	damaged(t, "a block left out", slices.Concat(whole[:first], whole[second:]), data)
	damaged(t, "a block twice", slices.Concat(whole[:first], whole[16:first], whole[first:]), data)
	other := seal(t, data)
	damaged(t, "two writings in one", slices.Concat(whole[:first], other[first:]), data)
}

func TestABrokenConnectionIsNoDamage(t *testing.T) {
	whole := seal(t, random(5000))
	broken := io.MultiReader(bytes.NewReader(whole[:3000]), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := io.ReadAll(sealed.NewReader(broken)); err != io.ErrUnexpectedEOF {
		t.Errorf("%v", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{})
	f.Add(seal(f, []byte("some bytes")))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, stream []byte) {
		got, err := io.ReadAll(sealed.NewReader(bytes.NewReader(stream)))
		if err == nil && len(got) > 0 && !bytes.Contains(stream, got[:min(len(got), 1<<20)]) {
			t.Fatalf("%d bytes are read that the stream does not hold", len(got))
		}
	})
}
