package ingestd

import "io"

// relay is a pipe with room: what is written waits in a few buffers until it is
// read, so that receiving a file and scanning it run side by side. An io.Pipe
// would make each wait for the other at every read. One goroutine writes, one
// reads to the end.
type relay struct {
	full    chan []byte // written, in order
	free    chan []byte
	err     error // why the writing ended; valid once full is closed
	current []byte
	rest    []byte // of current, not read yet
}

func newRelay(buffers, size int) *relay {
	r := &relay{full: make(chan []byte, buffers), free: make(chan []byte, buffers)}
	for range buffers {
		r.free <- make([]byte, 0, size)
	}
	return r
}

// Write hands a copy of p over, and waits while all buffers are full.
func (r *relay) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		buffer := <-r.free
		n := min(len(p), cap(buffer))
		r.full <- append(buffer[:0], p[:n]...)
		p = p[n:]
	}
	return written, nil
}

// CloseWithError ends the writing: the reader gets what was written and then
// err, or io.EOF where it is nil.
func (r *relay) CloseWithError(err error) {
	r.err = err
	close(r.full)
}

// Read gives what was written, in order.
func (r *relay) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.current != nil {
			r.free <- r.current
			r.current = nil
		}
		buffer, ok := <-r.full
		if !ok {
			if r.err != nil {
				return 0, r.err
			}
			return 0, io.EOF
		}
		r.current, r.rest = buffer, buffer
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
