package gateway

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const benchBody = 64 << 20

// benchPair runs f against a daemon and against the same daemon through a
// gateway.
func benchPair(b *testing.B, f func(b *testing.B, base string)) {
	content := make([]byte, 1<<20)
	peer := daemon(b,
		service.Route{Method: "POST", Path: "/sql", Access: service.Read, Handle: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return err
			}
			return wire.WriteJSON(w, http.StatusOK, map[string]int{"row_count": 1})
		}},
		service.Route{Method: "GET", Path: "/sql/big", Access: service.Read, Handle: func(w http.ResponseWriter, _ *http.Request) error {
			for range benchBody / len(content) {
				if _, err := w.Write(content); err != nil {
					return err
				}
			}
			return nil
		}},
		service.Route{Method: "PUT", Path: "/sql/big", MaxBody: service.Unbounded, Handle: func(_ http.ResponseWriter, r *http.Request) error {
			_, err := io.Copy(io.Discard, r.Body)
			return err
		}},
	)
	e := setup{peers: service.Peers{"queryd": peer}}.run(b)
	b.Run("direct", func(b *testing.B) { f(b, peer) })
	b.Run("gateway", func(b *testing.B) { f(b, e.url+"/v1") })
}

func BenchmarkTinyRequest(b *testing.B) {
	benchPair(b, func(b *testing.B, base string) {
		took := make([]time.Duration, 0, b.N)
		for b.Loop() {
			start := time.Now()
			exchange(b, "POST", base+"/sql", bytes.NewReader([]byte(`{"sql":"select 1"}`)))
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	})
}

func BenchmarkDownload(b *testing.B) {
	benchPair(b, func(b *testing.B, base string) {
		b.SetBytes(benchBody)
		for b.Loop() {
			exchange(b, "GET", base+"/sql/big", nil)
		}
	})
}

func BenchmarkUpload(b *testing.B) {
	content := make([]byte, benchBody)
	benchPair(b, func(b *testing.B, base string) {
		b.SetBytes(benchBody)
		for b.Loop() {
			exchange(b, "PUT", base+"/sql/big", bytes.NewReader(content))
		}
	})
}

func exchange(b *testing.B, method, url string, body io.Reader) {
	b.Helper()
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		b.Fatalf("%s: %v", resp.Status, err)
	}
}
