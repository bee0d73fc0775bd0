package csvscan

import (
	"bytes"
	"io"
	"strings"
)

// CanonicalReading says how canonical CSV is read.
func CanonicalReading() Reading { return Reading{Delimiter: ',', Header: true} }

// canonical writes records in the one way that has one reading.
type canonical struct {
	w     io.Writer
	delim byte
	buf   []byte
}

func (c *canonical) header(names []string) {
	c.buf = AppendRecord(c.buf, names...)
}

func (c *canonical) record(rec *record) error {
	for i, f := range rec.fields {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		v := rec.value(f)
		if f.escaped || f.quoted && (len(v) == 0 || bytes.ContainsAny(v, ",\n\r")) ||
			!f.quoted && c.delim != ',' && bytes.IndexByte(v, ',') >= 0 {
			c.buf = append(c.buf, '"')
			c.buf = append(c.buf, v...)
			c.buf = append(c.buf, '"')
			continue
		}
		c.buf = append(c.buf, v...)
	}
	c.buf = append(c.buf, '\n')
	if len(c.buf) < readSize {
		return nil
	}
	return c.flush()
}

func (c *canonical) flush() error {
	_, err := c.w.Write(c.buf)
	c.buf = c.buf[:0]
	return err
}

// AppendRecord appends one canonical record, with its line end, to dst. None of
// the values is NULL: "" is the empty string.
func AppendRecord(dst []byte, values ...string) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		if v != "" && !strings.ContainsAny(v, "\",\n\r") {
			dst = append(dst, v...)
			continue
		}
		dst = append(dst, '"')
		dst = append(dst, strings.ReplaceAll(v, `"`, `""`)...)
		dst = append(dst, '"')
	}
	return append(dst, '\n')
}
