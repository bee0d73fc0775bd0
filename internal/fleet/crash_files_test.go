package fleet_test

import (
	"encoding/csv"
	"fmt"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// load is a file and how it is sent.
type load struct {
	options ingest.Options
	csv     string
	own     shape    // of the file
	shape   shape    // of the table afterwards
	rows    []string // as SQL gives them then
	sum     int64
	bad     []string // rows that cannot be read
	key     string
	async   bool // as a job
	cancel  bool // which is cancelled, unless it is too late
}

// file makes a CSV of random content that fits a table. No two rows of a run are
// the same.
func (c *crashClient) file(name string, count, bad int) *load {
	has := c.shapeOf(name)
	l := &load{shape: has, own: shape{extra: has.extra, digits: firstShape.digits}}
	c.fill(l, count, bad)
	return l
}

// fill makes the rows of a file.
func (c *crashClient) fill(l *load, count, bad int) {
	b, w := l.writer()
	for i := range count {
		c.row(w, l, c.rowID(i))
	}
	for i := range bad {
		row := fmt.Sprintf("c%d-%06d-bad%03d,many,1.00,2026-01-01,n:bad", c.number, c.serial, i) + strings.Repeat(",7", l.own.extra)
		w.Flush()
		b.WriteString(row + "\n")
		l.bad = append(l.bad, fmt.Sprintf("%q", row))
	}
	w.Flush()
	c.seal(l, b.String())
}

func (c *crashClient) rowID(i int) string { return fmt.Sprintf("c%d-%06d-%06d", c.number, c.serial, i) }

// writer begins a file with its header.
func (l *load) writer() (*strings.Builder, *csv.Writer) {
	b := &strings.Builder{}
	w := csv.NewWriter(b)
	_ = w.Write(l.own.header()) // to a builder: it never fails
	return b, w
}

// seal gives a load its bytes and, in half of all cases, a key.
func (c *crashClient) seal(l *load, csv string) {
	l.csv = csv
	l.options.Delimiter = "comma"
	if c.dice.IntN(2) == 0 {
		l.key = c.freshKey()
	}
}

func (c *crashClient) freshKey() string { return fmt.Sprintf("key-%d-%d", c.number, c.serial) }

// row adds a row of random values. Where the table evolves the first one has a value
// in every column, with a last digit that narrower decimals do not hold.
func (c *crashClient) row(w *csv.Writer, l *load, id string) {
	n, cents := c.dice.Int64N(1000)-200, c.dice.IntN(1_000_000)
	amount := fmt.Sprintf("%d.%02d", cents/100, cents%100)
	if finer := l.own.digits - firstShape.digits; finer > 0 {
		amount += strings.Repeat("0", finer-1) + fmt.Sprint(1+c.dice.IntN(9))
	}
	day := fmt.Sprintf("20%02d-%02d-%02d", c.dice.IntN(30), 1+c.dice.IntN(12), 1+c.dice.IntN(28))
	note := c.note(len(l.rows))
	cells := []string{id, fmt.Sprint(n), amount, day, note}
	shown := fmt.Sprintf("%q|%d|%q|%q|%s", id, n, amount, day, textCell(note))
	if l.own.extra > 0 {
		shift := c.note(len(l.rows))
		cells, shown = append(cells, shift), shown+"|"+textCell(shift)
	}
	if l.own.extra > 1 {
		rank := fmt.Sprint(c.dice.IntN(100))
		cells, shown = append(cells, rank), shown+"|"+rank
	}
	_ = w.Write(cells) // to a builder: it never fails
	l.sum += n
	l.rows = append(l.rows, l.own.shows(shown, l.shape))
}

// textCell is a text as SQL gives it; an unquoted empty field is NULL.
func textCell(text string) string {
	if text == "" {
		return "null"
	}
	return fmt.Sprintf("%q", text)
}

// note is a text that is hard to keep, or nothing. The first of a file is text for
// sure, so that the column's type is clear.
func (c *crashClient) note(i int) string {
	if i > 0 && c.dice.IntN(6) == 0 {
		return ""
	}
	parts := []string{"a", "0", "007", ",", "\"", "\n", ";", "|", "\t", " ", "é", "日本", "'", "\\", "NULL", "😀"}
	note := "n:"
	for range c.dice.IntN(8) {
		note += parts[c.dice.IntN(len(parts))]
	}
	return note
}
