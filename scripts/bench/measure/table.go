// Package measure is what the benches share: how sides that are compared take turns,
// what is made of their times, and the table that shows it. What is measured is theirs.
//
// Every row of a table has a peer and a ratio, and so tells the same on another machine.
package measure

import (
	"fmt"
	"strings"
	"time"
)

// Row is one line of the table. The ratio is ours over the peer's.
type Row struct {
	What  string
	Ours  Value
	Peer  Value
	Who   string // the peer
	Lower bool   // less is better
	Note  string
}

// Value is a number with its unit.
type Value struct {
	Amount float64
	Unit   string
}

// Of gives so much of a unit.
func Of(amount float64, unit string) Value { return Value{amount, unit} }

// Millis of a time.
func Millis(d time.Duration) Value { return Of(float64(d.Nanoseconds())/1e6, "ms") }

// Speed of so many bytes in that time, in MB/s (10^6 bytes).
func Speed(bytes int64, d time.Duration) Value {
	return Of(float64(bytes)/1e6/d.Seconds(), "MB/s")
}

// Mebibytes of memory.
func Mebibytes(bytes int64) Value { return Of(float64(bytes)/(1<<20), "MiB") }

// Table writes rows as Markdown.
func Table(rows []Row) string {
	var s strings.Builder
	s.WriteString("| what | Lakehouse | peer | the peer | ratio | |\n|---|---:|---:|---|---:|---|\n")
	for _, r := range rows {
		better := "more is better"
		if r.Lower {
			better = "less is better"
		}
		if r.Note != "" {
			better += "; " + r.Note
		}
		fmt.Fprintf(&s, "| %s | %s | %s | %s | %.2f | %s |\n", r.What, r.Ours, r.Peer, r.Who, r.Ours.Amount/r.Peer.Amount, better)
	}
	return s.String()
}

// String writes three significant digits, or all those before the point.
func (v Value) String() string {
	digits := 2
	switch {
	case v.Amount >= 100:
		digits = 0
	case v.Amount >= 10:
		digits = 1
	}
	return fmt.Sprintf("%.*f %s", digits, v.Amount, v.Unit)
}
