package ingestd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// eraseHash is the content hash of what an erasure registers.
func eraseHash(confirm string) string { return "erase:" + confirm }

// begin takes the rows out of the current version. From then on the erasure is known
// by its receipt, also if there was nothing to take out.
func (e *erasure) begin(ctx context.Context, plan ingest.Erasure) (*mark, error) {
	plan.Confirm = ""
	m := &mark{Plan: plan}
	note, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return m, e.takeOut(ctx, e.own, e.rows, note)
}

// takeOut registers a dataset's current version without the rows that match.
func (e *erasure) takeOut(ctx context.Context, k *kept, j *judge, note json.RawMessage) error {
	m := k.current()
	schema := schemaOf(m.Columns)
	var touched []catalog.DataObject
	for _, o := range m.Objects {
		if j.hits[schema][o.Key] > 0 {
			touched = append(touched, o)
		}
	}
	r := rewriter{ingestd: e.ingestd, pool: e.pool, ws: e.ws, from: m.Columns, to: m.Columns}
	var objects []catalog.ObjectRef
	for _, some := range parts(touched) {
		made, err := e.without(ctx, r, m.DatasetID, j, some, schema)
		objects = append(objects, made...)
		if err != nil {
			e.discard(ctx, objects)
			return err
		}
	}
	leave := e.turns.share(k.name)
	defer leave()
	_, _, err := e.registerOr(ctx, catalog.Registration{
		Name: k.name.String(), Mode: catalog.Rewrite, Columns: m.Columns, DatasetID: m.DatasetID, Objects: objects, Removes: refsOf(touched),
		BaseVersion: &m.Version, ContentHash: eraseHash(e.req.Confirm), Note: note,
	}, "", m.Version)
	return err
}

func (e *erasure) without(ctx context.Context, r rewriter, datasetID string, j *judge, objects []catalog.DataObject, schema string) ([]catalog.ObjectRef, error) {
	p, err := r.fetch(ctx, objects)
	if err != nil {
		return nil, err
	}
	rows, err := r.rows(p)
	if err != nil {
		return nil, err
	}
	var going int64
	for _, o := range objects {
		going += j.hits[schema][o.Key]
	}
	stay := fmt.Sprintf("SELECT * FROM (%s) AS %s WHERE NOT %s", rows, duck.Identifier(j.on.alias), j.on.of())
	made, _, err := r.write(ctx, datasetID, stay, append(slices.Clone(j.on.read), p.paths...), p.rows-going, p.bytes)
	return made, err
}

// finish does the steps that follow the first: what is left of them, where it was
// begun before.
func (e *erasure) finish(ctx context.Context, begun *mark, err error) (done ingest.Erasure, _ error) {
	if err != nil {
		return done, err
	}
	done, err = e.rest(ctx, begun)
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
		if rows, _ := e.rows.rowsOf(e.own.current()); rows > 0 {
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

// cleanQuarantine takes the rows out of the quarantine, and its versions that hold
// them. Where others append to it meanwhile it looks again.
func (e *erasure) cleanQuarantine(ctx context.Context, done *ingest.Erasure) error {
	if e.quarantine == nil {
		return nil
	}
	for attempt := 1; ; attempt++ {
		rows, _ := e.bad.rowsOf(e.quarantine.current())
		if rows == 0 {
			break
		}
		err := e.takeOut(ctx, e.quarantine, e.bad, nil)
		if err != nil && (!errors.Is(err, catalog.ErrDatasetChanged) || attempt == maxAttempts) {
			return err
		}
		if e.quarantine, err = e.allOf(ctx, e.quarantine.name); err != nil {
			return err
		}
		if err := e.bad.all(ctx, e.quarantine); err != nil {
			return err
		}
	}
	var versions []int64
	for _, v := range e.bad.versionsToGo(e.quarantine, false) {
		versions = append(versions, v.Version)
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
