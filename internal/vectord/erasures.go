package vectord

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// erasures are the filters by which items were erased of late, each as a digest that says
// nothing of them: so who asks for one again, since it was broken off or its answer was lost,
// is known when no item has its fields any more, and after a restart nothing else tells that
// any had.
type erasures struct{ storage *storage.Client }

// erasureAge is how long one is remembered.
const erasureAge = 30 * 24 * time.Hour

// erasureKey is where one is remembered. Another index has another key for the same filter.
func erasureKey(x *index, filter vector.Filter) string {
	var text bytes.Buffer
	_ = json.Compact(&text, filter) // it was read as JSON before
	digest := sha256.Sum256(append([]byte(x.pointer.ID+"\n"), text.Bytes()...))
	return erasuresFolder(x.pointer.ID) + hex.EncodeToString(digest[:16])
}

// askable tells whether items may be erased by a filter: its fields are known, or it was
// asked for before.
func (e erasures) askable(ctx context.Context, x *index, in *engine.Index, raw vector.Filter, filter *metadata.Filter) error {
	_, err := in.Count(filter)
	var unknown *metadata.UnknownFieldError
	if !errors.As(err, &unknown) || !x.persisted() {
		return err
	}
	switch _, headErr := e.storage.Head(ctx, erasureKey(x, raw)); {
	case errors.Is(headErr, storage.ErrObjectNotFound):
		return err
	case headErr != nil:
		return headErr
	}
	in.Know(*filter)
	_, err = in.Count(filter)
	return err
}

// begin remembers one before anything of it is done, and forgets those that are old.
func (e erasures) begin(ctx context.Context, x *index, raw vector.Filter, filter *metadata.Filter) error {
	if !x.persisted() {
		return nil
	}
	for page, err := range e.storage.Listings(ctx, erasuresFolder(x.pointer.ID), "", 0) {
		if err != nil {
			return err
		}
		for _, o := range page.Objects {
			if time.Since(o.ModifiedAt) > erasureAge {
				if err := e.storage.Delete(ctx, o.Key); err != nil {
					return err
				}
			}
		}
	}
	if filter == nil {
		return nil
	}
	_, _, err := e.storage.Put(storage.IntoReserve(ctx), erasureKey(x, raw), strings.NewReader("{}"), 2, storage.Condition{})
	return err
}
