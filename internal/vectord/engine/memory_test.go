package engine_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// What an index says that it takes, but for vectors, is about what Go's heap grows by: of
// items with 1 KiB of metadata and text, put in one by one, loaded, and replaced; and an index
// that is closed takes nothing.
func TestWhatAnIndexTakes(t *testing.T) {
	const n = 8_000
	var counted engine.Memory
	config := engine.Config{Dimension: 2, MaxItems: 2 * n, TextFields: []string{"text"}, Memory: &counted}
	r := rand.New(rand.NewPCG(7, 8))
	about := func(i int) []byte {
		var text strings.Builder
		for text.Len() < 700 {
			fmt.Fprintf(&text, "w%d ", min(r.IntN(30_000), r.IntN(30_000)))
		}
		return fmt.Appendf(nil, `{"n":%d,"rate":%v,"city":"city %d","even":%v,"mail":"somebody-%d@example.com","tags":["t%d","t%d"],"note":"%s","text":"%s"}`,
			i, r.Float64(), i%300, i%2 == 0, i, i%7, i%41, strings.Repeat("n", 100+i%90), text.String())
	}
	fill := func(x *engine.Index) {
		for from := 0; from < n; from += 1000 {
			var list []engine.Item
			for i := from; i < from+1000; i++ {
				list = append(list, engine.Item{ID: fmt.Sprintf("resume-%d", i), Vector: []float32{1, float32(i)}, Metadata: about(i)})
			}
			put(t, x, list...)
		}
	}
	var saved bytes.Buffer
	heap, took := heapNow(), counted.Bytes()
	compare := func(when string) {
		t.Helper()
		grew, says := heapNow()-heap, counted.Bytes()-took
		t.Logf("%s: the heap has grown by %d bytes, and the index says %d: %.2f", when, grew, says, float64(says)/float64(grew))
		if part := float64(says) / float64(grew); part < .8 || part > 1.2 {
			t.Errorf("%s: the heap has grown by %d bytes, and the index says %d: %.2f", when, grew, says, part)
		}
	}
	x, err := engine.New(config, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	fill(x)
	vectors := x.Stats().Bytes
	took += vectors
	compare("filled")
	x.Delete([]string{"resume-1"})
	if err := x.Save(&saved, nil); err != nil {
		t.Fatal(err)
	}
	x.Close()
	if left := counted.Bytes(); left != 0 {
		t.Errorf("a closed index takes %d bytes", left)
	}
	x = nil
	bytesOf := saved.Bytes()
	heap = heapNow()
	y, err := engine.New(config, simd.Best())
	if err != nil {
		t.Fatal(err)
	}
	read := &watched{from: bytes.NewReader(bytesOf), counted: &counted}
	if err := y.Load(read); err != nil {
		t.Fatal(err)
	}
	if read.most < vectors/2 || read.less {
		t.Errorf("while it is loaded an index takes up to %d bytes, less at times: %v", read.most, read.less)
	}
	compare("loaded")
	runtime.KeepAlive(bytesOf)
	y.Close()
}

// watched looks at what is counted while an index is loaded.
type watched struct {
	from    io.Reader
	counted *engine.Memory
	most    int64
	less    bool // than before
}

func (w *watched) Read(p []byte) (int, error) {
	now := w.counted.Bytes()
	w.less = w.less || now < w.most
	w.most = max(w.most, now)
	return w.from.Read(p)
}

// heapNow gives the bytes that are in use on Go's heap.
func heapNow() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
