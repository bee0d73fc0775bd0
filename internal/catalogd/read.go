package catalogd

import (
	"context"
	"slices"
	"time"

	"github.com/apache/iceberg-go/table"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// manifest gives a version of a dataset.
func (e *engine) manifest(ctx context.Context, name string, at catalog.At) (catalog.Manifest, error) {
	h, err := e.lookup(ctx, name)
	if err != nil {
		return catalog.Manifest{}, err
	}
	return e.manifestAt(ctx, h, at)
}

// relation gives a version of what a name has.
func (e *engine) relation(ctx context.Context, name string, at catalog.At) (found catalog.Relation, err error) {
	n, h, err := e.named(ctx, name)
	switch {
	case err != nil:
	case h.view():
		found.View = new(catalog.View)
		*found.View, err = e.viewAt(ctx, h, at)
	case h.live():
		found.Dataset = new(catalog.Manifest)
		*found.Dataset, err = e.manifestAt(ctx, h, at)
	case h != nil && len(h.Dropped) > 0 && h.Dropped[len(h.Dropped)-1].View:
		err = e.viewAbsent(n, h)
	default:
		err = e.absent(n, h)
	}
	return found, err
}

func (e *engine) manifestAt(ctx context.Context, h *head, at catalog.At) (catalog.Manifest, error) {
	t, err := e.table(ctx, h)
	if err != nil {
		return catalog.Manifest{}, err
	}
	return e.manifestOf(ctx, h, t, at)
}

func (e *engine) manifestOf(ctx context.Context, h *head, t *iceTable, at catalog.At) (catalog.Manifest, error) {
	d := h.Dataset
	m := catalog.Manifest{
		Name: d.Name, Namespace: d.Namespace, DatasetID: d.DatasetID, Fingerprint: d.Fingerprint, Version: d.Version, SnapshotID: h.SnapshotID,
		Rows: d.Rows, Bytes: d.Bytes, Columns: h.Columns, LastColumnID: h.LastColumnID, Objects: t.objects,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, MetadataKey: h.MetadataKey, Description: d.Description,
	}
	snapshot, err := t.find(h, at)
	if err != nil || snapshot.SnapshotID == h.SnapshotID {
		return m, err
	}
	err = e.rewind(ctx, &m, t, snapshot)
	for i, c := range m.Columns { // a description is of the dataset, not of a version
		if at := slices.IndexFunc(h.Columns, func(now catalog.Column) bool { return now.Name == c.Name }); at >= 0 {
			m.Columns[i].Description = h.Columns[at].Description
		}
	}
	return m, err
}

// rewind makes of a dataset's current manifest that of an older version.
func (e *engine) rewind(ctx context.Context, m *catalog.Manifest, t *iceTable, snapshot *table.Snapshot) (err error) {
	if m.Columns, err = t.columnsAt(snapshot); err != nil {
		return err
	}
	manifests, err := e.store.manifestList(ctx, snapshot)
	if err != nil {
		return err
	}
	if m.Objects, err = e.store.objectsOf(ctx, living(manifests)); err != nil {
		return err
	}
	m.Version, m.SnapshotID, m.UpdatedAt = versionOf(snapshot), snapshot.SnapshotID, snapshotTime(snapshot)
	m.Rows, m.Bytes = summaryNumber(snapshot, "total-records"), summaryNumber(snapshot, "total-files-size")
	m.Fingerprint = catalog.Fingerprint(m.Columns)
	return nil
}

func versionOf(s *table.Snapshot) int64 { return summaryNumber(s, versionKey) }

// versions gives one page of the history, newest first.
func (e *engine) versions(ctx context.Context, from inHistory, limit int) (page catalog.Versions, err error) {
	h, err := e.lookup(ctx, from.name)
	if err != nil {
		return page, err
	}
	t, err := e.table(ctx, h)
	if err != nil {
		return page, err
	}
	tags := map[int64][]string{}
	for name, ref := range t.meta.Refs() {
		if ref.SnapshotRefType == table.TagRef {
			tags[ref.SnapshotID] = append(tags[ref.SnapshotID], name)
		}
	}
	number := func(r record) int64 { return versionOf(&r.Snapshot) }
	page.Versions, page.NextCursor, err = newestFirst(t.history, number, from.before, limit, func(r record) (catalog.Version, error) {
		s := &r.Snapshot
		v := catalog.Version{
			Version: versionOf(s), SnapshotID: s.SnapshotID, Operation: string(s.Summary.Operation), Rows: summaryNumber(s, "total-records"),
			AddedRows: summaryNumber(s, "added-records"), CreatedAt: snapshotTime(s), Tags: append([]string{}, tags[s.SnapshotID]...),
		}
		slices.Sort(v.Tags)
		return v, nil
	})
	return page, err
}

// list gives one page of datasets, those whose names follow after.
func (e *engine) list(ctx context.Context, after catalog.Name, limit int) (page catalog.List, err error) {
	page.Datasets, page.NextCursor, err = listed(ctx, e, false, after, limit, func(p *pointer) catalog.Dataset { return p.Dataset })
	return page, err
}

// receipt gives what an earlier registration was answered.
func (e *engine) receipt(ctx context.Context, of catalog.ReceiptOf, key string) (answer catalog.Registered, err error) {
	h, err := e.lookup(ctx, of.Name)
	if err != nil {
		return answer, err
	}
	known, err := e.ledger(ctx, h)
	if err != nil {
		return answer, err
	}
	if r, ok := known.byKey(key, time.Now()); ok {
		if r.Mode != of.Mode || of.ContentHash != "" && r.ContentHash != of.ContentHash {
			return answer, keyReused(key)
		}
		return e.recall(ctx, h, r, key)
	}
	if of.Mode != catalog.Create && of.ContentHash != "" && !of.AllowDuplicate {
		if r, ok := known.byContent(of.Mode, of.ContentHash, of.Variant); ok {
			return e.recall(ctx, h, r, "")
		}
	}
	return answer, catalog.ErrReceiptNotFound.Errorf("no registration of %s is known by that key or content", h.Dataset.Name)
}

// badParameter refuses a query parameter's value.
func badParameter(name, value, want string) error {
	return wire.ErrBadRequest.Errorf("%s=%s is not %s", name, shorten(value), want)
}
