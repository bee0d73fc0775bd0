package csvread

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory/mallocator"
)

// Long records cost what they take, once for each block in hand, and no more than half
// of it stays when they are over.
func TestMemoryIsThatOfTheBlocksInHand(t *testing.T) {
	const workers, long = 4, 4 << 20
	letters := strings.Repeat("x", long)
	var files []io.Reader
	for range 2 * workers {
		files = append(files, strings.NewReader("1,"), strings.NewReader(letters), strings.NewReader("\n"))
	}
	files = append(files, strings.NewReader(strings.Repeat("1,"+strings.Repeat("x", 61)+"\n", 8*blockBytes/64)))
	table := textTable("a", "b")
	table.Header = false
	before := heap()
	reader, err := New(io.MultiReader(files...), table, workers, mallocator.NewMallocator())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	part := reader.Part(all)
	defer part.Release()
	most := int64(0)
	for n := 0; part.Next(); n++ {
		if part.RecordBatch().NumRows() == 1 {
			most = max(most, heap()-before)
		}
	}
	if part.Err() != nil {
		t.Fatal(part.Err())
	}
	// A block's buffer doubles until a record has room; the one before is garbage then.
	if bound := int64((workers + 2) * 4 * long); most > bound {
		t.Errorf("%d MiB in hand, over %d", most>>20, bound>>20)
	}
	if left := heap() - before; left > (workers+2)*long/2 {
		t.Errorf("%d MiB stay", left>>20)
	}
}

// heap gives the bytes that are reachable.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
