package ingestd

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// brokenAfter breaks each reading off after a few bytes.
type brokenAfter struct {
	io.ReadCloser
	left int
}

func (b *brokenAfter) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// A reading that breaks off goes on where it was, and gives the version that it
// began with or none.
func TestAnObjectIsReadAsOneVersion(t *testing.T) {
	client := testbed.StartStoraged(t)
	put := func(text string) objectRef {
		t.Helper()
		stored, _, err := client.Put(t.Context(), "x.csv", strings.NewReader(text), int64(len(text)), storage.Condition{})
		if err != nil {
			t.Fatal(err)
		}
		return objectRef{Key: "x.csv", ETag: stored.ETag, Size: stored.Size}
	}
	for _, c := range []struct {
		what    string
		piece   int
		between func()
		want    error
	}{
		{what: "whole", piece: 100},
		{what: "in four pieces", piece: 3},
		{what: "never to its end", piece: 2, want: io.ErrUnexpectedEOF},
		{what: "written again", piece: 3, between: func() { put("9876543210") }, want: ingest.ErrSourceChanged},
		{what: "removed", piece: 3, between: func() { _ = client.Delete(context.Background(), "x.csv") }, want: storage.ErrObjectNotFound},
	} {
		r := &objectReader{ctx: t.Context(), ref: put("0123456789")}
		r.get = func(ctx context.Context, key string, rng storage.Range) (io.ReadCloser, storage.Object, error) {
			if rng.Offset > 0 && c.between != nil {
				c.between()
			}
			body, o, err := client.Get(ctx, key, rng)
			return &brokenAfter{body, c.piece}, o, err
		}
		text, err := io.ReadAll(r)
		if !errors.Is(err, c.want) || c.want == nil && string(text) != "0123456789" {
			t.Errorf("%s: %q, %v; want %v", c.what, text, err, c.want)
		}
		_ = r.close()
	}
	empty := &objectReader{ctx: t.Context(), get: client.Get, ref: put("")}
	if text, err := io.ReadAll(empty); err != nil || len(text) > 0 {
		t.Errorf("an empty object: %q, %v", text, err)
	}
	before := put("0123456789")
	put("0123456789x")
	if _, err := io.ReadAll(&objectReader{ctx: t.Context(), get: client.Get, ref: before}); !errors.Is(err, ingest.ErrSourceChanged) {
		t.Errorf("written again before it was read: %v", err)
	}
}
