package vectord

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

const loadTime = 60 * 60 * 1_000 // milliseconds for the statement; queryd's own bound

// fill runs the statement, over the versions that the load began with, and brings the
// index to what it gives.
func (l *loader) fill(ctx context.Context, f *filling) error {
	load := f.job.look()
	limit := int64(loadTime)
	body, reads, err := l.query.Read(ctx, query.Request{SQL: load.SQL, Format: query.NDJSON, TimeoutMS: &limit, AsOf: versions(load.Reads)})
	if err != nil {
		return err
	}
	defer body.Close()
	f.job.change(func(load *vector.Load) {
		load.Reads, load.Rows, load.Unchanged = reads, 0, 0
		load.Skipped = !load.Force && sameRows(f.before.NewLoad, load.NewLoad) && f.before.State == vector.LoadSucceeded && f.before.Reads == reads && known(reads)
	})
	if load = f.job.look(); load.Skipped {
		return nil
	}
	if err := l.loads.keep(ctx, f.index, load); err != nil { // with what it reads
		return err
	}
	r := &rows{open: f.open, job: f.job, want: load.NewLoad, room: l.room, changed: l.changed, seed: maphash.MakeSeed()}
	if load.DeleteMissing {
		r.seen = map[uint64]struct{}{}
	}
	if err := r.take(ctx, body); err != nil {
		return err
	}
	return r.deleteMissing(ctx)
}

// sameRows tells whether two loads take the same rows.
func sameRows(a, b vector.NewLoad) bool {
	a.Force, b.Force = false, false
	return a == b
}

// versions makes of what a statement read what it is to read again.
func versions(reads string) json.RawMessage {
	if !known(reads) {
		return nil
	}
	tables := map[string]query.Version{}
	for part := range strings.SplitSeq(reads, ", ") {
		name, version, _ := strings.Cut(part, "@")
		if n, err := strconv.ParseInt(version, 10, 64); err == nil {
			tables[name] = query.Version{Number: n}
		}
	}
	raw, err := json.Marshal(query.AsOf{Tables: tables})
	if err != nil {
		return nil
	}
	return raw
}

// known tells whether everything that was read is named: a long list is cut, and a
// statement without a table names nothing.
func known(reads string) bool { return reads != "" && !strings.HasSuffix(reads, "...") }
