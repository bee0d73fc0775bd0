package staffing

import (
	"strconv"
	"strings"
)

// cents is an amount of money, or of hours, in hundredths.
type cents int

// record appends the fields of one CSV record to buf, in the columns' order.
// An empty field is written unquoted: it means NULL.
type record struct {
	buf []byte
}

func (r *record) text(s string) {
	if !strings.ContainsAny(s, ",\"\r\n") {
		r.buf = append(append(r.buf, s...), ',')
		return
	}
	r.buf = append(r.buf, '"')
	for i := range len(s) {
		if s[i] == '"' {
			r.buf = append(r.buf, '"')
		}
		r.buf = append(r.buf, s[i])
	}
	r.buf = append(r.buf, '"', ',')
}

func (r *record) null() { r.buf = append(r.buf, ',') }

func (r *record) id(f idFormat, row int) {
	r.buf = append(f.append(r.buf, row), ',')
}

func (r *record) number(n int) {
	r.buf = append(strconv.AppendInt(r.buf, int64(n), 10), ',')
}

func (r *record) boolean(v bool) {
	r.buf = append(strconv.AppendBool(r.buf, v), ',')
}

func (r *record) amount(c cents) {
	r.buf = strconv.AppendInt(r.buf, int64(c/100), 10)
	r.buf = append(r.buf, '.')
	r.buf = append(appendTwo(r.buf, int(c%100)), ',')
}

func (r *record) date(d day) { r.buf = append(d.append(r.buf), ',') }

func (r *record) time(m minute) { r.buf = append(m.append(r.buf), ',') }

// end turns the last field's comma into the end of the record.
func (r *record) end() { r.buf[len(r.buf)-1] = '\n' }

// append writes the id of a row, counted from zero, so "C-000123" for row 122.
func (f idFormat) append(b []byte, row int) []byte {
	b = append(b, f.letter, '-')
	number := row + 1
	for limit := pow10(f.width - 1); limit > number; limit /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(number), 10)
}

func (f idFormat) of(row int) string { return string(f.append(nil, row)) }

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

func appendTwo(b []byte, n int) []byte {
	return append(b, byte('0'+n/10), byte('0'+n%10))
}
