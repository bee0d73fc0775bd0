package vectord

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/certain"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// names are the pointers in storage.
type names struct{ storage *storage.Client }

// put writes the pointer of a name. Where something else was written under it since it
// was read as etag, "" where nothing was there, that is [storage.ErrPreconditionFailed].
func (n names) put(ctx context.Context, name string, p pointer, etag string) (newETag string, err error) {
	raw, err := p.encode(name)
	if err != nil {
		return "", err
	}
	inDoubt := false
	err = n.write(ctx, name, func(ctx context.Context) error {
		if inDoubt { // while it is, the name takes no other change, not one that makes room either
			ctx = storage.IntoReserve(ctx)
		}
		inDoubt = true
		stored, _, err := n.storage.Put(ctx, nameKey(name), bytes.NewReader(raw), int64(len(raw)), storage.Condition{IfMatch: etag, IfNoneMatch: etag == ""})
		newETag = stored.ETag
		return err
	}, func(now *pointer, tag string) bool {
		newETag = tag
		return now != nil && now.same(p)
	})
	return newETag, err
}

// remove removes a name.
func (n names) remove(ctx context.Context, name string) error {
	return n.write(ctx, name, func(ctx context.Context) error {
		return n.storage.Delete(ctx, nameKey(name))
	}, func(now *pointer, _ string) bool { return now == nil })
}

// write makes a call that writes a name until it is known what came of it. A refusal does
// not tell: an earlier try, or the refused one before something failed, may have been carried
// out. So it looks what there is then, nil where the name leads nowhere, and asks whether
// that was written.
func (n names) write(ctx context.Context, name string, call func(context.Context) error, wasWritten func(now *pointer, etag string) bool) error {
	return certain.Do(ctx, func(ctx context.Context) error {
		err := call(ctx)
		if !wire.Refused(err) {
			return err
		}
		now, etag, readErr := n.get(ctx, name)
		switch {
		case errors.Is(readErr, storage.ErrObjectNotFound):
			now = nil
		case readErr != nil:
			return &certain.UnknownError{Err: readErr}
		}
		if wasWritten(now, etag) {
			return nil
		}
		return err
	})
}

func (n names) get(ctx context.Context, name string) (*pointer, string, error) {
	body, object, err := n.storage.Get(ctx, nameKey(name), storage.Range{})
	if err != nil {
		return nil, "", err
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, "", err
	}
	p := decodePointer(name, raw)
	return &p, object.ETag, nil
}

// condemn notes that an index is litter unless a name leads to it: because it is about to lose
// that, or is written before it has one. A start removes at once what it finds of those that
// have none. So it does with a snapshot that is noted by its snapshotID and has no about.json.
func (n names) condemn(ctx context.Context, id string) error {
	if id == "" { // of a name that could not be read
		return nil
	}
	ctx = storage.IntoReserve(ctx) // it makes room
	return certain.Do(ctx, func(ctx context.Context) error {
		_, _, err := n.storage.Put(ctx, condemnedKey(id), strings.NewReader("{}"), 2, storage.Condition{})
		return err
	})
}

// pardon takes back what condemn noted.
func (n names) pardon(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	return certain.Do(ctx, func(ctx context.Context) error { return n.storage.Delete(ctx, condemnedKey(id)) })
}

// condemned gives all that is noted so.
func (n names) condemned(ctx context.Context) (ids []string, err error) {
	for page, err := range n.storage.Listings(ctx, condemnedFolder, "", 0) {
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			ids = append(ids, condemnedOf(o.Key))
		}
	}
	return ids, nil
}

// all gives every name with its pointer and etag. Of those that lead to one index the first
// has it.
func (n names) all(ctx context.Context, yield func(name string, p pointer, etag string)) error {
	owners := map[string]string{}
	for page, err := range n.storage.Listings(ctx, namesFolder, "", 0) {
		if err != nil {
			return err
		}
		for _, object := range page.Objects {
			name := nameOf(object.Key)
			p, etag, err := n.get(ctx, name)
			if errors.Is(err, storage.ErrObjectNotFound) { // dropped since
				continue
			}
			if err != nil {
				return err
			}
			if by, taken := owners[p.ID]; taken && p.ID != "" {
				*p = p.taken(name, by)
			}
			owners[p.ID] = name
			yield(name, *p, etag)
		}
	}
	return nil
}
