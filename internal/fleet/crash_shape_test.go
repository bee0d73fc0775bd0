package fleet_test

import (
	"fmt"
	"strings"
)

// shape is how far the columns of a table have evolved.
type shape struct {
	extra  int // columns beside the first five
	digits int // of column amount, behind the point
}

// firstShape is what a file without evolution brings.
var firstShape = shape{digits: 2}

// How far a shape goes.
const (
	mostExtra  = 2
	mostDigits = 4
)

// wider is a shape with another column, or another digit, or both, as far as there
// are any to come.
func (s shape) wider(column, digit bool) shape {
	if column {
		s.extra = min(s.extra+1, mostExtra)
	}
	if digit {
		s.digits = min(s.digits+1, mostDigits)
	}
	return s
}

// header names the columns.
func (s shape) header() []string {
	return append([]string{"id", "n", "amount", "day", "note"}, []string{"shift", "rank"}[:s.extra]...)
}

// columns are the columns as a manifest has them.
func (s shape) columns() string {
	types := []string{"string", "long", fmt.Sprintf("decimal(%d,%d)", 16+s.digits, s.digits), "date", "string", "string", "long"}
	names := s.header()
	for i := range names {
		names[i] += " " + types[i]
	}
	return strings.Join(names, ", ")
}

// shows gives a row of one shape as it is in a table of a wider one.
func (s shape) shows(row string, in shape) string {
	cells := strings.SplitN(row, "|", 4) // no bar is in the first three
	cells[2] = strings.TrimSuffix(cells[2], `"`) + strings.Repeat("0", in.digits-s.digits) + `"`
	return strings.Join(cells, "|") + strings.Repeat("|null", in.extra-s.extra)
}

// as gives the content in a wider shape.
func (c *content) as(wider shape) *content {
	if c.shape == wider {
		return c
	}
	now := *c
	now.shape, now.rows = wider, make([]string, len(c.rows))
	for i, row := range c.rows {
		now.rows[i] = c.shape.shows(row, wider)
	}
	return &now
}

// evolves brings rows with another column, or with more digits, or both.
func (c *crashClient) evolves() (operation, bool) {
	name, ok := c.liveName()
	if !ok || c.full(name) {
		return operation{}, false
	}
	has := c.shapeOf(name)
	to := has.wider(c.dice.IntN(2) == 0, c.dice.IntN(2) == 0)
	f := &load{shape: to, own: to}
	mode := []string{"append", "append", "replace", "upsert"}[c.dice.IntN(4)]
	if mode == "upsert" {
		c.fillUpsert(f, name)
	} else {
		c.fill(f, 1+c.dice.IntN(60), 0)
	}
	f.options.Schema = "evolve"
	o := c.load(name, mode, f)
	o.kind += " and evolve"
	o.what += fmt.Sprintf(" from %+v to %+v", has, to)
	return o, len(f.rows) > 0
}

func (c *crashClient) shapeOf(name string) shape {
	if t := c.world.tables[name]; t != nil {
		return t.current().shape
	}
	return firstShape
}
