package durable

import (
	"context"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const (
	chunkBytes = 512 << 10
	chunks     = 6
)

// ahead reads a stream a few chunks before they are asked for. Close ends it, whether or
// not it was read to its end.
type ahead struct {
	full, free chan []byte
	rest       []byte
	chunk      []byte
	err        error // of the stream; to be read when full is closed
	stop       context.CancelFunc
	ended      chan struct{}
}

// readAhead reads what open gives, which it closes.
func readAhead(ctx context.Context, open func(context.Context) (io.ReadCloser, error)) *ahead {
	ctx, stop := context.WithCancel(ctx)
	a := &ahead{full: make(chan []byte, chunks), free: make(chan []byte, chunks), stop: stop, ended: make(chan struct{})}
	for range chunks {
		a.free <- nil
	}
	go a.run(ctx, open)
	return a
}

func (a *ahead) run(ctx context.Context, open func(context.Context) (io.ReadCloser, error)) {
	defer close(a.ended)
	defer close(a.full)
	in, err := open(ctx)
	if err != nil {
		a.err = err
		return
	}
	defer in.Close()
	for {
		var chunk []byte
		select {
		case chunk = <-a.free:
		case <-ctx.Done():
			a.err = ctx.Err()
			return
		}
		if chunk == nil {
			chunk = make([]byte, chunkBytes)
		}
		n, err := io.ReadFull(in, chunk[:chunkBytes])
		if n > 0 {
			a.full <- chunk[:n] // has room for all there are
		}
		if err == io.ErrUnexpectedEOF {
			err = io.EOF
		}
		if err != nil {
			a.err = err
			return
		}
	}
}

// Read gives what was read.
func (a *ahead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.chunk != nil {
			a.free <- a.chunk[:chunkBytes]
			a.chunk = nil
		}
		chunk, ok := <-a.full
		if !ok {
			return 0, a.err
		}
		a.chunk, a.rest = chunk, chunk
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close ends the reading, and returns when it has ended.
func (a *ahead) Close() error {
	a.stop()
	<-a.ended
	return nil
}

// objects reads objects one after the other as one stream.
type objects struct {
	ctx     context.Context
	storage *storage.Client
	keys    []string
	current io.ReadCloser
}

func (o *objects) Read(p []byte) (int, error) {
	for {
		if o.current == nil {
			if len(o.keys) == 0 {
				return 0, io.EOF
			}
			var err error
			if o.current, _, err = o.storage.Get(o.ctx, o.keys[0], storage.Range{}); err != nil {
				o.current = nil
				return 0, err
			}
			o.keys = o.keys[1:]
		}
		n, err := o.current.Read(p)
		if err == io.EOF {
			err = o.current.Close()
			o.current = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Close ends the reading.
func (o *objects) Close() error {
	if o.current == nil {
		return nil
	}
	return o.current.Close()
}
