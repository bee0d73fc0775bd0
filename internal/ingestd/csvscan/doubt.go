package csvscan

import "strings"

// closeLook is how many values of a column are looked at though it is text already, to
// say what keeps it from another type.
const closeLook = 1000

// Mixed says what keeps a column from another type than string.
type Mixed struct {
	Kind  string // what most of its first values are: "numbers" or "dates"
	Like  string // the type of those
	Value string // the first value that is none, as valid UTF-8, cut at 200 bytes
	Line  int64  // where its record starts
}

const numbers set = 1<<integer | 1<<bigInteger | 1<<decimal | 1<<scientific

// meetText takes a value that is text, of a column that nothing is expected of. Once
// enough of those were looked at, the column is.
func (c *column) meetText(b []byte, line int64) {
	if c.n[text] == 1 {
		c.stranger = misfit{n: 1, example: printable(b), line: line}
	}
	c.opaque = c.nonNull() >= closeLook
}

// mixed tells what most of the values are in a column that is text for the sake of few.
func (c *column) mixed() *Mixed {
	if c.typed || c.n[text] == 0 {
		return nil
	}
	m := &Mixed{Value: c.stranger.example, Line: c.stranger.line}
	looked := min(c.nonNull(), closeLook)
	switch {
	case 2*c.count(numbers) > looked && !isCode(c.stranger.example):
		m.Kind, m.Like = "numbers", "long"
		if c.count(numbers) > c.n[integer] {
			m.Like = c.ownDecimal()
		}
	case 2*c.count(dates) > looked:
		m.Kind, m.Like = "dates", "date"
		if c.n[isoDate] == 0 {
			m.Like = "timestamp"
		}
	default:
		return nil
	}
	return m
}

// isCode tells codes of digits, as ZIP codes and phone numbers are: text rightly.
func isCode(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.Trim(s, "0123456789 +-/.()") == ""
}

// count gives how many values are of some classes.
func (c *column) count(of set) int64 {
	var n int64
	for k, of1 := range c.n {
		if of.has(class(k)) {
			n += of1
		}
	}
	return n
}

// namedLikeValue reports that a column's name reads as its values do, as where a file
// has no header. Years are the names of columns often.
func (c *column) namedLikeValue() bool {
	if c.name == "" {
		return false
	}
	k := classify([]byte(c.name)).class
	switch {
	case k == text, k == integer && len(c.name) == 4:
		return false
	case numbers.has(k):
		return c.count(numbers) > 0
	}
	return c.n[k] > 0
}
