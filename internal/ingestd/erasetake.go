package ingestd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

// Rounds of taking rows out: in the first ones other writers go first, in the others
// those of this ingestd wait. More than these are only needed where somebody registers
// versions past it.
const (
	politeRounds = 2
	maxRounds    = 10
)

// outgoing is a reading of a dataset whose current version rows are to leave, and the
// note that the version without them is registered with.
type outgoing struct {
	*kept
	*judge
	note json.RawMessage
}

// removal takes rows out of the current version of a dataset or a quarantine. What it
// stored for that is kept from round to round, as long as the files that hold the rows
// are the same: then a round looks at what came since the one before, and no more.
type removal struct {
	*erasure
	name catalog.Name
	// look reads what is there now; nil: nothing is to leave it.
	look func(context.Context) (*outgoing, error)

	schema  string
	touched []catalog.DataObject
	made    []catalog.ObjectRef // that come in for those; in no version
	of      catalog.Manifest    // that they were made for
}

// run registers a version without the rows. Where another writer comes in between it
// looks again, and the last rounds have the writers of this ingestd wait for it.
func (r *removal) run(ctx context.Context) (err error) {
	defer func() { r.drop(ctx) }()
	for round := 1; round <= maxRounds; round++ {
		err = r.round(ctx, round > politeRounds)
		if !errors.Is(err, catalog.ErrDatasetChanged) && !errors.Is(err, catalog.ErrSchemaDrift) {
			return err
		}
	}
	return catalog.ErrDatasetChanged.Errorf("other writers registered versions of %s while rows were to leave it, %d times; send the same request again, and have those pause that register versions themselves", r.name, maxRounds).Because(err)
}

func (r *removal) round(ctx context.Context, alone bool) error {
	if alone {
		leave := r.turns.alone(r.name)
		defer leave()
	}
	out, err := r.look(ctx)
	if out == nil || err != nil {
		return err
	}
	if err := r.replace(ctx, out); err != nil {
		return err
	}
	if !alone {
		leave := r.turns.share(r.name)
		defer leave()
	}
	m := out.current()
	_, _, err = r.catalog.Register(ctx, catalog.Registration{
		Name: r.name.String(), Mode: catalog.Rewrite, Columns: m.Columns, DatasetID: m.DatasetID, Objects: r.made, Removes: refsOf(r.touched),
		BaseVersion: &m.Version, ContentHash: eraseHash(r.req.Confirm), AllowDuplicate: true, Note: out.note,
	}, "")
	if !refused(err) {
		r.made = nil // they are in a version, or may be
	}
	return err
}

// replace makes the files that come in for those that hold rows, if it has not yet.
func (r *removal) replace(ctx context.Context, out *outgoing) error {
	m := out.current()
	schema := schemaOf(m.Columns)
	touched := slices.DeleteFunc(slices.Clone(m.Objects), func(o catalog.DataObject) bool { return out.hits[schema][o.Key].Rows == 0 })
	if schema == r.schema && slices.Equal(touched, r.touched) && m.DatasetID == r.of.DatasetID {
		return nil
	}
	r.drop(ctx)
	r.schema, r.touched, r.of = schema, touched, m
	w := rewriter{ingestd: r.ingestd, pool: r.pool, ws: r.ws, from: m.Columns, to: m.Columns}
	for _, some := range parts(touched) {
		made, err := without(ctx, w, m.DatasetID, out.judge, some)
		r.made = append(r.made, made...)
		if err != nil {
			r.drop(ctx)
			return err
		}
	}
	return nil
}

// drop removes what was made, unless a version has it all the same.
func (r *removal) drop(ctx context.Context) {
	r.withdraw(ctx, r.name.String(), r.of.DatasetID, r.of.Version, r.made)
	r.made, r.touched, r.schema = nil, nil, ""
}

// without stores the rows of objects that do not match.
func without(ctx context.Context, w rewriter, datasetID string, j *judge, objects []catalog.DataObject) ([]catalog.ObjectRef, error) {
	p, err := w.fetch(ctx, objects)
	if err != nil {
		return nil, err
	}
	rows, err := w.rows(p)
	if err != nil {
		return nil, err
	}
	stay := p.rows
	for _, o := range objects {
		stay -= j.hits[schemaOf(w.from)][o.Key].Rows
	}
	statement := fmt.Sprintf("SELECT * FROM (%s) AS %s WHERE NOT %s", rows, duck.Identifier(j.on.alias), j.on.of())
	made, _, err := w.write(ctx, datasetID, statement, append(slices.Clone(j.on.read), p.paths...), stay, p.bytes)
	return made, err
}
