package vectord_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// BenchmarkRequests measures searches and adds as a client sends them: what a request
// takes beyond the engine's own work.
func BenchmarkRequests(b *testing.B) {
	const dimension = 384
	d := start(b, testbed.StartStoraged(b))
	list := items(0, 2000, dimension)
	d.mustCreate("x", vector.Shape{Dimension: dimension})
	d.mustAdd("x", list...)
	d.mustCreate("taking", vector.Shape{Dimension: dimension})
	encode := func(v any) []byte {
		text, err := json.Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	for _, c := range []struct {
		name, path, media string
		body              []byte
	}{
		{"SearchOne", "/search", "application/json", encode(vector.Search{Vector: list[7].Vector})},
		{"SearchMany/JSON", "/search", "application/json", encode(vector.Search{Vectors: vectorsOf(list[:100])})},
		{"SearchMany/Arrow", "/search?k=10", mediaArrow, arrowOf(b, list[:100], true)},
		{"Add/JSON", "/add", "application/json", encode(vector.Add{Items: list[:100]})},
		{"Add/Arrow", "/add", mediaArrow, arrowOf(b, list[:100], false)},
	} {
		index := map[bool]string{true: "x", false: "taking"}[c.path[1] == 's']
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.exchange(b, "/vectors/index/"+index+c.path, c.media, c.body)
			}
		})
	}
}

// exchange sends a body, and reads the answer in the same media.
func (d *daemon) exchange(b *testing.B, path, media string, body []byte) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, d.Base+path, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", media)
	req.Header.Set("Accept", media)
	resp, err := d.HTTP.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("%s: %v", resp.Status, err)
	}
}
