package queryd

import (
	"io"
	"slices"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// BenchmarkSQL measures one client's statements over HTTP, files read in place.
func BenchmarkSQL(b *testing.B) {
	l := newLake(b)
	l.write("placements", catalog.Replace, "id: 1, state: 2, rate: 3", "SELECT i AS id, ['TX','CA','NY'][1 + i % 3] AS state, (i % 9000 / 4)::DECIMAL(18,2) AS rate FROM range(200000) t(i)")
	c := small()
	c.Access = accessLocal
	d := start(b, c, l.peers)
	d.waitReady()
	for name, sql := range map[string]string{
		"one":   "SELECT 1",
		"count": "SELECT count(*) FROM placements WHERE state = 'TX' AND rate > 100",
	} {
		b.Run(name, func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				begin := time.Now()
				if _, err := d.Run(b.Context(), query.Request{SQL: sql}); err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(begin))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-us")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-us")
		})
	}
}

// BenchmarkStream measures 1,000,000 rows of 9 columns to one client.
func BenchmarkStream(b *testing.B) {
	d := start(b, small(), nil)
	const sql = `SELECT i AS id, 'T-' || lpad(i::VARCHAR, 9, '0') AS code, DATE '2024-01-01' + (i % 700)::INTEGER AS week,
		(i % 6000 / 100)::DECIMAL(18,2) AS hours, (i % 13)::INTEGER AS overtime, (i * 7 % 10000 / 100)::DECIMAL(18,2) AS rate,
		'approved by ' || i % 97 AS note, i % 2 = 0 AS billed, TIMESTAMP '2024-01-01' + to_microseconds(i * 1234567) AS approved_at
		FROM range(1000000) t(i)`
	limit := int64(query.MaxLimit)
	for _, format := range []query.Format{query.JSON, query.NDJSON, query.CSV, query.Arrow} {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				body, err := d.Stream(b.Context(), query.Request{SQL: sql, Format: format, Limit: &limit})
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, body)
				if err != nil {
					b.Fatal(err)
				}
				body.Close()
				b.SetBytes(n)
			}
		})
	}
}
