package durable

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Copy writes the whole index under a key that is free, its parts under the key and a
// dot. It is for [Restore]; nothing of the index looks at it again. Where something is
// under the key it is [storage.ErrPreconditionFailed].
func (x *Index) Copy(ctx context.Context, key string) (Generation, error) {
	ctx, leave, err := x.enter(ctx)
	if err != nil {
		return Generation{}, err
	}
	defer leave()
	var broken *BrokenError
	if errors.As(x.refused(), &broken) {
		return Generation{}, broken
	}
	switch _, err := x.options.Storage.Head(ctx, key); {
	case err == nil:
		return Generation{}, storage.ErrPreconditionFailed.Errorf("there is something at %q; choose another key", key)
	case unreachable(err):
		return Generation{}, err
	}
	w, err := x.save(ctx, false, func(uint64) string { return key })
	return w.Generation, err
}

// Restore makes an index with an id that was never used before of what [Index.Copy] wrote.
// It is durable when Restore returns. Its errors are a [sealed.DamageError], a
// [hnsw.SavedError] where the configuration is another one, and storaged's.
func Restore(ctx context.Context, o Options, key string, progress *Progress) (*Index, error) {
	x, err := prepareStored(o)
	if err != nil {
		return nil, err
	}
	progress = cmp.Or(progress, &Progress{})
	h, _, err := readHead(ctx, x.options.Storage, key)
	if err != nil {
		return nil, fmt.Errorf("restore from %s: %w", key, err)
	}
	if err := x.fill(ctx, whole{Generation: Generation{Bytes: h.Bytes}, parts: h.keys(key), start: h.Start}, nil, progress); err != nil {
		return nil, fmt.Errorf("restore from %s: %w", key, err)
	}
	if _, err := x.generation(ctx, false); err != nil {
		x.engine.Close()
		return nil, err
	}
	x.start()
	return x, nil
}

// Drop removes the [Folder] of an index that nobody has open any more. After an error it
// can be called again.
func Drop(ctx context.Context, s *storage.Client, id string) error {
	if err := s.Delete(ctx, damageKey(id)); err != nil {
		return err
	}
	_, err := s.DeleteUnder(ctx, Folder(id))
	return err
}
