package durable

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// A group whose bytes are more than an object of the log may have is written as a
// generation is: its stream in parts, and then a head under the key of the log that names
// them. It is durable with the head, whole, and until then it is nothing.

// writeLarge writes the parts of a group, and gives the bytes of its head.
func (x *Index) writeLarge(ctx context.Context, g *group, header journal.Header) ([]byte, error) {
	var nonce [nonceBytes]byte
	_, _ = rand.Read(nonce[:]) // does not fail
	h := head{Format: headFormat, Index: x.options.ID, Sequence: g.last, Nonce: hex.EncodeToString(nonce[:])}
	out := x.newParts(ctx, g.requests[0].clearing)
	out.name = func(n int) string { return partKey(g.object.key, h.Nonce, n) }
	stream := sealed.NewWriter(out)
	err := encodeTo(stream, header, g.requests)
	if err == nil {
		err = stream.Close()
	}
	err = out.close(err)
	h.Parts, h.Bytes, h.Start = len(out.keys), out.written, out.start
	g.parts, g.start, g.size = out.keys, out.start, out.written
	if err != nil {
		x.abandon(g)
		return nil, err
	}
	return sealed.EncodeRecord(h)
}

// abandon removes the parts of a group that is not made.
func (x *Index) abandon(g *group) {
	if len(g.parts) > 0 {
		left, _ := x.options.Storage.Discard(x.committing, g.parts)
		x.ledger.scatter(left...)
	}
}

// examineLarge reads the head of an object of the log that is in parts.
func (x *Index) examineLarge(ctx context.Context, o logObject) (logObject, error) {
	h, there, err := readHead(ctx, x.options.Storage, o.key)
	if err == nil && (h.Index != x.options.ID || h.Sequence < o.first) {
		err = fmt.Errorf("it is of index %q and sequence %d", h.Index, h.Sequence)
	}
	if err != nil {
		return o, err
	}
	o.last, o.size, o.etag = h.Sequence, h.Bytes+there.Size, there.ETag
	o.parts, o.start = h.keys(o.key), h.Start
	return o, nil
}

// claim takes the parts of the log's objects out of the litter. Of a head that cannot be
// read all that lie beside it are its parts, and go when it goes.
func (l *ledger) claim(logs []logObject) {
	owners := map[string]int{}
	for i, o := range logs {
		owners[o.key] = i
	}
	l.litter = slices.DeleteFunc(l.litter, func(key string) bool {
		head, _, _ := strings.Cut(key, ".")
		i, ok := owners[head]
		if ok && logs[i].damaged && !slices.Contains(logs[i].parts, key) {
			logs[i].parts = append(logs[i].parts, key)
		}
		return ok && slices.Contains(logs[i].parts, key)
	})
}

// open reads an object of the log, whether or not it is in parts.
func (r *replay) open(ctx context.Context, o logObject) io.ReadCloser {
	if len(o.parts) == 0 {
		return r.openOne(ctx, o.key)
	}
	in := whole{parts: o.parts, start: o.start}.read(ctx, r.x.options.Storage)
	return &largeReader{sealed.NewReader(in), in}
}

// largeReader gives the stream of a large group. A part that is damaged or missing is an
// error of the journal, as it is of an object that is one.
type largeReader struct {
	io.Reader
	io.Closer
}

func (l *largeReader) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if err != nil && err != io.EOF && verdictOf(err) == ofTheObject {
		err = &journal.Error{Fault: journal.Damaged, Detail: fmt.Sprintf("its parts: %v", err)}
	}
	return n, err
}
