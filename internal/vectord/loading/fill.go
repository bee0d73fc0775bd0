package loading

import (
	"context"
	"encoding/json"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const loadTime = 60 * 60 * 1_000 // milliseconds for the statement, unless queryd's bound is less

// fill brings the index to what the statement gives over the versions that the load began
// with. Where it is what the last load left, nothing is done.
func (l *Loader) fill(ctx context.Context, f *filling) error {
	if f.tally == nil {
		f.tally = newTally(f.job, l.config.Changed)
	}
	if err := f.tally.resolve(ctx, f.open); err != nil {
		return err
	}
	f.tally.begin()
	held := f.open.Stats()
	load, err := l.pin(ctx, f)
	if err != nil {
		return err
	}
	f.job.change(func(told *record) {
		told.Skipped = !told.Force && !held.Unsettled && told.follows(f.before, held.Sequence)
		told.Sequence = held.Sequence
	})
	if f.job.look().Skipped {
		return nil
	}
	changes, err := l.take(ctx, f, load)
	if err != nil {
		return err
	}
	f.job.change(func(told *record) {
		if told.Sequence += changes; told.Sequence != f.open.Stats().Sequence {
			told.Sequence = 0
		}
	})
	return nil
}

// take runs the statement, and makes of its rows so many changes of the index.
func (l *Loader) take(ctx context.Context, f *filling, load record) (changes uint64, err error) {
	types, err := l.columnsOf(ctx, f.index, load)
	if err != nil {
		return 0, err
	}
	f.job.change(func(told *record) { told.Warnings = types.warnings })
	var body io.ReadCloser
	err = longest(query.Request{SQL: load.SQL, Format: query.NDJSON, AsOf: asOf(load.Pinned)}, func(req query.Request) (err error) {
		body, err = l.config.Query.Stream(ctx, req)
		return err
	})
	if err != nil {
		return 0, err
	}
	defer body.Close()
	r := &rows{
		pipeline: pipeline{open: f.open, tally: f.tally, admit: l.config.Admit, embedder: l.config.Texts, maker: f.index.Maker, making: l.ctx},
		want:     load.NewLoad, types: types, textColumns: load.TextColumns, at: map[string]int{},
	}
	if err := r.take(ctx, body); err != nil {
		return 0, l.whyCut(ctx, load, err)
	}
	if load.DeleteMissing {
		if err := r.deleteMissing(ctx); err != nil {
			return 0, err
		}
	}
	all := f.tally.all(f.open.Engine().Len())
	f.job.change(func(told *record) { told.TextColumns = told.TextColumns.end(textColumn(load.NewLoad), all) })
	return r.changes, nil
}

// pin finds the versions that a load reads, unless it goes on with some, and keeps them.
func (l *Loader) pin(ctx context.Context, f *filling) (record, error) {
	load := f.job.look()
	if load.Pinned.Sources != nil {
		return load, nil
	}
	reads, err := l.config.Query.Reads(ctx, query.ReadsRequest{SQL: load.SQL})
	if err != nil {
		return load, err
	}
	load.Pinned, load.Reads = reads, reads.String()
	if err := l.loads.keep(ctx, f.index, load); err != nil {
		return load, err
	}
	f.job.change(func(told *record) { told.Pinned, told.Reads = load.Pinned, load.Reads })
	return load, nil
}

// longest runs a statement with the longest time that it may have: a queryd whose bound
// ([queryd] max_timeout) is less says so, and is asked for that.
func longest(req query.Request, run func(query.Request) error) error {
	most := int64(loadTime)
	req.TimeoutMS = &most
	err := run(req)
	if p := wire.AsProblem(err); err != nil && p.Is(wire.ErrBadRequest) {
		if bound, is := p.Fields["limit"].(json.Number); is {
			if n, numErr := bound.Int64(); numErr == nil && 0 < n && n < most {
				most = n
				return run(req)
			}
		}
	}
	return err
}

// asOf asks for the versions of a load.
func asOf(reads query.Reads) json.RawMessage {
	raw, err := json.Marshal(reads.AsOf())
	if err != nil { // it is names and numbers
		return nil
	}
	return raw
}
