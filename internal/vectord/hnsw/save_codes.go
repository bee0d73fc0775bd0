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

// rowsAtOnce are written and read at a time.
const rowsAtOnce = 256

// saveCodes writes the codes of the first slots.
func (v *vectors) saveCodes(w io.Writer, end int) error {
	row := v.savedRow()
	rows := make([]byte, rowsAtOnce*row)
	for from := 0; from < end && row > 0; from += rowsAtOnce {
		n := min(rowsAtOnce, end-from)
		for i := range n {
			slot, to := from+i, rows[i*row:][:row]
			copy(to, v.upper.data[slot*v.half:][:v.half])
			tail := to[v.half:]
			binary.LittleEndian.PutUint32(tail, math.Float32bits(v.scales.data[slot]))
			binary.LittleEndian.PutUint32(tail[4:], math.Float32bits(v.norms.data[slot]))
			binary.LittleEndian.PutUint32(tail[8:], uint32(v.sums.data[slot]))
		}
		if _, err := w.Write(rows[:n*row]); err != nil {
			return err
		}
	}
	_, err := w.Write(v.lower.data[:end*v.half])
	return err
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
