package ingestd

import "io"

// relay is a pipe with room: what is read into it waits in a few buffers until it
// is read again, so that receiving a file and scanning it run side by side. An
// io.Pipe would make each wait for the other at every read. One goroutine fills
// it, one reads it to the end.
type relay struct {
	full    chan []byte // filled, in order
	free    chan []byte
	unmade  int   // buffers that were not needed yet
	size    int   // bytes of a buffer
	err     error // why the filling ended; valid once full is closed
	current []byte
	rest    []byte // of current, not read yet
}

func newRelay(buffers, size int) *relay {
	return &relay{full: make(chan []byte, buffers), free: make(chan []byte, buffers), unmade: buffers, size: size}
}

// empty gives a buffer to fill, and waits while all are full.
func (r *relay) empty() []byte {
	select {
	case buffer := <-r.free:
		return buffer
	default:
	}
	if r.unmade > 0 {
		r.unmade--
		return make([]byte, 0, r.size)
	}
	return <-r.free
}

// fill reads src to its end, and waits while all buffers are full. Whatever the
// reader of the relay gets was written to tap before. It returns how much was
// read.
func (r *relay) fill(src io.Reader, tap io.Writer) (n int64, err error) {
	for err == nil {
		buffer := r.empty()
		for len(buffer) <= cap(buffer)/2 && err == nil { // small reads go together
			var read int
			read, err = src.Read(buffer[len(buffer):cap(buffer)])
			buffer = buffer[:len(buffer)+read]
		}
		n += int64(len(buffer))
		if _, tapErr := tap.Write(buffer); tapErr != nil {
			return n, tapErr
		}
		r.full <- buffer
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// CloseWithError ends the filling: the reader gets what was filled in and then
// err, or io.EOF where it is nil.
func (r *relay) CloseWithError(err error) {
	r.err = err
	close(r.full)
}

// Read gives what was filled in, in order.
func (r *relay) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.current != nil {
			r.free <- r.current[:0]
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
