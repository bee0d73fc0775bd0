package csvread

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory/mallocator"
)

func BenchmarkRead(b *testing.B) {
	table := Table{Delimiter: ',', Header: true, Columns: []Column{{"id", "string"}, {"day", "date"}, {"hours", "decimal(18,2)"}, {"at", "timestamp"}, {"yes", "boolean"}}}
	csv := []byte("id,day,hours,at,yes\n")
	for i := range 200_000 {
		csv = fmt.Appendf(csv, "T-%08d,2024-10-%02d,%d.%02d,2024-10-12T08:%02d:00,true\n", i, i%28+1, i%40, i%100, i%60)
	}
	b.SetBytes(int64(len(csv)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := New(bytes.NewReader(csv), table, 2, mallocator.NewMallocator())
		if err != nil {
			b.Fatal(err)
		}
		part := r.Part(all)
		for part.Next() {
		}
		if part.Err() != nil {
			b.Fatal(part.Err())
		}
		part.Release()
		r.Close()
	}
}
