package durable

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// Added says what an Add came to. Count is the items in the index afterwards.
type Added struct{ Added, Updated, Count int }

// Selection names items by their ids or, where Filter is set, by that alone.
type Selection struct {
	IDs    []string
	Filter *metadata.Filter
}

func (s Selection) bytes() (n int64) {
	for _, id := range s.IDs {
		n += int64(len(id))
	}
	if s.Filter != nil {
		n += s.Filter.Bytes()
	}
	return n
}

// Change is what becomes of an item's metadata: the fields of Set take the place of those
// there were, each whole, and those of Remove go. A null in Set removes as well.
type Change struct {
	Set    map[string]json.RawMessage
	Remove []string
}

func (c Change) bytes() (n int64) {
	for name, value := range c.Set {
		n += int64(len(name) + len(value))
	}
	for _, name := range c.Remove {
		n += int64(len(name))
	}
	return n
}

// Add puts items in, in place of those with their ids. Its errors are those of
// [engine.Index.Check], an [engine.FullError], storaged's, and those of any change:
// [OvertakenError], [BrokenError], [ErrClosed].
func (x *Index) Add(ctx context.Context, items []engine.Item) (Added, error) {
	return x.AddThen(ctx, items, nil)
}

// AddThen is Add, and tells when the items are in, before that is answered.
func (x *Index) AddThen(ctx context.Context, items []engine.Item, in func()) (Added, error) {
	b, err := x.engine.Check(items)
	if err != nil {
		return Added{}, err
	}
	c := putting(b)
	c.applied = in
	n, err := x.submit(&request{ctx: ctx, change: c})
	return Added{n.added, n.updated, n.items}, err
}

// Admits tells what would keep items from being put in as the index is now, by an error of Add.
func (x *Index) Admits(items []engine.Item) error {
	b, err := x.engine.Check(items)
	if err != nil {
		return err
	}
	if err := x.full(b.Len(), x.engine.Fresh(b)); err != nil {
		return err
	}
	return x.roomForFields(&group{fields: map[string]bool{}}, change{put: b})
}

// Delete takes items out. A filter is looked at when the change's turn has come; its error
// may be a [metadata.UnknownFieldError], or that of any change.
func (x *Index) Delete(ctx context.Context, s Selection) (deleted, count int, err error) {
	n, err := x.submit(x.deletion(ctx, s))
	return n.deleted, n.items, err
}

func (x *Index) deletion(ctx context.Context, s Selection) *request {
	if s.Filter == nil {
		return &request{ctx: ctx, change: removing(possible(s.IDs))}
	}
	return &request{ctx: ctx, change: change{bytes: s.bytes()}, resolve: func() (change, error) {
		ids, err := x.engine.Matching(*s.Filter)
		return removing(ids), err
	}}
}

// possible leaves out what no item can be called.
func possible(ids []string) (list []string) {
	for _, id := range ids {
		if engine.PossibleID(id) {
			list = append(list, id)
		}
	}
	return list
}

// Update changes the metadata of items, all of them or none. Its error may be a
// [ChangeError], a [metadata.UnknownFieldError], or that of any change.
func (x *Index) Update(ctx context.Context, s Selection, c Change) (updated int, err error) {
	n, err := x.submit(&request{ctx: ctx, change: change{bytes: s.bytes() + c.bytes()}, resolve: func() (change, error) { return x.resolve(s, c) }})
	return n.updated, err
}

// Settle returns when it is known what became of every change that was asked for before,
// also of one whose answer was an error: those that were made are in the engine, and the
// others will not be made any more. Its errors are those of any change.
func (x *Index) Settle(ctx context.Context) error {
	_, err := x.submit(&request{ctx: ctx, resolve: func() (change, error) { return change{}, nil }})
	return err
}

// resolve says which metadata each item gets.
func (x *Index) resolve(s Selection, c Change) (made change, err error) {
	err = x.selected(s, func(id string, now json.RawMessage) error {
		next, err := c.of(now)
		if err != nil {
			return &ChangeError{id, err}
		}
		object, err := metadata.Read(next)
		if err != nil {
			return &ChangeError{id, err}
		}
		made.set = append(made.set, setting{id, object})
		made.bytes += int64(itemBytes + len(id) + len(next))
		return nil
	})
	return made, err
}

// selected goes over the items that there are of a selection. A filter is looked at once:
// nothing is changed meanwhile.
func (x *Index) selected(s Selection, each func(id string, now json.RawMessage) error) error {
	ids := slices.Compact(slices.Sorted(slices.Values(s.IDs)))
	if s.Filter != nil {
		var err error
		if ids, err = x.engine.Matching(*s.Filter); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if now, ok := x.engine.Metadata(id); ok {
			if err := each(id, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// of gives what metadata becomes.
func (c Change) of(now json.RawMessage) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(now, &fields); err != nil {
		return nil, fmt.Errorf("what is there cannot be read: %w", err)
	}
	maps.Copy(fields, c.Set)
	for name, value := range c.Set {
		if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
			delete(fields, name)
		}
	}
	for _, name := range c.Remove {
		delete(fields, name)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
