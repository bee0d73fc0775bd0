package staffing

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"testing"
	"time"
)

// parsed is a table as a stranger reads it: CSV and its header, nothing else.
type parsed struct {
	t      *testing.T
	name   string
	column map[string]int
	rows   [][]string
	text   []byte // all of it
}

func generate(t *testing.T, g *Generator, table string, rows int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := g.Write(t.Context(), &out, table, rows); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func rowsAt(t *testing.T, scale Scale, table string) int {
	t.Helper()
	for _, of := range Tables(scale) {
		if of.Name == table {
			return of.Rows
		}
	}
	t.Fatalf("no table %s", table)
	return 0
}

// small keeps the tables of the small scale, which most tests read and none changes.
var small = map[string]*parsed{}

// read gives a table of the small scale.
func read(t *testing.T, table string) *parsed {
	t.Helper()
	if small[table] == nil {
		small[table] = readAt(t, New(DefaultSeed), Small, table)
	}
	p := *small[table]
	p.t = t
	return &p
}

func readAt(t *testing.T, g *Generator, scale Scale, table string) *parsed {
	t.Helper()
	want := rowsAt(t, scale, table)
	text := generate(t, g, table, want)
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%s is not CSV: %v", table, err)
	}
	if got := len(records) - 1; got != want {
		t.Fatalf("%s has %d rows, want %d", table, got, want)
	}
	p := &parsed{t: t, name: table, column: map[string]int{}, rows: records[1:], text: text}
	for i, name := range records[0] {
		p.column[name] = i
	}
	return p
}

func (p *parsed) get(row []string, column string) string {
	i, ok := p.column[column]
	if !ok {
		p.t.Fatalf("%s has no column %s", p.name, column)
	}
	return row[i]
}

func (p *parsed) number(row []string, column string) float64 {
	n, err := strconv.ParseFloat(p.get(row, column), 64)
	if err != nil {
		p.t.Fatalf("%s.%s: %v", p.name, column, err)
	}
	return n
}

// date reads a date, or the date of a time; ok is false for NULL.
func (p *parsed) date(row []string, column string) (at time.Time, ok bool) {
	value := p.get(row, column)
	if value == "" {
		return time.Time{}, false
	}
	at, err := time.Parse(time.DateOnly, value[:min(10, len(value))])
	if err != nil {
		p.t.Fatalf("%s.%s: %v", p.name, column, err)
	}
	return at, true
}

// index maps the values of a column to their rows; a value that repeats fails.
func (p *parsed) index(column string) map[string][]string {
	rows := make(map[string][]string, len(p.rows))
	for _, row := range p.rows {
		key := p.get(row, column)
		if _, again := rows[key]; again {
			p.t.Fatalf("%s.%s holds %s twice", p.name, column, key)
		}
		rows[key] = row
	}
	return rows
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }
