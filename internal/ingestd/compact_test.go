package ingestd

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// However many small loads come, a dataset has few files, and its bytes are written
// again a few times only.
func TestSmallFilesStayFew(t *testing.T) {
	for _, size := range []int64{2 << 10, 100 << 10, 3 << 20} {
		var objects []catalog.DataObject
		var loaded, rewritten int64
		for range 10_000 {
			objects = append(objects, catalog.DataObject{Size: size})
			loaded += size
			for small := chosen(objects); len(small) > 0; small = chosen(objects) {
				var folded, largest int64
				for _, o := range small {
					folded, largest = folded+o.Size, max(largest, o.Size)
				}
				rewritten += folded
				var rest []catalog.DataObject
				taken := map[int64]int{}
				for _, o := range small {
					taken[o.Size]++
				}
				for _, o := range objects {
					if taken[o.Size] > 0 {
						taken[o.Size]--
					} else {
						rest = append(rest, o)
					}
				}
				for ; folded > 0; folded -= 128 << 20 {
					rest = append(rest, catalog.DataObject{Size: min(folded, 128<<20)})
				}
				objects = rest
			}
			small := 0
			for _, o := range objects {
				if o.Size < 32<<20 {
					small++
				}
			}
			if small > 4*(foldFiles-1) {
				t.Fatalf("loads of %d bytes: %d small files", size, small)
			}
		}
		if rewritten > 8*loaded {
			t.Errorf("loads of %d bytes: %d bytes were written again of %d loaded", size, rewritten, loaded)
		}
	}
}
