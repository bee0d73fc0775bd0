package hnsw

import (
	"encoding/binary"
	"io"
	"math"
)

// In a saved graph the upper half of a code is a row with its scale, the squared length
// and its sum behind it, filled up with zeros.
const savedTail = 12

// savedRow gives the bytes of a row.
func (v *vectors) savedRow() int {
	unit := 64
	switch {
	case v.half == 0:
		return 0
	case v.half < 128:
		unit = 16
	}
	return (v.half + savedTail + unit - 1) / unit * unit
}

// rowsAtOnce are read at a time.
const rowsAtOnce = 256

// codes writes the codes: upper halves, then lower ones.
func (s *saving) codes(w io.Writer) error {
	size := s.vectors.savedRow()
	filling := make([]byte, size)
	err := s.each(w, size, func(to []byte, r row) []byte {
		begin := len(to)
		to = append(to, r.upper...)
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(r.scale))
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(r.norm))
		to = binary.LittleEndian.AppendUint32(to, uint32(r.sum))
		return append(to, filling[len(to)-begin:]...)
	})
	if err != nil {
		return err
	}
	return s.each(w, s.vectors.half, func(to []byte, r row) []byte { return append(to, r.lower...) })
}

// loadCodes reads them.
func (v *vectors) loadCodes(r io.Reader, end int) error {
	row := v.savedRow()
	rows := make([]byte, rowsAtOnce*row)
	for from := 0; from < end && row > 0; from += rowsAtOnce {
		n := min(rowsAtOnce, end-from)
		if _, err := io.ReadFull(r, rows[:n*row]); err != nil {
			return err
		}
		for i := range n {
			slot, of := from+i, rows[i*row:][:row]
			copy(v.upper.data[slot*v.half:][:v.half], of)
			tail := of[v.half:]
			v.scales.data[slot] = math.Float32frombits(binary.LittleEndian.Uint32(tail))
			v.norms.data[slot] = math.Float32frombits(binary.LittleEndian.Uint32(tail[4:]))
			v.sums.data[slot] = int32(binary.LittleEndian.Uint32(tail[8:]))
		}
	}
	_, err := io.ReadFull(r, v.lower.data[:end*v.half])
	return err
}
