package catalogd

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/apache/iceberg-go"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// errPrepareAgain tells a registration that the dataset's schema changed since
// its objects were brought under it.
var errPrepareAgain = errors.New("the schema changed meanwhile")

// plan is one version in the making: what a batch does to a dataset.
type plan struct {
	base     *head // not live: the name is free
	before   *iceTable
	state    *pointer // what the dataset will be; nil until a request is accepted on a free name
	ledger   ledger
	schema   *iceberg.Schema
	clock    time.Time             // by which versions and keys grow old
	now      time.Time             // of what is made: no earlier than what was made before
	mayAdopt func(key string) bool // a file that lies in the folder already

	accepted []*request
	advanced bool // to a new version
	repeats  []repeat
	files    []dataFile
	replaces bool
	removed  []catalog.DataObject // by a rewrite
	sameRows bool                 // they come again in files
	blobs    []blob               // to be written beside the table's
	dropped  []string             // keys that nothing refers to afterwards
}

// repeat is a request whose content another one of the batch brings.
type repeat struct {
	*request
	of receipt
}

// notBefore moves the plan's time on to that of what is there: the clock may have gone
// back, and a history does not.
func (p *plan) notBefore(last time.Time) {
	if last.After(p.now) {
		p.now = last
	}
}

// newPlan begins with the dataset as it is.
func (e *engine) newPlan(ctx context.Context, base *head) (*plan, error) {
	clock := time.Now().UTC().Truncate(time.Millisecond)
	p := &plan{base: base, clock: clock, now: clock, mayAdopt: e.cleaner.mayAdopt}
	if base != nil && !base.live() {
		p.ledger.recent = base.Receipts
	}
	if !base.live() {
		return p, nil
	}
	p.notBefore(base.Dataset.UpdatedAt)
	var err error
	if !base.view() {
		if p.before, err = e.table(ctx, base); err != nil {
			return nil, err
		}
		p.schema = p.before.meta.CurrentSchema()
		p.notBefore(time.UnixMilli(p.before.meta.LastUpdatedMillis()).UTC())
	}
	if p.ledger, err = e.ledger(ctx, base); err != nil {
		return nil, err
	}
	if p.ledger, p.blobs, p.dropped, err = p.ledger.spill(base.Dataset.DatasetID, p.keeping()); err != nil {
		return nil, err
	}
	state := *base.pointer
	p.state = &state
	return p, nil
}

// advance makes the plan that of a new version.
func (p *plan) advance() {
	p.advanced = true
	if p.state != nil {
		p.state.Dataset.Version++
	}
}

func (p *plan) keeping() keeping {
	if p.before == nil {
		return keeping{now: p.clock, all: true}
	}
	return keeping{now: p.clock, history: p.before.history}
}

// baseKey is the metadata that the plan builds upon.
func (p *plan) baseKey() string {
	if p.base == nil {
		return ""
	}
	return p.base.MetadataKey
}

// add holds a request against what the dataset will be after those before it.
// It is accepted (earlier: nil, nil), refused, or found to be there already.
func (p *plan) add(r *request) (earlier *receipt, err error) {
	if p.state != nil {
		if earlier, err = p.ledger.earlier(p.state.Dataset.DatasetID, r.registration, p.clock); earlier != nil || err != nil {
			return earlier, err
		}
	}
	if err := p.rewritable(r.registration); err != nil {
		return nil, err
	}
	t, err := fit(p.state, p.schema, r.Schema, r.wanted, p.whole(r.registration))
	if err != nil {
		return nil, err
	}
	if !sameFields(t.schema, r.made.schema) || !p.isIn(r) {
		return nil, errPrepareAgain
	}
	if err := p.refuseDoubles(r); err != nil {
		return nil, err
	}
	if err := p.remove(r); err != nil {
		return nil, err
	}
	p.accept(r, t)
	return nil, nil
}

// isIn tells whether a request's files lie in the folder of the dataset: of the one
// that is there, or of one that begins with it.
func (p *plan) isIn(r *request) bool {
	if p.state == nil {
		return r.begins && !p.base.knew(r.claimed)
	}
	return r.claimed == p.state.Dataset.DatasetID
}

// earlier finds the registration that r repeats. It refuses r where the dataset
// stands against it.
func (l ledger) earlier(datasetID string, r *registration, now time.Time) (*receipt, error) {
	if found, ok := l.byKey(r.key, now); ok {
		if found.Request != r.request {
			return nil, keyReused(r.key)
		}
		return &found, nil
	}
	switch {
	case r.Mode == catalog.Create:
		return nil, catalog.ErrDatasetExists.Errorf("there is a dataset %s already; use mode=append or mode=replace", r.name).With("dataset", r.name.String())
	case r.ContentHash != "" && !r.AllowDuplicate:
		if found, ok := l.byContent(r.Mode, r.ContentHash, r.Variant); ok {
			return &found, nil
		}
	}
	if r.DatasetID != "" && r.DatasetID != datasetID {
		return nil, catalog.ErrDatasetChanged.Errorf("%s has the id %s, not %s: it was created meanwhile; read its manifest and begin again", r.name, datasetID, r.DatasetID).
			With("dataset_id", datasetID)
	}
	return nil, nil
}

// brings tells whether a receipt is of the version in the making.
func (p *plan) brings(r *receipt) bool { return r.Version == p.state.Dataset.Version }

func keyReused(key string) error {
	return catalog.ErrIdempotencyReused.Errorf("the Idempotency-Key %q came with another request within the last 24 hours; use a fresh key", shorten(key))
}

// refuseDoubles keeps a file from being in a version twice, and one that is
// about to be removed from being in any.
func (p *plan) refuseDoubles(r *request) error {
	var there []catalog.DataObject
	if p.before != nil {
		there = p.before.objects
	}
	for _, f := range r.files {
		same := func(key string) bool { return key == f.Key }
		if slices.ContainsFunc(there, func(o catalog.DataObject) bool { return same(o.Key) }) ||
			slices.ContainsFunc(p.files, func(o dataFile) bool { return same(o.Key) }) {
			return badObject(f.Key, "the current version holds it already")
		}
		if !p.mayAdopt(f.Key) {
			return errPrepareAgain
		}
	}
	return nil
}

func (p *plan) accept(r *request, t target) {
	if p.state == nil {
		p.state = vacant(r.name, p.base)
		p.state.Dataset.DatasetID, p.state.Dataset.Version, p.state.Dataset.CreatedAt = r.claimed, 1, p.now
	}
	d := &p.state.Dataset
	var retired int64
	if r.Mode == catalog.Replace || r.Mode == catalog.Create {
		p.replaces, retired = true, d.Version
		var dropped []string
		p.ledger, dropped = p.ledger.replaced(d.Version, p.keeping())
		p.dropped = append(p.dropped, dropped...)
		d.Rows, d.Bytes, d.Files = 0, 0, 0
	}
	for _, o := range p.removed {
		d.Rows, d.Bytes, d.Files = d.Rows-o.Rows, d.Bytes-o.Size, d.Files-1
	}
	for _, f := range r.files {
		d.Rows, d.Bytes, d.Files = d.Rows+f.Rows, d.Bytes+f.Size, d.Files+1
	}
	d.UpdatedAt, d.Fingerprint = p.now, catalog.Fingerprint(t.columns)
	p.state.Columns, p.schema = t.columns, t.schema
	p.state.LastColumnID = max(p.state.LastColumnID, t.schema.HighestFieldID())
	if r.ContentHash != "" || r.key != "" {
		p.ledger.recent = p.ledger.recent.with(r.receipt(d.Version, p.now), retired, p.keeping())
	}
	p.state.Receipts, p.state.Archive = p.ledger.recent, p.ledger.refs
	p.files = append(p.files, r.files...)
	p.accepted = append(p.accepted, r)
}

func (r *request) receipt(version int64, now time.Time) receipt {
	made := receipt{At: now, ContentHash: r.ContentHash, AddedRows: r.addedRows(), Version: version, Variant: r.Variant, Note: r.Note, Gone: r.ContentHash == ""}
	if r.key != "" {
		made.Key, made.Request, made.Mode = r.key, r.request, r.Mode
	}
	return made
}

func (r *request) addedRows() (rows int64) {
	for _, f := range r.files {
		rows += f.Rows
	}
	return rows
}

// change is what the plan does to the table.
func (p *plan) change() change {
	return change{
		datasetID: p.state.Dataset.DatasetID, version: p.state.Dataset.Version, clock: p.clock, now: p.now,
		target: target{columns: p.state.Columns, schema: p.schema}, files: p.files, replaces: p.replaces,
		removed: p.removed, sameRows: p.sameRows,
		answered: func(schemaID int) bool { return p.ledger.answeredWith(schemaID, p.clock) },
	}
}

// made notes the version's files in what the dataset will be, and what its
// registrations will be answered with, for those who ask again.
func (p *plan) made(st *staged) {
	p.state.MetadataKey, p.state.SnapshotID = st.metadataKey, st.snapshotID
	answer := &answered{SnapshotID: st.snapshotID, SchemaID: st.schemaID, Rows: p.state.Dataset.Rows, Bytes: p.state.Dataset.Bytes}
	for _, c := range p.state.Columns {
		if c.Unvalued {
			answer.Unvalued = append(answer.Unvalued, c.FieldID)
		}
	}
	slices.Sort(answer.Unvalued)
	for i := range p.state.Receipts {
		if r := &p.state.Receipts[i]; r.Key != "" && r.Said == nil && p.brings(r) {
			r.Answer = answer
		}
	}
}
