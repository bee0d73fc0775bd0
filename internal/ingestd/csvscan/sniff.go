package csvscan

import (
	"bytes"
	"io"
)

// sampleSize is how much of a file the delimiter is sniffed from.
const sampleSize = 64 << 10

// opened is an input whose beginning has been looked at.
type opened struct {
	r      io.Reader // everything but the byte order mark
	sample []byte    // the beginning of r
	whole  bool      // the sample is all there is
	offset int64     // of r in the file
	mark   byte      // the delimiter that Excel's mark names, 0 without one
}

// open reads the beginning of a file and takes off the byte order mark.
func open(r io.Reader) (opened, error) {
	sample := make([]byte, sampleSize)
	n, err := io.ReadFull(r, sample)
	sample = sample[:n]
	whole := err == io.EOF || err == io.ErrUnexpectedEOF
	if err != nil && !whole {
		return opened{}, err
	}
	if bytes.HasPrefix(sample, []byte{0xfe, 0xff}) || bytes.HasPrefix(sample, []byte{0xff, 0xfe}) {
		return opened{}, ErrNotUTF8
	}
	rest, mark := cutExcelMark(bytes.TrimPrefix(sample, []byte{0xef, 0xbb, 0xbf}))
	return opened{io.MultiReader(bytes.NewReader(rest), r), rest, whole, int64(n - len(rest)), mark}, nil
}

// cutExcelMark takes off the line sep=; by which Excel is told the delimiter.
func cutExcelMark(sample []byte) (rest []byte, mark byte) {
	line, _, found := bytes.Cut(sample, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if !found || len(line) != len("sep=;") || !bytes.EqualFold(line[:4], []byte("sep=")) || checkDelimiter(line[4]) != nil {
		return sample, 0
	}
	return sample[bytes.IndexByte(sample, '\n')+1:], line[4]
}

// sniff returns the delimiter under which the sample is most regular: the
// largest share of its records is well formed and as wide as the first, which
// must have at least two fields. Between equals the wider wins, then the order
// comma, semicolon, tab, pipe. A sample that no candidate splits is a comma
// file of one column.
func sniff(sample []byte, whole bool, o *Options) byte {
	best, bestFit, bestAll, bestWidth := byte(','), 0, 1, 1
	for _, d := range []byte{',', ';', '\t', '|'} {
		width, fit, all := regularity(sample, whole, d, o)
		if width < 2 {
			continue
		}
		// fit/all > bestFit/bestAll, in whole numbers
		better := fit*bestAll - bestFit*all
		if better > 0 || better == 0 && width > bestWidth {
			best, bestFit, bestAll, bestWidth = d, fit, all, width
		}
	}
	return best
}

// regularity splits the sample by d and counts its records, and those among
// them that are like the first. The last record counts only when it is alone
// or known to be complete.
func regularity(sample []byte, whole bool, d byte, o *Options) (width, fit, all int) {
	s := &splitter{delim: d, maxRecord: o.MaxRecord, maxFields: o.MaxColumns + 1, buf: sample, end: len(sample), eof: true, line: 1}
	last := 0
	for s.next() {
		if s.rec.blank() {
			continue
		}
		if width == 0 {
			width = s.rec.width
		}
		last = 0
		if s.rec.width == width && s.rec.fault == noFault {
			last = 1
		}
		all, fit = all+1, fit+last
	}
	if !whole && all > 1 {
		all, fit = all-1, fit-last
	}
	return width, fit, all
}
