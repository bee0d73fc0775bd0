package vectord

import (
	"bufio"
	"context"
	"errors"
	"hash/maphash"
	"io"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const loadBatch = 1000 // rows that are added at once

// rows are a load's rows on their way into an index.
type rows struct {
	open    *durable.Index
	job     *job
	want    vector.NewLoad
	types   columns
	room    func([]engine.Item) error
	changed func(fate string, items int)
	batch   []engine.Item
	changes uint64 // that were made of the index
	seed    maphash.Seed
	seen    map[uint64]struct{} // hashes of the ids so far: some 20 bytes of memory for each
}

// take reads the rows and adds those that the index does not hold.
func (r *rows) take(ctx context.Context, body io.Reader) error {
	lines := bufio.NewReaderSize(body, 1<<20)
	for number := int64(1); ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return &cutError{err}
		}
		if len(line) > 0 && err == nil {
			var item engine.Item
			if item, err = itemOf(line, r.want, r.types); err != nil {
				p := wire.AsProblem(err)
				p.Detail = "row " + strconv.FormatInt(number, 10) + " of the statement: " + p.Detail
				return p.With("row", number)
			}
			err = r.put(ctx, item)
		}
		if errors.Is(err, io.EOF) {
			return r.flush(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// put takes a row.
func (r *rows) put(ctx context.Context, item engine.Item) error {
	if r.batch = append(r.batch, item); len(r.batch) < loadBatch {
		return nil
	}
	return r.flush(ctx)
}

// flush adds what of the batch the index does not hold. Of rows with one id the last
// counts, in whatever batches they come; the others are told as duplicates.
func (r *rows) flush(ctx context.Context) error {
	all := r.batch
	r.batch = nil
	if len(all) == 0 {
		return nil
	}
	if _, err := r.open.Engine().Check(all); err != nil {
		return problemOf(err)
	}
	first, again := r.apart(all)
	fresh := r.fresh(first)
	added, err := r.add(ctx, fresh)
	if err != nil {
		return err
	}
	if _, err := r.add(ctx, r.fresh(again)); err != nil {
		return err
	}
	r.job.change(func(load *record) {
		load.Rows += int64(len(all))
		load.Duplicates += int64(len(all) - len(first))
		load.Unchanged += int64(len(first) - len(fresh))
		load.Added += int64(added.Added)
		load.Updated += int64(added.Updated)
	})
	return nil
}

// apart gives the last row of each id: of those that no batch before had, and of the
// others.
func (r *rows) apart(all []engine.Item) (first, again []engine.Item) {
	last := make(map[string]int, len(all))
	for i, item := range all {
		last[item.ID] = i
	}
	for i, item := range all {
		if last[item.ID] != i {
			continue
		}
		hash := maphash.String(r.seed, item.ID)
		if _, seen := r.seen[hash]; seen {
			again = append(again, item)
			continue
		}
		r.seen[hash] = struct{}{}
		first = append(first, item)
	}
	return first, again
}

// fresh gives the items that the index does not hold as they are.
func (r *rows) fresh(items []engine.Item) (fresh []engine.Item) {
	for _, item := range items {
		if !r.open.Engine().Holds(item) {
			fresh = append(fresh, item)
		}
	}
	return fresh
}

// add puts items in.
func (r *rows) add(ctx context.Context, items []engine.Item) (added durable.Added, err error) {
	if len(items) == 0 {
		return added, nil
	}
	if err = r.room(items); err == nil {
		added, err = r.open.Add(ctx, items)
	}
	if err != nil {
		return added, problemOf(err)
	}
	r.changes++
	r.changed(fateAdded, added.Added)
	r.changed(fateUpdated, added.Updated)
	return added, nil
}

// deleteMissing takes out what is in no row.
func (r *rows) deleteMissing(ctx context.Context) error {
	if held := r.open.Engine().Len(); len(r.seen) == 0 && held > 0 && !r.want.AllowEmpty {
		return vector.ErrLoadEmpty.Errorf("the statement gave no rows, so delete_missing would take out every item of the index, %d of them; nothing was changed: mend the statement or what it reads, or give allow_empty if the index is to be emptied", held).
			With("count", held)
	}
	for after := ""; ; {
		page, err := r.open.Engine().Scroll(after, vector.MaxPage, nil, false)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
		var missing []string
		for _, item := range page {
			if _, seen := r.seen[maphash.String(r.seed, item.ID)]; !seen {
				missing = append(missing, item.ID)
			}
		}
		if len(missing) == 0 {
			continue
		}
		deleted, _, err := r.open.Delete(ctx, durable.Selection{IDs: missing})
		if err != nil {
			return problemOf(err)
		}
		r.changes++
		r.changed(fateDeleted, deleted)
		r.job.change(func(load *record) { load.Deleted += int64(deleted) })
	}
}
