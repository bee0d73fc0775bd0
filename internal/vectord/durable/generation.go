package durable

import (
	"bytes"
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
	headFormat  = 3
	olderFormat = 2 // without the words of texts: they are found anew
	nonceBytes  = 8
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
	if h.Format < olderFormat || h.Format > headFormat {
		return head{}, o, fmt.Errorf("it is of format %d, and this release reads %d and %d: open it with the release that wrote it, or add the items anew", h.Format, olderFormat, headFormat)
	}
	if len(h.Start) != sealed.StartBytes {
		return head{}, o, fmt.Errorf("it does not say how its parts begin")
	}
	return h, o, nil
}

// save writes the whole index under a key that is free, in parts, and then the head. The
// sequence is that of the last change that surely is in it; the key may depend on it. With
// clearing the context is one for what the disk has in reserve.
func (x *Index) save(ctx context.Context, clearing bool, keyOf func(sequence uint64) string) (w whole, err error) {
	w, err = x.saveOnce(ctx, clearing, keyOf)
	if err != nil && !w.doubt && x.smaller(ctx, err) {
		w, err = x.saveOnce(ctx, clearing, keyOf)
	}
	return w, err
}

func (x *Index) saveOnce(ctx context.Context, clearing bool, keyOf func(sequence uint64) string) (w whole, err error) {
	var nonce [nonceBytes]byte
	_, _ = rand.Read(nonce[:]) // does not fail
	h := head{Format: headFormat, Index: x.options.ID, Nonce: hex.EncodeToString(nonce[:])}
	out := x.newParts(ctx, clearing)
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
	body, err := sealed.EncodeRecord(h)
	if err != nil {
		return false, err
	}
	o := &object{key: key, body: body}
	err = x.store(ctx, o)
	return o.doubt, err
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
