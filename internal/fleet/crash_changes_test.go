package fleet_test

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// namesEach is how many names of datasets a client uses.
const namesEach = 4

// next draws the next operation.
func (c *crashClient) next() operation {
	kinds := []struct {
		weight int
		draw   func() (operation, bool)
	}{
		{14, c.appends}, {8, c.replaces}, {5, c.creates}, {8, c.quarantines}, {3, c.badRows}, {3, c.drifts}, {4, c.repeats},
		{8, c.upserts}, {8, c.evolves}, {4, c.erases},
		{10, c.shares}, {6, c.tags}, {3, c.untags}, {8, c.rollsBack}, {5, c.drops}, {7, c.restores}, {6, c.renames}, {7, c.views},
		{20, c.indexes}, {6, c.searches}, {8, c.reads}, {8, c.puts}, {8, c.putsIf}, {5, c.deletes},
	}
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	for {
		n := c.dice.IntN(total)
		for _, k := range kinds {
			if n -= k.weight; n >= 0 {
				continue
			}
			if o, ok := k.draw(); ok {
				return o
			}
			break
		}
	}
}

func (c *crashClient) allNames() (names []string) {
	for i := range namesEach {
		names = append(names, fmt.Sprintf("c%d_%c", c.number, 'a'+i))
	}
	return names
}

func (c *crashClient) name() string { return c.allNames()[c.dice.IntN(namesEach)] }

// liveName draws a dataset that is there, if any is.
func (c *crashClient) liveName() (string, bool) {
	return c.one(slices.Sorted(maps.Keys(c.world.tables)))
}

func (c *crashClient) one(of []string) (string, bool) {
	if len(of) == 0 {
		return "", false
	}
	return of[c.dice.IntN(len(of))], true
}

// change makes an operation on a dataset that is there, with an Idempotency-Key
// or not. Only with one does the same request again tell what came of it.
func (c *crashClient) change(kind, name string, apply func(w *world), do func(ctx context.Context, key string) error) operation {
	key := ""
	if c.dice.IntN(2) == 0 {
		key = fmt.Sprintf("key-%d-%d", c.number, c.serial)
	}
	return operation{
		kind: kind, what: fmt.Sprintf("%s, key %q", name, key), names: []string{name}, table: name, again: key != "", apply: apply,
		do: func(int) error {
			ctx, cancel := c.context()
			defer cancel()
			return do(ctx, key)
		},
	}
}

func (c *crashClient) tags() (operation, bool) {
	name, ok := c.liveName()
	if !ok {
		return operation{}, false
	}
	tag, version := fmt.Sprintf("t%d", c.serial), int64(c.world.tables[name].kept(c.dice))
	o := c.change("tag", name, func(w *world) { w.tables[name].tags[tag] = version }, func(ctx context.Context, key string) error {
		answer, err := c.catalog.Tag(ctx, name, tag, catalog.At{Version: version}, false, key)
		if err == nil && answer.Version != version {
			err = wrong("the tag is at version %d, want %d", answer.Version, version)
		}
		return err
	})
	return o, true
}

func (c *crashClient) untags() (operation, bool) {
	name, ok := c.liveName()
	if !ok {
		return operation{}, false
	}
	tag, ok := c.one(slices.Sorted(maps.Keys(c.world.tables[name].tags)))
	o := c.change("untag", name, func(w *world) { delete(w.tables[name].tags, tag) }, func(ctx context.Context, key string) error {
		_, err := c.catalog.Untag(ctx, name, tag, key)
		return err
	})
	return o, ok
}

func (c *crashClient) rollsBack() (operation, bool) {
	name, ok := c.liveName()
	if !ok {
		return operation{}, false
	}
	t := c.world.tables[name]
	to := t.kept(c.dice)
	old, version := t.versions[to-1], int64(len(t.versions))
	same := old == t.current()
	if !same {
		version++
	}
	apply := func(w *world) {
		if !same {
			w.tables[name].next(old, nil)
		}
	}
	o := c.change("rollback", name, apply, func(ctx context.Context, key string) error {
		answer, err := c.catalog.Rollback(ctx, name, catalog.At{Version: int64(to)}, key)
		if err == nil && (answer.Version != version || answer.Rows != int64(len(old.rows)) || same && !answer.Unchanged) {
			err = wrong("version %d of %d rows, unchanged %t; want version %d of %d rows", answer.Version, answer.Rows, answer.Unchanged, version, len(old.rows))
		}
		return err
	})
	o.what += fmt.Sprintf(" to version %d", to)
	return o, true
}

func (c *crashClient) drops() (operation, bool) {
	name, ok := c.liveName()
	if !ok {
		return operation{}, false
	}
	apply := func(w *world) {
		w.dropped[name] = append(w.dropped[name], w.tables[name])
		delete(w.tables, name)
	}
	id := c.world.tables[name].id
	return c.change("drop", name, apply, func(ctx context.Context, key string) error {
		answer, err := c.catalog.Drop(ctx, name, key)
		if err == nil && id != "" && answer.DatasetID != id {
			err = wrong("dropped %s, want %s", answer.DatasetID, id)
		}
		return err
	}), true
}

// restores brings a dropped dataset back, or is refused where its name is in use.
func (c *crashClient) restores() (operation, bool) {
	var names []string
	inUse := c.dice.IntN(8) == 0
	for _, name := range slices.Sorted(maps.Keys(c.world.dropped)) {
		if len(c.world.dropped[name]) > 0 && inUse == (c.world.tables[name] != nil) {
			names = append(names, name)
		}
	}
	name, ok := c.one(names)
	if !ok {
		return operation{}, false
	}
	at := c.dice.IntN(len(c.world.dropped[name]))
	id := c.world.dropped[name][at].id
	if id == "" {
		return operation{}, false
	}
	apply := func(w *world) {
		w.tables[name] = w.dropped[name][at]
		w.dropped[name] = slices.Delete(slices.Clone(w.dropped[name]), at, at+1)
	}
	o := c.change("restore", name, apply, func(ctx context.Context, key string) error {
		answer, err := c.catalog.Restore(ctx, name, id, key)
		if err == nil && answer.DatasetID != id {
			err = wrong("restored %s, want %s", answer.DatasetID, id)
		}
		return err
	})
	if c.world.tables[name] != nil {
		o.refusal, o.apply = catalog.ErrDatasetExists, nil
	}
	return o, true
}

// renames gives a dataset another name, or is refused where that is in use.
func (c *crashClient) renames() (operation, bool) {
	from, ok := c.liveName()
	to := c.name()
	if !ok || from == to || c.world.tables[to] == nil && c.world.bad[from] != nil && c.world.bad[to] != nil {
		return operation{}, false
	}
	apply := func(w *world) {
		w.tables[to] = w.tables[from]
		delete(w.tables, from)
		if w.bad[from] != nil {
			w.bad[to] = w.bad[from]
			delete(w.bad, from)
		}
	}
	o := c.change("rename", from, apply, func(ctx context.Context, key string) error {
		answer, err := c.catalog.Rename(ctx, from, to, key)
		if bad := c.world.bad[from] != nil; err == nil && bad != (answer.Quarantine != nil) {
			err = wrong("the quarantine went along: %t, want %t", answer.Quarantine != nil, bad)
		}
		return err
	})
	o.names, o.what = []string{from, to}, o.what+" to "+to
	if c.world.tables[to] != nil {
		o.refusal, o.apply = catalog.ErrDatasetExists, nil
	}
	return o, true
}
