package ingestd

import (
	"context"
	"encoding/json"
	"errors"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// eraseHash is the content hash of what an erasure registers.
func eraseHash(confirm string) string { return "erase:" + confirm }

// carryOut does what was confirmed. Its first step takes the rows out of the current
// version; from then on the erasure is known by its receipt, also if there was nothing to
// take out.
func (e *erasure) carryOut(ctx context.Context) (done ingest.Erasure, err error) {
	var plan ingest.Erasure
	first := removal{erasure: e, name: e.name, look: func(ctx context.Context) (out *outgoing, err error) {
		if plan, err = e.plan(ctx); err != nil {
			return nil, err
		}
		if err := e.confirmed(plan); err != nil || plan.Empty() {
			return nil, err
		}
		plan.Confirm = ""
		note, err := json.Marshal(mark{plan})
		return &outgoing{e.own, e.rows, note}, err
	}}
	switch err := first.run(ctx); {
	case err != nil:
		return done, err
	case plan.Empty():
		return e.sweep(ctx, plan)
	}
	return e.finish(ctx, &mark{plan})
}

// finish does the steps that follow the first: what is left of them, where it was
// begun before.
func (e *erasure) finish(ctx context.Context, begun *mark) (ingest.Erasure, error) {
	done, err := e.rest(ctx, begun)
	return done, unfinished(err)
}

// unfinished says of an error that comes after a durable step that there was one: of any
// other refusal a client may think that nothing happened.
func unfinished(err error) error {
	var p *wire.Problem
	if errors.As(err, &p) && p.Kind.Status < 500 {
		return ingest.ErrEraseUnfinished.Errorf("rows are out of the current version, and older versions or the quarantine have them still, for the dataset was dropped or changed meanwhile; make sure that it is there, and send the same request again to finish").Because(err)
	}
	return err
}

func (e *erasure) rest(ctx context.Context, begun *mark) (done ingest.Erasure, err error) {
	done = begun.Plan
	done.Erased, done.Objects, done.Version = true, []string{}, begun.Plan.Version+1
	if err := e.cleanQuarantine(ctx, &done); err != nil {
		return done, err
	}
	var versions []int64
	for _, v := range e.rows.versionsToGo(e.own, e.req.KeepUnjudged) {
		if !v.Kept && v.Version < done.Version {
			versions = append(versions, v.Version)
		}
	}
	if current := e.own.current().Version; current < done.Version { // it was the one with the rows
		if rows, _ := e.rows.of(e.own.current()); rows.Rows > 0 {
			versions = append(versions, current)
		}
	}
	return done, e.purge(ctx, e.name, done.DatasetID, versions, &done)
}

// sweep ends an erasure of which no version holds a row: it makes none, so others' plans
// hold on, and deletes what no version names any more.
func (e *erasure) sweep(ctx context.Context, plan ingest.Erasure) (ingest.Erasure, error) {
	plan.Confirm, plan.Erased = "", true
	if err := e.cleanQuarantine(ctx, &plan); err != nil {
		return plan, err
	}
	return plan, unfinished(e.purge(ctx, e.name, plan.DatasetID, nil, &plan))
}

// cleanQuarantine takes the rows out of the quarantine, and its versions that hold them.
func (e *erasure) cleanQuarantine(ctx context.Context, done *ingest.Erasure) error {
	if e.quarantine == nil {
		return nil
	}
	r := removal{erasure: e, name: e.quarantine.name, look: func(ctx context.Context) (out *outgoing, err error) {
		if e.quarantine, err = e.allOf(ctx, e.quarantine.name, e.quarantine); err != nil {
			return nil, err
		}
		if err := e.bad.all(ctx, e.quarantine); err != nil {
			return nil, err
		}
		if rows, _ := e.bad.of(e.quarantine.current()); rows.Rows == 0 {
			return nil, nil
		}
		return &outgoing{e.quarantine, e.bad, nil}, nil
	}}
	if err := r.run(ctx); err != nil {
		return err
	}
	var versions []int64
	for _, v := range e.bad.versionsToGo(e.quarantine, false) {
		versions = append(versions, v.Version)
	}
	if rows, _ := e.bad.of(e.quarantine.current()); rows.Rows > 0 { // it was the one with the rows
		versions = append(versions, e.quarantine.current().Version)
	}
	return e.purge(ctx, e.quarantine.name, e.quarantine.current().DatasetID, versions, done)
}

func (e *erasure) purge(ctx context.Context, n catalog.Name, datasetID string, versions []int64, done *ingest.Erasure) error {
	purged, err := e.catalog.Purge(ctx, catalog.Purge{Name: n.String(), DatasetID: datasetID, Versions: versions})
	for _, o := range purged.Objects {
		done.Objects, done.Bytes = append(done.Objects, o.Key), done.Bytes+o.Size
	}
	return err
}
