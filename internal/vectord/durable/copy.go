package durable

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Copied says what a copy of an index is.
type Copied struct {
	Index    string `json:"index"`    // the id of the index
	Sequence uint64 `json:"sequence"` // of the last change that surely is in it
	Bytes    int64  `json:"bytes"`
}

// CopyError says why a copy is not what [Index.Copy] wrote.
type CopyError struct {
	Key string
	Err error
}

func (e *CopyError) Error() string { return fmt.Sprintf("%s: %v", e.Key, e.Err) }
func (e *CopyError) Unwrap() error { return e.Err }

// Copy writes the whole index under a key that is free, its parts under the key and a
// dot. It is for [Restore]; nothing of the index looks at it again. Where something is
// under the key it is [storage.ErrPreconditionFailed].
func (x *Index) Copy(ctx context.Context, key string) (Copied, error) {
	ctx, leave, err := x.enter(ctx)
	if err != nil {
		return Copied{}, err
	}
	defer leave()
	var broken *BrokenError
	if errors.As(x.refused(), &broken) {
		return Copied{}, broken
	}
	switch _, err := x.options.Storage.Head(ctx, key); {
	case err == nil:
		return Copied{}, storage.ErrPreconditionFailed.Errorf("there is something at %q; choose another key", key)
	case !errors.Is(err, storage.ErrObjectNotFound):
		return Copied{}, err
	}
	w, err := x.save(ctx, false, func(uint64) string { return key })
	return Copied{x.options.ID, w.Sequence, w.Bytes}, err
}

// CheckCopy tells whether what [Index.Copy] wrote is there, by its head and the sizes of its
// parts, which are not read. Its errors are a [CopyError], and storaged's.
func CheckCopy(ctx context.Context, s *storage.Client, key string, want Copied) error {
	var h head
	err := twice(ctx, func() (err error) {
		h, _, err = readHead(ctx, s, key)
		return err
	})
	if err == nil && (Copied{h.Index, h.Sequence, h.Bytes}) != want {
		err = errors.New("it is the head of another copy")
	}
	if err != nil {
		return notCopied(ctx, key, err)
	}
	there := map[string]int64{}
	for page, err := range s.Listings(ctx, partPrefix(key, h.Nonce), "", 0) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			there[o.Key] = o.Size
		}
	}
	if err := present(h.keys(key), there, h.Bytes); err != nil {
		return &CopyError{key, err}
	}
	return nil
}

// notCopied makes a [CopyError] of what was met when a copy was read, unless that says
// nothing of the copy.
func notCopied(ctx context.Context, key string, err error) error {
	if blames(ctx, err) {
		return &CopyError{key, err}
	}
	return fmt.Errorf("read the copy %s: %w", key, err)
}

// Restore makes an index with an id that was never used before of what [Index.Copy] wrote.
// It is durable when Restore returns. Its errors are a [CopyError], also where the
// configuration is another one, and storaged's.
func Restore(ctx context.Context, o Options, key string, progress *Progress) (*Index, error) {
	x, err := prepareStored(o)
	if err != nil {
		return nil, err
	}
	progress = cmp.Or(progress, &Progress{})
	err = twice(ctx, func() error {
		h, _, err := readHead(ctx, x.options.Storage, key)
		if err != nil {
			return err
		}
		return x.fill(ctx, whole{Generation: Generation{Bytes: h.Bytes}, parts: h.keys(key), start: h.Start}, nil, progress)
	})
	if err != nil {
		x.discard()
		return nil, notCopied(ctx, key, err)
	}
	if _, err := x.generation(ctx, false); err != nil {
		x.discard()
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
