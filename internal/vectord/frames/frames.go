// Package frames has the form in which the parts of a saved index lie one behind the other:
// three numbers, which say how much follows, then columns of bytes. What the numbers mean,
// and whether so much may be, is for who reads them.
package frames

import (
	"encoding/binary"
	"io"
)

// Head is the three numbers of a frame. Each is kept in 4 bytes, little endian.
type Head [3]int

const headBytes = 12

// Write writes a frame. Its error is the writer's.
func Write(to io.Writer, h Head, columns ...[]byte) error {
	var head [headBytes]byte
	for i, n := range h {
		binary.LittleEndian.PutUint32(head[4*i:], uint32(n))
	}
	if _, err := to.Write(head[:]); err != nil {
		return err
	}
	for _, column := range columns {
		if _, err := to.Write(column); err != nil {
			return err
		}
	}
	return nil
}

// Read reads the head of a frame, behind which its columns follow. The error is io.EOF or
// io.ErrUnexpectedEOF where there is none, or that of reading.
func Read(from io.Reader) (h Head, err error) {
	var head [headBytes]byte
	_, err = io.ReadFull(from, head[:])
	for i := range h {
		h[i] = int(binary.LittleEndian.Uint32(head[4*i:]))
	}
	return h, err
}
