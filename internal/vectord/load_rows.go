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
	room    func([]engine.Item) error
	changed func(fate string, items int)
	batch   []engine.Item
	seed    maphash.Seed
	seen    map[uint64]struct{} // hashes of the ids, where what is missing goes
}

// take reads the rows and adds those that the index does not hold.
func (r *rows) take(ctx context.Context, body io.Reader) error {
	lines := bufio.NewReaderSize(body, 1<<20)
	for number := int64(1); ; number++ {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 && err == nil {
			var item engine.Item
			if item, err = itemOf(line, r.want); err != nil {
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
	if r.seen != nil {
		r.seen[maphash.String(r.seed, item.ID)] = struct{}{}
	}
	if r.batch = append(r.batch, item); len(r.batch) < loadBatch {
		return nil
	}
	return r.flush(ctx)
}

// flush adds what of the batch the index does not hold.
func (r *rows) flush(ctx context.Context) error {
	all := r.batch
	r.batch = nil
	if len(all) == 0 {
		return nil
	}
	if _, err := r.open.Engine().Check(all); err != nil {
		return problemOf(err)
	}
	var fresh []engine.Item
	for _, item := range all {
		if !r.open.Engine().Holds(item) {
			fresh = append(fresh, item)
		}
	}
	var added durable.Added
	if len(fresh) > 0 {
		err := r.room(fresh)
		if err == nil {
			added, err = r.open.Add(ctx, fresh)
		}
		if err != nil {
			return problemOf(err)
		}
	}
	r.changed(fateAdded, added.Added)
	r.changed(fateUpdated, added.Updated)
	r.job.change(func(load *vector.Load) {
		load.Rows += int64(len(all))
		load.Unchanged += int64(len(all) - len(fresh))
		load.Added += int64(added.Added)
		load.Updated += int64(added.Updated)
	})
	return nil
}

// deleteMissing takes out what is in no row.
func (r *rows) deleteMissing(ctx context.Context) error {
	if r.seen == nil {
		return nil
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
		r.changed(fateDeleted, deleted)
		r.job.change(func(load *vector.Load) { load.Deleted += int64(deleted) })
	}
}
