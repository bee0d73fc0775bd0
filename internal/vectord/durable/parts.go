package durable

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// parts writes a stream to objects of a limited size, one after the other.
type parts struct {
	ctx      context.Context
	storage  *storage.Client
	limit    int64
	patience time.Duration // for one
	gather   bool          // a part is sent when it is there whole, so that its size is known
	name     func(n int) string
	keys     []string
	written  int64
	start    []byte // the first bytes

	part part  // under way, nil between two
	left int64 // of it
}

// newParts makes one, which has no name yet. With clearing the context is one for what the
// disk has in reserve.
func (x *Index) newParts(ctx context.Context, clearing bool) *parts {
	p := &parts{ctx: ctx, storage: x.options.Storage, limit: x.partBytes(), patience: x.options.Limits.partPatience(), gather: clearing}
	if clearing {
		p.limit = min(p.limit, storage.MaxReserveWrite)
	}
	return p
}

// part takes the bytes of an object. end ends it: without an error it is durable then.
type part interface {
	io.Writer
	end(failed error) error
}

// Write gives bytes to the part under way.
func (p *parts) Write(b []byte) (done int, err error) {
	p.start = append(p.start, b[:min(len(b), sealed.StartBytes-len(p.start))]...)
	for len(b) > 0 {
		if p.part == nil {
			p.begin()
		}
		n, err := p.part.Write(b[:min(int64(len(b)), p.left)])
		b, done = b[n:], done+n
		p.left, p.written = p.left-int64(n), p.written+int64(n)
		if err != nil { // whoever reads it closed it, and storaged says why
			return done, cmp.Or(p.end(err), err)
		}
		if p.left == 0 {
			if err := p.end(nil); err != nil {
				return done, err
			}
		}
	}
	return done, nil
}

func (p *parts) begin() {
	key := p.name(len(p.keys))
	p.keys, p.left = append(p.keys, key), p.limit
	store := func(body io.Reader, size int64) error {
		return patiently(p.ctx, p.patience, func(ctx context.Context) error {
			_, _, err := p.storage.Put(ctx, key, body, size, storage.Condition{IfNoneMatch: true})
			return err
		})
	}
	if p.gather {
		p.part = &gatheredPart{store: store}
		return
	}
	out, in := io.Pipe()
	sent := &pipedPart{in, make(chan error, 1)}
	p.part = sent
	go func() {
		err := store(out, -1)
		out.CloseWithError(cmp.Or(err, io.ErrClosedPipe)) // lets go of whoever writes
		sent.stored <- err
	}()
}

func (p *parts) end(failed error) error {
	part := p.part
	p.part = nil
	return part.end(failed)
}

// close ends the stream, which failed or not.
func (p *parts) close(failed error) error {
	if p.part == nil {
		return failed
	}
	return cmp.Or(failed, p.end(failed))
}

// pipedPart is sent while it is written.
type pipedPart struct {
	*io.PipeWriter
	stored chan error
}

func (p *pipedPart) end(failed error) error {
	_ = p.CloseWithError(failed) // nil is the proper end
	return <-p.stored
}

// gatheredPart is sent when it ends.
type gatheredPart struct {
	bytes.Buffer
	store func(body io.Reader, size int64) error
}

func (p *gatheredPart) end(failed error) error {
	if failed != nil {
		return failed
	}
	return p.store(bytes.NewReader(p.Bytes()), int64(p.Len()))
}
