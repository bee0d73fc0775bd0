package durable

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// head is the record that makes a generation, or a copy of an index, whole.
type head struct {
	Format   int    `json:"format"`
	Index    string `json:"index"`
	Sequence uint64 `json:"sequence"`
	Nonce    string `json:"nonce"` // of the parts' keys, so that no other writing's are taken for them
	Parts    int    `json:"parts"`
	Bytes    int64  `json:"bytes"`
	// Start is what the stream in the parts begins with, drawn by chance for it: parts of
	// another stream, whole as they may be, are not taken for these.
	Start []byte `json:"start"`
}

const (
	headFormat = 2
	nonceBytes = 8
	startBytes = 16 // as package sealed has it
)

func (h head) keys(key string) (keys []string) {
	for n := range h.Parts {
		keys = append(keys, partKey(key, h.Nonce, n))
	}
	return keys
}

// readHead reads the object that makes a generation whole.
func readHead(ctx context.Context, s *storage.Client, key string) (head, storage.Object, error) {
	var h head
	o, err := readRecord(ctx, s, key, &h)
	if err != nil {
		return head{}, o, err
	}
	if h.Format != headFormat {
		return head{}, o, fmt.Errorf("it is of format %d, and this release reads %d: open it with the release that wrote it, or add the items anew", h.Format, headFormat)
	}
	if len(h.Start) != startBytes {
		return head{}, o, fmt.Errorf("it does not say how its parts begin")
	}
	return h, o, nil
}

// save writes the whole index under a key that is free, in parts, and then the head. The
// sequence is that of the last change that surely is in it; the key may depend on it.
func (x *Index) save(ctx context.Context, keyOf func(sequence uint64) string) (w whole, err error) {
	var nonce [nonceBytes]byte
	_, _ = rand.Read(nonce[:]) // does not fail
	h := head{Format: headFormat, Index: x.options.ID, Nonce: hex.EncodeToString(nonce[:])}
	out := &parts{ctx: ctx, storage: x.options.Storage, limit: x.options.Limits.PartBytes, patience: x.options.Limits.partPatience()}
	err = x.engine.Save(out, func() {
		h.Sequence = x.sequence.Load()
		w.key = keyOf(h.Sequence)
		out.name = func(n int) string { return partKey(w.key, h.Nonce, n) }
	})
	err = out.close(err)
	h.Parts, h.Bytes, h.Start = len(out.keys), out.written, out.start
	w.parts, w.start = out.keys, out.start
	if err == nil {
		w.Generation = Generation{h.Sequence, h.Bytes, time.Now().UTC()}
		w.doubt, err = x.seal(ctx, w.key, h)
	}
	if err != nil && !w.doubt {
		left, _ := x.options.Storage.Discard(ctx, out.keys)
		x.ledger.scatter(left...)
	}
	return w, err
}

// seal writes the head; with doubt it may be there in spite of the error.
func (x *Index) seal(ctx context.Context, key string, h head) (doubt bool, err error) {
	body, err := encodeRecord(h)
	if err != nil {
		return false, err
	}
	o := &object{key: key, body: body}
	err = x.store(ctx, o)
	return o.doubt, err
}

// parts writes a stream to objects of a limited size, one after the other.
type parts struct {
	ctx      context.Context
	storage  *storage.Client
	limit    int64
	patience time.Duration // for one
	name     func(n int) string
	keys     []string
	written  int64
	start    []byte // the first bytes

	pipe *io.PipeWriter
	left int64 // of the part under way
	put  chan error
}

// Write gives bytes to the part under way.
func (p *parts) Write(b []byte) (done int, err error) {
	p.start = append(p.start, b[:min(len(b), startBytes-len(p.start))]...)
	for len(b) > 0 {
		if p.pipe == nil {
			p.begin()
		}
		n, err := p.pipe.Write(b[:min(int64(len(b)), p.left)])
		b, done = b[n:], done+n
		p.left, p.written = p.left-int64(n), p.written+int64(n)
		if err != nil { // the pipe was closed by who reads it, and storaged says why
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
	p.keys, p.left, p.put = append(p.keys, key), p.limit, make(chan error, 1)
	out, in := io.Pipe()
	p.pipe = in
	go func(ended chan<- error) {
		ctx, cancel := context.WithTimeout(p.ctx, p.patience)
		defer cancel()
		_, _, err := p.storage.Put(ctx, key, out, -1, storage.Condition{IfNoneMatch: true})
		out.CloseWithError(cmp.Or(err, io.ErrClosedPipe)) // lets go of whoever writes
		ended <- err
	}(p.put)
}

// end ends the part under way: without an error it is durable then.
func (p *parts) end(failed error) error {
	_ = p.pipe.CloseWithError(failed) // nil is the proper end
	p.pipe = nil
	return <-p.put
}

// close ends the stream, which failed or not.
func (p *parts) close(failed error) error {
	if p.pipe == nil {
		return failed
	}
	return cmp.Or(failed, p.end(failed))
}

// read opens the bytes of a generation, which begin as its head says.
func (w whole) read(ctx context.Context, s *storage.Client) *ahead {
	return readAhead(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		in := &objects{ctx: ctx, storage: s, keys: w.parts}
		start := make([]byte, len(w.start))
		n, err := io.ReadFull(in, start)
		if err == nil && !bytes.Equal(start, w.start) {
			err = &sealed.DamageError{Reason: "is not of the stream that the head names, but of another"}
		}
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF { // a stream that is cut is told as such by who reads it
			in.Close()
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(start[:n]), in), in}, nil
	})
}

// check reads a generation from storaged, and tells whether it is what was written.
func (w whole) check(ctx context.Context, s *storage.Client) error {
	if _, _, err := readHead(ctx, s, w.key); err != nil {
		return err
	}
	in := w.read(ctx, s)
	defer in.Close()
	_, err := io.Copy(io.Discard, sealed.NewReader(in))
	return err
}
