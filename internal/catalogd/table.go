package catalogd

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// versionKey names a snapshot's version number in its summary. Several
// registrations may share a version; a version is one snapshot.
const versionKey = "lakehouse.version"

// iceTable is a dataset's Iceberg table at one metadata file. It is never
// changed; a commit makes the next one.
type iceTable struct {
	meta      table.Metadata
	history   []record               // every snapshot, oldest first
	manifests []iceberg.ManifestFile // of the current version
	objects   []catalog.DataObject   // of the current version
}

// metadata reads a table's metadata as a pointer names it.
func (s *store) metadata(ctx context.Context, p *pointer) (table.Metadata, error) {
	data, err := s.readLocation(ctx, s.location(p.MetadataKey))
	if err != nil {
		return nil, err
	}
	meta, err := table.ParseMetadataBytes(data)
	if err != nil {
		return nil, fmt.Errorf("table metadata %s: %w", p.MetadataKey, err)
	}
	current := meta.CurrentSnapshot()
	if current == nil || current.SnapshotID != p.SnapshotID {
		return nil, fmt.Errorf("table metadata %s does not hold the snapshot %d that the pointer names", p.MetadataKey, p.SnapshotID)
	}
	return meta, nil
}

// loadTable reads a table as a pointer names it.
func (s *store) loadTable(ctx context.Context, p *pointer) (*iceTable, error) {
	meta, err := s.metadata(ctx, p)
	if err != nil {
		return nil, err
	}
	t := &iceTable{meta: meta}
	if t.history, err = newHistory(meta); err != nil {
		return nil, err
	}
	if t.manifests, err = s.manifestList(ctx, meta.CurrentSnapshot()); err != nil {
		return nil, err
	}
	t.objects, err = s.objectsOf(ctx, t.manifests)
	return t, err
}

func (s *store) manifestList(ctx context.Context, snapshot *table.Snapshot) ([]iceberg.ManifestFile, error) {
	data, err := s.readLocation(ctx, snapshot.ManifestList)
	if err != nil {
		return nil, err
	}
	list, err := iceberg.ReadManifestList(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("manifest list %s: %w", snapshot.ManifestList, err)
	}
	return list, nil
}

// entries reads the manifests, in their order.
func (s *store) entries(ctx context.Context, manifests []iceberg.ManifestFile, live bool) ([][]iceberg.ManifestEntry, error) {
	read := make([][]iceberg.ManifestEntry, len(manifests))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelIO)
	for i, m := range manifests {
		g.Go(func() error {
			data, err := s.readLocation(ctx, m.FilePath())
			if err != nil {
				return err
			}
			if read[i], err = iceberg.ReadManifest(m, bytes.NewReader(data), live); err != nil {
				return fmt.Errorf("manifest %s: %w", m.FilePath(), err)
			}
			return nil
		})
	}
	return read, g.Wait()
}

func (s *store) objectsOf(ctx context.Context, manifests []iceberg.ManifestFile) ([]catalog.DataObject, error) {
	read, err := s.entries(ctx, manifests, true)
	if err != nil {
		return nil, err
	}
	objects := []catalog.DataObject{}
	for _, entries := range read {
		for _, e := range entries {
			o, err := s.dataObject(e.DataFile())
			if err != nil {
				return nil, err
			}
			objects = append(objects, o)
		}
	}
	return objects, nil
}

func (s *store) dataObject(f iceberg.DataFile) (catalog.DataObject, error) {
	key, err := s.key(f.FilePath())
	return catalog.DataObject{Key: key, Size: f.FileSizeBytes(), Rows: f.Count()}, err
}

// snapshotOf finds a version that is still kept.
func (t *iceTable) snapshotOf(version int64) (*table.Snapshot, bool) {
	for i := len(t.history) - 1; i >= 0; i-- {
		if s := &t.history[i].Snapshot; versionOf(s) == version {
			return s, true
		}
	}
	return nil, false
}

// snapshotWith finds a snapshot by its id.
func (t *iceTable) snapshotWith(id int64) (*table.Snapshot, bool) {
	for i := len(t.history) - 1; i >= 0; i-- {
		if s := &t.history[i].Snapshot; s.SnapshotID == id {
			return s, true
		}
	}
	return nil, false
}

// columnsAt gives the columns of a version as they were; the current ones know
// more, namely which are still without values.
func (t *iceTable) columnsAt(s *table.Snapshot) ([]catalog.Column, error) {
	if s.SchemaID == nil {
		return t.columnsOf(t.meta.CurrentSchema().ID)
	}
	return t.columnsOf(*s.SchemaID)
}

// schemaAt gives the schema of a version.
func (t *iceTable) schemaAt(s *table.Snapshot) (*iceberg.Schema, error) {
	if s.SchemaID == nil {
		return t.meta.CurrentSchema(), nil
	}
	return t.schemaWith(*s.SchemaID)
}

func (t *iceTable) schemaWith(id int) (*iceberg.Schema, error) {
	schemas := t.meta.Schemas()
	at := slices.IndexFunc(schemas, func(s *iceberg.Schema) bool { return s.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("the table's metadata has no schema %d", id)
	}
	return schemas[at], nil
}

// columnsOf gives the columns of a schema that the metadata holds.
func (t *iceTable) columnsOf(schemaID int) ([]catalog.Column, error) {
	schema, err := t.schemaWith(schemaID)
	if err != nil {
		return nil, err
	}
	return columnsIn(schema)
}

// columnsIn gives the columns of a schema.
func columnsIn(schema *iceberg.Schema) ([]catalog.Column, error) {
	columns := make([]catalog.Column, 0, schema.NumFields())
	for _, f := range schema.Fields() {
		text, err := textOf(f.Type)
		if err != nil {
			return nil, fmt.Errorf("column %q of schema %d: %w", f.Name, schema.ID, err)
		}
		columns = append(columns, catalog.Column{FieldID: f.ID, Name: f.Name, Type: text, Nullable: !f.Required, Description: f.Doc})
	}
	return columns, nil
}

// summaryNumber reads one of the counters that Iceberg keeps in a summary.
func summaryNumber(s *table.Snapshot, key string) int64 {
	if s.Summary == nil {
		return 0
	}
	n, _ := strconv.ParseInt(s.Summary.Properties[key], 10, 64) // absent: 0
	return n
}

func snapshotTime(s *table.Snapshot) time.Time { return time.UnixMilli(s.TimestampMs).UTC() }
