package jsonscan

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
)

func BenchmarkScan(b *testing.B) {
	var file bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&file, `{"id":%d,"name":"Jane Doe","rate":%d.5,"day":"2026-01-%02d","tags":["a","b"],"at":{"city":"Austin","zip":"01234"}}`+"\n", i, i%100, 1+i%28)
	}
	for _, step := range []string{"scan", "rewrite"} {
		b.Run(step, func(b *testing.B) {
			b.SetBytes(int64(file.Len()))
			res, err := Scan(context.Background(), bytes.NewReader(file.Bytes()), Options{})
			for b.Loop() {
				if err == nil && step == "scan" {
					_, err = Scan(context.Background(), bytes.NewReader(file.Bytes()), Options{})
				} else if err == nil {
					_, err = Rewrite(context.Background(), bytes.NewReader(file.Bytes()), io.Discard, res, nil)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
