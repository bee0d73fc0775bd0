package catalogd

import (
	"context"
	"slices"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// rollback makes a new version that has the content and the schema of an older one.
// The versions between stay.
type rollback struct {
	name   catalog.Name
	to     catalog.At
	made   map[int64]catalog.RolledBack // by snapshot: what was written, and may be in
	answer catalog.RolledBack
}

func (c *rollback) on() subject { return aDataset }

func (c *rollback) makesRoom() bool { return false }

func (c *rollback) result() any { return &c.answer }

func (c *rollback) apply(ctx context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		return nil, e.absent(c.name, p.base)
	}
	for id, answer := range c.made {
		if _, in := p.before.snapshotWith(id); in {
			c.answer = answer
			return nil, nil
		}
	}
	s, err := p.before.find(p.base, c.to)
	if err != nil {
		return nil, err
	}
	old, err := e.contentOf(ctx, p, s)
	if err != nil {
		return nil, err
	}
	if old.same(p) {
		c.answer = rolledBack(p.state, versionOf(s))
		c.answer.Unchanged = true
		return nil, nil
	}
	for _, f := range old.missing {
		if !p.mayAdopt(f.Key) {
			return nil, catalog.ErrDatasetChanged.Errorf("version %d of %s is about to expire; choose another", versionOf(s), c.name)
		}
	}
	if err := p.restore(old, versionOf(s)); err != nil {
		return nil, err
	}
	st, err := e.store.stage(ctx, p.before, p.baseKey(), p.change(), e.retention)
	if err != nil {
		return nil, err
	}
	p.state.MetadataKey, p.state.SnapshotID = st.metadataKey, st.snapshotID
	c.answer = rolledBack(p.state, versionOf(s))
	if c.made == nil {
		c.made = map[int64]catalog.RolledBack{}
	}
	c.made[st.snapshotID] = c.answer
	return st, nil
}

func rolledBack(s *pointer, to int64) catalog.RolledBack {
	d := s.Dataset
	return catalog.RolledBack{
		Dataset: d.Name, Namespace: d.Namespace, DatasetID: d.DatasetID, Version: d.Version, SnapshotID: s.SnapshotID, To: to,
		Fingerprint: d.Fingerprint, Rows: d.Rows, Bytes: d.Bytes, Columns: s.Columns,
	}
}

// content is what an older version holds, held against the current one.
type content struct {
	target
	missing []dataFile           // that the current one does not have
	surplus []catalog.DataObject // that it has and the older one does not
	rows    int64
	bytes   int64
	files   int64
}

func (c *content) same(p *plan) bool {
	return len(c.missing)+len(c.surplus) == 0 && sameOrder(c.schema, p.schema)
}

// contentOf reads what a kept version holds.
func (e *engine) contentOf(ctx context.Context, p *plan, s *table.Snapshot) (*content, error) {
	manifests, err := e.store.manifestList(ctx, s)
	if err != nil {
		return nil, err
	}
	read, err := e.store.entries(ctx, living(manifests), true)
	if err != nil {
		return nil, err
	}
	entries := slices.Concat(read...)
	c := &content{}
	if c.target, err = p.before.targetOf(s, p.base.Columns, entries); err != nil {
		return nil, err
	}
	surplus := map[string]catalog.DataObject{}
	for _, o := range p.before.objects {
		surplus[o.Key] = o
	}
	for _, entry := range entries {
		o, err := e.store.dataObject(entry.DataFile())
		if err != nil {
			return nil, err
		}
		c.rows, c.bytes, c.files = c.rows+o.Rows, c.bytes+o.Size, c.files+1
		if _, there := surplus[o.Key]; there {
			delete(surplus, o.Key)
			continue
		}
		c.missing = append(c.missing, dataFile{DataObject: o, entry: entry.DataFile()})
	}
	for _, o := range p.before.objects {
		if _, over := surplus[o.Key]; over {
			c.surplus = append(c.surplus, o)
		}
	}
	return c, nil
}

// targetOf gives the schema of a kept version. Whether a column is without values
// the current columns know, of those that are still there; of others the files do.
func (t *iceTable) targetOf(s *table.Snapshot, current []catalog.Column, entries []iceberg.ManifestEntry) (target, error) {
	columns, err := t.columnsAt(s)
	if err != nil {
		return target{}, err
	}
	schema, err := t.schemaAt(s)
	if err != nil {
		return target{}, err
	}
	fields := slices.Clone(schema.Fields())
	for i, c := range columns {
		if at := slices.IndexFunc(current, func(now catalog.Column) bool { return now.Name == c.Name }); at >= 0 {
			columns[i].Description, fields[i].Doc = current[at].Description, current[at].Description
		}
		at := slices.IndexFunc(current, func(now catalog.Column) bool { return now.FieldID == c.FieldID })
		if at >= 0 {
			columns[i].Unvalued = current[at].Unvalued
		} else {
			columns[i].Unvalued = c.Type == "string" && !valued(entries, c.FieldID)
		}
	}
	return target{columns: columns, schema: iceberg.NewSchema(0, fields...)}, nil
}

// valued tells whether a file may hold a value in a column.
func valued(entries []iceberg.ManifestEntry, fieldID int) bool {
	return slices.ContainsFunc(entries, func(e iceberg.ManifestEntry) bool {
		nulls, counted := e.DataFile().NullValueCounts()[fieldID]
		return !counted || nulls < e.DataFile().Count()
	})
}

// restore makes the plan that of a version with the content of an older one, whose
// loads are known again by what they loaded.
func (p *plan) restore(old *content, version int64) error {
	p.advance()
	d := &p.state.Dataset
	p.files, p.removed = old.missing, old.surplus
	d.Rows, d.Bytes, d.Files = old.rows, old.bytes, old.files
	d.UpdatedAt, d.Fingerprint = p.now, catalog.Fingerprint(old.columns)
	p.state.Columns, p.schema = old.columns, old.schema

	loads := p.ledger.contentOf(version)
	after, dropped := p.ledger.replaced(d.Version, p.keeping())
	after.recent = after.recent.still(d.Version, p.keeping())
	for _, r := range loads {
		r.Version, r.Gone, r.Until = d.Version, false, 0
		r.Key, r.Request, r.Mode, r.Answer, r.Said = "", "", "", nil, nil
		after.recent = append(after.recent, r)
	}
	after, blobs, merged, err := after.spill(d.DatasetID, p.keeping())
	p.ledger = after
	p.blobs, p.dropped = append(p.blobs, blobs...), append(append(p.dropped, dropped...), merged...)
	return err
}
