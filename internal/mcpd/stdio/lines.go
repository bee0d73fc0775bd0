package stdio

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lines reads a stream line by line and holds no more than limit bytes of one.
type lines struct {
	in    *bufio.Reader
	limit int
}

func newLines(in io.Reader, limit int) *lines { return &lines{bufio.NewReaderSize(in, 64<<10), limit} }

// next gives the next line without its end, in memory of its own, and io.EOF when there
// is none. What stands after the last line end is a line too. Of a line over the limit
// it gives nothing but that it was.
func (l *lines) next() (line []byte, long bool, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		if long = long || len(line)+len(part) > l.limit; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case err == nil, errors.Is(err, io.EOF) && (long || len(line) > 0):
			return bytes.TrimSpace(line), long, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, err
		}
	}
}
