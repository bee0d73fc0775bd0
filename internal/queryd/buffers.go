package queryd

import "sync"

// buffers lends memory for answers on their way.
type buffers struct{ pool sync.Pool } // of *[]byte

// get gives an empty buffer of spillBytes at least, which grows only for rows that are
// huge.
func (b *buffers) get() []byte {
	if buf, ok := b.pool.Get().(*[]byte); ok {
		return *buf
	}
	return make([]byte, 0, spillBytes+pieceBytes)
}

// put takes a buffer back, whatever is in it.
func (b *buffers) put(buf []byte) {
	if cap(buf) >= spillBytes && cap(buf) <= heldBytes+spillBytes {
		buf = buf[:0]
		b.pool.Put(&buf)
	}
}
