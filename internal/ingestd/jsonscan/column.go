package jsonscan

import (
	"fmt"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// column is one key of the records.
type column struct {
	name   string // the target's spelling, or the file's
	node   *node  // nil where the values are not looked into
	want   *shape // given, by the target or the caller; nil: its own
	target int    // index in Options.Target, or -1
	needed bool   // null makes a bad row
	at     int    // index among the columns
	count  int64  // of values

	misfits int64 // of nested types; those of scalars are in the tally
	example string
	line    int64

	shape  *shape // that it becomes
	format string
}

// expect has the values held against a type.
func (c *column) expect(typeName, format string) (err error) {
	c.want, err = parseShape(c.name, typeName, format)
	return err
}

// observe takes a value other than null.
func (c *column) observe(d *document, at int32, line int64, k *keyCount) error {
	c.count++
	if c.node != nil {
		if err := c.node.observe(d, at, line, k); err != nil {
			return err
		}
	}
	v := &d.values[at]
	switch {
	case c.want == nil:
	case c.want.kind != scalar:
		if c.want.fits(d, at, "") != nil {
			c.miss(v.raw, line)
		}
	case v.kind == '{' || v.kind == '[':
		c.want.tally.ObserveOther(v.raw, line)
	default:
		c.want.tally.Observe(v.text, line)
	}
	return nil
}

func (c *column) miss(raw []byte, line int64) {
	if c.misfits++; c.misfits == 1 {
		c.example, c.line = csvscan.Printable(raw), line
	}
}

// result settles what the column becomes.
func (c *column) result(records int64) csvscan.ColumnResult {
	out := csvscan.ColumnResult{Name: c.name, Target: c.target, NonNull: c.count, Nulls: records - c.count, HasValue: c.count > 0}
	own := &shape{scalar: "string"}
	if c.node != nil {
		own, out.Format = c.node.own(0)
		out.TextDates = own.scalar == "string" && c.node.nonNull() > 0 && c.node.text == c.node.nonNull() && c.node.strings.Result().TextDates
	}
	out.FileType = own.text()
	c.shape = own
	if c.want != nil {
		c.shape, out.Format, out.Misfits, out.TextDates = c.want, "", c.misfits, false
		if c.want.kind == scalar {
			r := c.want.tally.Result()
			out.Format, out.Misfits = r.Format, r.Misfits
			c.example, c.line = c.want.tally.Misfit()
		}
	}
	out.Type, c.format = c.shape.text(), out.Format
	return out
}

// warning tells what a user would not expect, or "".
func (c *column) warning() string {
	switch {
	case c.want != nil || c.node == nil:
	case c.node.mixed():
		return "column " + strconv.Quote(c.name) + " holds values of several types and is kept as text: strings as they are, other values as JSON"
	case c.node.number > 0 && c.shape.scalar == "string":
		return "column " + strconv.Quote(c.name) + " holds numbers with more digits than a number type has, and is kept as text"
	case c.node.object > 0 && c.shape.kind == scalar:
		return "column " + strconv.Quote(c.name) + " holds objects that cannot be structs, and is kept as JSON text"
	}
	return ""
}

// fits says why a value is not of a given type, or nil; format is that of the
// column's dates.
func (s *shape) fits(d *document, at int32, format string) error {
	v := &d.values[at]
	switch {
	case v.kind == 'n':
		return nil
	case s.scalar == "string":
		return nil
	case s.kind == scalar:
		if v.kind == '{' || v.kind == '[' || !s.tally.Fits(v.text) {
			return fmt.Errorf("%s", s.tally.Reason(format))
		}
		return nil
	case (s.kind == list) != (v.kind == '[') || (s.kind != list) != (v.kind == '{'):
		return fmt.Errorf("not a value of type %s", s.text())
	}
	for i := v.first; i != 0; i = d.values[i].next {
		child := s.element
		if s.kind == structure {
			if child = s.field(d.values[i].name); child == nil {
				return fmt.Errorf("an object with the key %q, which %s does not have", d.values[i].name, s.text())
			}
		}
		if err := child.fits(d, i, ""); err != nil {
			return err
		}
	}
	return nil
}
