package catalogd

import (
	"context"
	"slices"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// listed gives one page of the views, or of the datasets: a row of each of those whose
// names follow after.
func listed[R any](ctx context.Context, e *engine, views bool, after catalog.Name, limit int, row func(*pointer) R) (rows []R, next *string, err error) {
	if e.config.Shared {
		if err := e.load(ctx); err != nil {
			return nil, nil, err
		}
	}
	rows = []R{}
	found := e.dir.after(views, after, limit+1)
	for _, ds := range found[:min(limit, len(found))] {
		if h := ds.head.Load(); h.live() && h.view() == views { // it may have been dropped right now
			rows = append(rows, row(h.pointer))
		}
	}
	if len(found) > limit {
		last := found[limit-1].name
		cursor := last.Namespace + "." + last.Name
		next = &cursor
	}
	return rows, next, nil
}

// inHistory is where a page of a name's history begins: before a version, 0 for the
// newest.
type inHistory struct {
	name   string
	before int64
}

// newestFirst gives one page of a history, which is in order: a row of each of the
// versions before one, 0 for all.
func newestFirst[V, R any](history []V, version func(V) int64, before int64, limit int, row func(V) (R, error)) (rows []R, next *string, err error) {
	rows = []R{}
	var last int64
	for _, v := range slices.Backward(history) {
		if before > 0 && version(v) >= before {
			continue
		}
		if len(rows) == limit {
			cursor := strconv.FormatInt(last, 10)
			return rows, &cursor, nil
		}
		r, err := row(v)
		if err != nil {
			return nil, nil, err
		}
		rows, last = append(rows, r), version(v)
	}
	return rows, nil, nil
}

// amongDropped is where a page of what was dropped begins: after the id of a name.
type amongDropped struct {
	after catalog.Name
	id    string
}

// restorable gives one page of those of a kind that can be restored.
func restorable[T, D any](ctx context.Context, e *engine, k kind[T, D], from amongDropped, limit int) (rows []D, next *string, err error) {
	if e.config.Shared {
		if err := e.load(ctx); err != nil {
			return nil, nil, err
		}
	}
	rows = []D{}
	cursor := ""
	for _, n := range e.dir.withDropped(from.after) {
		ds := e.dir.find(n)
		if ds == nil {
			continue
		}
		waiting := ds.head.Load().Dropped
		e.dir.release(ds)
		if at := slices.IndexFunc(waiting, func(d dropped) bool { return d.Dataset.DatasetID == from.id }); n == from.after && at >= 0 {
			waiting = waiting[at+1:]
		}
		for _, d := range waiting {
			if d.Deleting || !k.has(d) {
				continue
			}
			if len(rows) == limit {
				return rows, &cursor, nil
			}
			rows = append(rows, k.dropped(d))
			cursor = d.Dataset.Namespace + "." + d.Dataset.Name + "/" + d.Dataset.DatasetID
		}
	}
	return rows, nil, nil
}
