package duck

import (
	"io"
	"runtime"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
)

// TestBatchesLieInTheSameMemory: a large result is read in a part of its size, and each
// batch has its own values.
func TestBatchesLieInTheSameMemory(t *testing.T) {
	const rows = 4_000_000 // of 8 bytes
	p := newTestPool(t, testConfig(t))
	b, err := startQuery(t.Context(), p, "SELECT i FROM range(4000000) t(i)", Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	next := int64(0)
	for {
		batch, err := b.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range batch.Column(0).(*array.Int64).Int64Values() {
			if value != next {
				t.Fatalf("%d where %d was due", value, next)
			}
			next++
		}
	}
	runtime.ReadMemStats(&after)
	if next != rows {
		t.Errorf("%d rows came", next)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > rows*8/3 {
		t.Errorf("%d bytes were allocated for a result of %d", got, rows*8)
	}
}
