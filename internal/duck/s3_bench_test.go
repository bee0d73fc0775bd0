package duck

import (
	"fmt"
	"testing"
)

// BenchmarkS3 measures one statement over an object in MinIO: over the same object as
// the one before, for which the instance is there, and over another one.
func BenchmarkS3(b *testing.B) {
	bucket := newBucket(b)
	content := rowsOf(b, newTestPool(b, testConfig(b)), 10)
	var views []View
	for i := range 2 {
		views = append(views, bucket.put(fmt.Sprintf("datasets/%d.parquet", i), content))
	}
	p := newTestPool(b, bucket.config(""))
	for name, step := range map[string]int{"same": 0, "another": 1} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				if _, err := askS3(b.Context(), p, "SELECT sum(n)::BIGINT FROM t", views[i*step%2]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
