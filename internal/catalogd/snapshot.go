package catalogd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
	"github.com/google/uuid"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// previousMetadata is how many former metadata files a table remembers.
const previousMetadata = 20

// change is what one snapshot does to a table.
type change struct {
	datasetID string
	version   int64
	target    target
	files     []dataFile
	replaces  bool // the files are the whole content, else they are added
	removed   []catalog.DataObject
	sameRows  bool                    // the files hold what the removed ones did
	clock     time.Time               // by which versions grow old
	now       time.Time               // of the version
	answered  func(schemaID int) bool // the answer to a key has its columns; nil: none has
}

// dataFile is an object in the dataset's folder and its manifest entry.
type dataFile struct {
	catalog.DataObject
	entry  iceberg.DataFile
	copied bool // for this registration, which alone knows it
}

// staged is a snapshot in the making: what is to be written, and the table that
// it will be once the pointer names it.
type staged struct {
	blobs       []blob
	table       *iceTable
	snapshotID  int64
	schemaID    int
	metadataKey string
	expired     []record // that the table does not keep any longer
	superseded  []string // locations of metadata files that it forgot
}

// stage makes the files of a snapshot upon base (nil: the first one). Nothing is
// written yet.
func (s *store) stage(ctx context.Context, base *iceTable, baseKey string, c change, keep retention) (*staged, error) {
	builder, err := s.newBuilder(base, baseKey, c)
	if err != nil {
		return nil, err
	}
	snapshot := &table.Snapshot{SnapshotID: newSnapshotID(), SequenceNumber: 1, TimestampMs: c.now.UnixMilli()}
	if base != nil {
		parent := base.meta.CurrentSnapshot()
		snapshot.ParentSnapshotID = &parent.SnapshotID
		snapshot.SequenceNumber = base.meta.LastSequenceNumber() + 1
	}
	schema := builder.CurrentSchema()
	snapshot.SchemaID = &schema.ID
	w := &manifestWriter{store: s, prefix: catalog.MetadataPrefix(c.datasetID), schema: schema, snapshotID: snapshot.SnapshotID, sequence: snapshot.SequenceNumber}
	st := &staged{table: &iceTable{objects: []catalog.DataObject{}}, snapshotID: snapshot.SnapshotID, schemaID: schema.ID}
	if err := st.content(ctx, w, base, c); err != nil {
		return nil, err
	}
	if snapshot.ManifestList, err = w.list(snapshot.ParentSnapshotID, st.table.manifests); err != nil {
		return nil, err
	}
	snapshot.Summary = summarise(base, c)
	if err := st.finish(builder, base, snapshot, keep, c); err != nil {
		return nil, err
	}
	st.metadataKey = metadataKey(catalog.Dataset{DatasetID: c.datasetID, Version: c.version})
	text, err := st.table.text()
	if err != nil {
		return nil, err
	}
	st.blobs = append(w.blobs, blob{key: st.metadataKey, data: text})
	return st, nil
}

// newBuilder starts the next table metadata, with the change's schema.
func (s *store) newBuilder(base *iceTable, baseKey string, c change) (b *table.MetadataBuilder, err error) {
	if base != nil {
		if b, err = table.MetadataBuilderFromBase(base.meta, s.location(baseKey)); err != nil {
			return nil, err
		}
		if sameOrder(base.meta.CurrentSchema(), c.target.schema) {
			return b, nil
		}
		return b, useSchema(b, c.target.schema)
	}
	id, err := uuid.Parse(c.datasetID)
	if err != nil {
		return nil, err
	}
	if b, err = table.NewMetadataBuilder(tableFormat); err != nil {
		return nil, err
	}
	unsorted := table.UnsortedSortOrder // a copy: the builder writes to what it is given
	steps := []func() error{
		func() error { return b.SetUUID(id) },
		func() error { return b.SetLoc(s.location("datasets/" + c.datasetID)) },
		func() error { return useSchema(b, c.target.schema) },
		func() error { return b.AddPartitionSpec(iceberg.UnpartitionedSpec, true) },
		func() error { return b.SetDefaultSpecID(-1) },
		func() error { return b.AddSortOrder(&unsorted) },
		func() error { return b.SetDefaultSortOrderID(-1) },
		func() error {
			return b.SetProperties(iceberg.Properties{table.MetadataPreviousVersionsMaxKey: strconv.Itoa(previousMetadata)})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func useSchema(b *table.MetadataBuilder, schema *iceberg.Schema) error {
	own := iceberg.NewSchema(0, schema.Fields()...) // the builder gives it an id
	if err := b.AddSchema(own); err != nil {
		return err
	}
	return b.SetCurrentSchemaID(-1)
}

// sameOrder tells whether two schemas are the same, order and descriptions included.
func sameOrder(a, b *iceberg.Schema) bool {
	if !sameFields(a, b) {
		return false
	}
	for i := range a.NumFields() {
		if a.Field(i).ID != b.Field(i).ID || a.Field(i).Doc != b.Field(i).Doc {
			return false
		}
	}
	return true
}

// content makes the manifests and the list of objects.
func (st *staged) content(ctx context.Context, w *manifestWriter, base *iceTable, c change) (err error) {
	switch {
	case base == nil:
	case c.replaces:
		if st.table.manifests, err = w.deleted(ctx, base.manifests); err != nil {
			return err
		}
	case len(c.removed) > 0:
		if st.table.manifests, err = w.without(ctx, living(base.manifests), c.removed); err != nil {
			return err
		}
		gone := make(map[string]bool, len(c.removed))
		for _, o := range c.removed {
			gone[o.Key] = true
		}
		st.table.objects = slices.DeleteFunc(slices.Clone(base.objects), func(o catalog.DataObject) bool { return gone[o.Key] })
	default:
		if st.table.manifests, err = w.merge(ctx, living(base.manifests)); err != nil {
			return err
		}
		st.table.objects = base.objects
	}
	if len(c.files) == 0 {
		return nil
	}
	entries := make([]iceberg.DataFile, len(c.files))
	for i, f := range c.files {
		entries[i] = f.entry
		st.table.objects = append(st.table.objects, f.DataObject)
	}
	added, err := w.added(entries)
	st.table.manifests = append(st.table.manifests, added)
	return err
}

// finish adds the snapshot to the metadata and drops what is not kept.
func (st *staged) finish(b *table.MetadataBuilder, base *iceTable, snapshot *table.Snapshot, keep retention, c change) (err error) {
	if err := b.AddSnapshot(snapshot); err != nil {
		return err
	}
	if err := b.SetSnapshotRef(table.MainBranch, snapshot.SnapshotID, table.BranchRef); err != nil {
		return err
	}
	if base != nil {
		st.table.history = base.history
		if err := st.expire(b, base, keep.expired(base, c.clock), c.answered); err != nil {
			return err
		}
	}
	made, err := newRecord(*snapshot, st.table.manifests)
	if err != nil {
		return err
	}
	st.table.history = append(st.table.history, made)
	if st.table.meta, err = b.Build(); err != nil {
		return err
	}
	if base != nil {
		st.superseded = forgotten(base.meta, st.table.meta)
	}
	return nil
}

// expire drops snapshots from the metadata and from the history, and the schemas
// that nobody needs then.
func (st *staged) expire(b *table.MetadataBuilder, base *iceTable, gone []record, answered func(schemaID int) bool) error {
	if len(gone) == 0 {
		return nil
	}
	ids := make([]int64, len(gone))
	for i, s := range gone {
		ids[i] = s.SnapshotID
	}
	st.expired = gone
	st.table.history = slices.DeleteFunc(slices.Clone(st.table.history), func(r record) bool {
		return slices.Contains(ids, r.SnapshotID)
	})
	if err := b.RemoveSnapshots(ids, false); err != nil {
		return err
	}
	if err := noteEnds(b, base.history, ids); err != nil {
		return err
	}
	return dropSchemas(b, base.meta.Schemas(), st.table.history, answered)
}

// dropSchemas removes the schemas that no version has, nor an answer to a key.
func dropSchemas(b *table.MetadataBuilder, schemas []*iceberg.Schema, history []record, answered func(schemaID int) bool) error {
	used := map[int]bool{b.CurrentSchema().ID: true}
	for _, r := range history {
		if r.SchemaID != nil {
			used[*r.SchemaID] = true
		}
	}
	var unused []int
	for _, s := range schemas {
		if !used[s.ID] && (answered == nil || !answered(s.ID)) {
			unused = append(unused, s.ID)
		}
	}
	return b.RemoveSchemas(unused)
}

// forgotten gives the metadata files that before remembers and after does not.
func forgotten(before, after table.Metadata) []string {
	kept := map[string]bool{}
	for entry := range after.PreviousFiles() {
		kept[entry.MetadataFile] = true
	}
	var gone []string
	for entry := range before.PreviousFiles() {
		if !kept[entry.MetadataFile] {
			gone = append(gone, entry.MetadataFile)
		}
	}
	return gone
}

// newSnapshotID is a random positive number, as Iceberg's writers choose it.
func newSnapshotID() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return int64(binary.LittleEndian.Uint64(b[:])&math.MaxInt64) | 1
}
