package staffing

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// DefaultSeed is the seed of the demo, and of the hashes in the tests.
const DefaultSeed = 2026

// flushAt is how many bytes are gathered before they are written.
const flushAt = 256 << 10

// Generator writes tables. It is safe for concurrent use: what it knows is
// settled when it is made.
type Generator struct {
	seed   uint64
	per    perBook
	market *market
}

// New makes a generator of the Small scale and of any number of its books. Any seed
// has the promises of the package.
func New(seed uint64) *Generator { return NewAt(seed, Small) }

// NewAt makes a generator of the rows that a scale has.
func NewAt(seed uint64, scale Scale) *Generator {
	per := scale.perBook()
	return &Generator{seed: seed, per: per, market: newMarket(seed, per)}
}

// Write writes a table as CSV: its header and its first rows. Tables says how
// many a scale has; any other number gives a prefix of a greater scale. It stops
// with ctx's error when ctx ends.
func (g *Generator) Write(ctx context.Context, w io.Writer, table string, rows int) error {
	header, err := headerOf(table)
	if err != nil {
		return err
	}
	names := csv.NewWriter(w)
	if err := names.Write(header); err != nil {
		return fmt.Errorf("write the header of %s: %w", table, err)
	}
	names.Flush()
	if err := names.Error(); err != nil {
		return fmt.Errorf("write the header of %s: %w", table, err)
	}
	return g.WriteRange(ctx, w, table, 0, rows)
}

// WriteRange writes the rows from <= row < to, counted from zero, without a
// header. Ranges that adjoin give the same bytes as one range over both.
func (g *Generator) WriteRange(ctx context.Context, w io.Writer, table string, from, to int) error {
	if from < 0 || to < from {
		return fmt.Errorf("rows %d to %d of %s: the range must begin at 0 or later and not end before it begins", from, to, table)
	}
	c := newCursor(g)
	appendRow, err := c.table(table)
	if err != nil {
		return err
	}
	out := record{buf: make([]byte, 0, flushAt+16<<10)}
	for row := from; row < to; row++ {
		appendRow(&out, row)
		out.end()
		if len(out.buf) < flushAt && row < to-1 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.Write(out.buf); err != nil {
			return fmt.Errorf("write row %d of %s: %w", row, table, err)
		}
		out.buf = out.buf[:0]
	}
	return nil
}

func headerOf(table string) ([]string, error) {
	names := make([]string, 0, 6)
	for _, t := range Tables(Small) {
		if t.Name == table {
			return t.Header, nil
		}
		names = append(names, t.Name)
	}
	return nil, fmt.Errorf("no table %q: the tables are %s", table, strings.Join(names, ", "))
}

// cursor generates rows for one caller. It remembers the book it is in, so rows
// in order are fast; rows in any order are right.
type cursor struct {
	g     *Generator
	dice  *dice // of the row being written
	other *dice // of rows that it refers to
	book  *book
}

func newCursor(g *Generator) *cursor {
	return &cursor{g: g, dice: newDice(g.seed), other: newDice(g.seed)}
}

func (c *cursor) table(name string) (func(*record, int), error) {
	switch name {
	case "clients":
		return c.client, nil
	case "jobs":
		return c.job, nil
	case "candidates":
		return c.candidate, nil
	case "submissions":
		return c.submission, nil
	case "placements":
		return c.placement, nil
	case "timesheets":
		return c.timesheet, nil
	}
	_, err := headerOf(name)
	return nil, err
}

// bookAt is the book with this number, made when the cursor was in another one.
func (c *cursor) bookAt(number int) *book {
	if c.book == nil || c.book.number != number {
		c.book = newBook(c.g, number)
	}
	return c.book
}
