package csvread

import (
	"bytes"
	"errors"
	"io"
)

// blockBytes is what is read at once. A block grows where a record is longer.
const blockBytes = 512 << 10

// errUnlike says that the file is not as its table says.
var errUnlike = errors.New("the CSV is not what was found when it was scanned")

// cutter cuts a file into blocks of whole records.
type cutter struct {
	r    io.Reader
	rest []byte // read, behind the last block
	end  bool
}

// next fills buf, which may grow, with the next records, each with its line end, or
// returns none at the end of the file.
func (c *cutter) next(buf []byte) ([]byte, error) {
	buf = append(buf[:0], c.rest...)
	c.rest = c.rest[:0]
	for !c.end {
		from := len(buf)
		if cap(buf)-from < blockBytes/2 {
			buf = append(make([]byte, 0, max(2*cap(buf), blockBytes)), buf...)
		}
		n, err := io.ReadFull(c.r, buf[from:cap(buf)])
		buf = buf[:from+n]
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			c.end = true
		case err != nil:
			return nil, err
		default:
			if whole := lastRecordEnd(buf); whole > 0 {
				c.rest = append(c.rest, buf[whole:]...)
				return buf[:whole], nil
			}
		}
	}
	if n := len(buf); n > 0 && buf[n-1] != '\n' && buf[n-1] != '\r' {
		buf = append(buf, '\n')
	}
	return buf, nil
}

// lastRecordEnd gives where the last record ends whose end is certain: a line end
// outside of quotes, which every quote before it opens or closes. A \r at the very
// end may have its \n still to come.
func lastRecordEnd(buf []byte) int {
	inside := bytes.Count(buf, []byte{'"'})%2 == 1
	for i := len(buf) - 1; i >= 0; i-- {
		switch buf[i] {
		case '"':
			inside = !inside
		case '\n':
			if !inside {
				return i + 1
			}
		case '\r':
			if !inside && i+1 < len(buf) && buf[i+1] != '\n' {
				return i + 1
			}
		}
	}
	return 0
}
