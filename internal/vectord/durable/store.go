package durable

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// object is a new object whose bytes are at hand, on its way to storaged.
type object struct {
	key  string
	body []byte
	etag string // once it is stored

	doubt   bool // a request was not answered, and may still be carried out
	foreign bool // under the key is something else
}

// An object whose PUT got no answer is sent again, first after this part of Limits.Pause, then
// after twice as long each time, until that many tries were made.
const (
	shortPart = 200
	tries     = 5
)

// store makes an object durable under a key that is free. After an error it is not
// stored, unless doubt is set: then it has to be stored again, as it is, before anything
// else is stored under its key.
func (x *Index) store(ctx context.Context, o *object) error {
	pause := x.options.Limits.Pause / shortPart
	for try := 1; ; try++ {
		err := x.attempt(ctx, o)
		if err == nil {
			o.doubt = false
			return nil
		}
		if !o.doubt || o.foreign || try == tries || ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		select {
		case <-time.After(pause):
			pause *= 2
		case <-ctx.Done():
			return err
		}
	}
}

// attempt sends an object once. What has no answer is sent again: whichever arrives first
// is stored, and the others find it there.
func (x *Index) attempt(ctx context.Context, o *object) error {
	return patiently(ctx, x.options.Limits.Patience, func(ctx context.Context) error { return x.send(ctx, o) })
}

func (x *Index) send(ctx context.Context, o *object) error {
	stored, _, err := x.options.Storage.Put(ctx, o.key, bytes.NewReader(o.body), int64(len(o.body)), storage.Condition{IfNoneMatch: true})
	switch {
	case err == nil:
		o.etag = stored.ETag
		return nil
	case wire.Unsent(err):
		return err
	case !wire.Refused(err):
		o.doubt = true
		return err
	}
	return x.compare(ctx, o, err)
}

// compare looks what is under the key after storaged refused a request: that one will
// not be carried out any more.
func (x *Index) compare(ctx context.Context, o *object, refusal error) error {
	in, there, err := x.options.Storage.Get(ctx, o.key, storage.Range{})
	if errors.Is(err, storage.ErrObjectNotFound) {
		return refusal
	}
	if err != nil {
		o.doubt = true
		return err
	}
	defer in.Close()
	got, err := io.ReadAll(io.LimitReader(in, int64(len(o.body))+1))
	switch {
	case err != nil:
		o.doubt = true
		return err
	case !bytes.Equal(got, o.body):
		o.foreign = true
		return refusal
	}
	o.etag = there.ETag
	return nil
}
