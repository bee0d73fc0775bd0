package catalogd

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
	"github.com/apache/iceberg-go/view"
	"github.com/google/uuid"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// A view's metadata file is Iceberg's own (view spec, format 1), under the same folder
// as a dataset's: version n is the Iceberg version n, its statement a representation in
// the dialect duckdb, its time that of the version. What it reads, and which request
// made it, are in the version's summary.
const (
	viewDialect = "duckdb"
	readsKey    = "lakehouse.reads" // []catalog.Source in JSON
	requestKey  = "lakehouse.request"

	// maxViewVersions bounds what a replacement writes again: a metadata file holds
	// every version's statement.
	maxViewVersions = 100
)

// viewMetadata reads a view's metadata as a pointer names it.
func (s *store) viewMetadata(ctx context.Context, p *pointer) (view.Metadata, error) {
	data, err := s.readLocation(ctx, s.location(p.MetadataKey))
	if err != nil {
		return nil, err
	}
	meta, err := view.ParseMetadataBytes(data)
	if err == nil && meta.CurrentVersionID() != p.Dataset.Version {
		err = fmt.Errorf("its version is %d and the pointer's %d", meta.CurrentVersionID(), p.Dataset.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("view metadata %s: %w", p.MetadataKey, err)
	}
	return meta, nil
}

// viewBuilder begins a view's next metadata (base nil: its first).
func (s *store) viewBuilder(base view.Metadata, id string) (*view.MetadataBuilder, error) {
	if base != nil {
		return view.MetadataBuilderFromBase(base)
	}
	own, err := uuid.Parse(id)
	if err != nil {
		return nil, err
	}
	b, err := view.NewMetadataBuilder()
	if err != nil {
		return nil, err
	}
	return b.SetUUID(own).SetLoc(s.location(datasetsPrefix + id)), nil
}

// commentView notes a view's description where Spark looks for it.
func commentView(b *view.MetadataBuilder, text string) {
	if text == "" {
		b.RemoveProperties([]string{commentKey})
		return
	}
	b.SetProperties(iceberg.Properties{commentKey: text})
}

// addViewVersion makes what a pointer says of a view the current version.
func addViewVersion(b *view.MetadataBuilder, p *pointer, schema *iceberg.Schema, request string, keep int) error {
	reads, err := json.Marshal(p.View.Reads)
	if err != nil {
		return err
	}
	version, err := view.NewVersion(p.Dataset.Version, schema.ID, []view.Representation{view.NewRepresentation(p.View.SQL, viewDialect)},
		table.Identifier{catalog.DefaultNamespace}, view.WithTimestampMS(p.Dataset.UpdatedAt.UnixMilli()),
		view.WithVersionSummary(view.VersionSummary{"engine-name": "lakehouse", readsKey: string(reads), requestKey: request}))
	if err != nil {
		return err
	}
	b.SetProperties(iceberg.Properties{view.VersionHistorySizeKey: strconv.Itoa(keep)})
	return b.SetCurrentVersion(version, schema).Err()
}

// stageView makes the metadata file that a builder gives a view's. Nothing is written
// yet.
func (s *store) stageView(p *plan, b *view.MetadataBuilder) (*staged, error) {
	meta, err := b.Build()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(meta.Metadata)
	if err != nil {
		return nil, err
	}
	st := &staged{metadataKey: metadataKey(p.state.Dataset)}
	st.blobs = []blob{{key: st.metadataKey, data: text}}
	if p.state.MetadataKey != "" {
		st.superseded = []string{s.location(p.state.MetadataKey)}
	}
	p.state.MetadataKey = st.metadataKey
	return st, nil
}

// viewHistory gives the versions that are kept, oldest first.
func viewHistory(meta view.Metadata) []*view.Version {
	return slices.SortedFunc(slices.Values(meta.Versions()), func(a, b *view.Version) int { return cmp.Compare(a.VersionID, b.VersionID) })
}

func viewTime(v *view.Version) time.Time { return time.UnixMilli(v.TimestampMS).UTC() }

// statementOf gives the statement of a version.
func statementOf(v *view.Version) (string, error) {
	for _, r := range v.Representations {
		if r.Dialect == viewDialect {
			return r.Sql, nil
		}
	}
	return "", fmt.Errorf("version %d has no statement in the dialect %s", v.VersionID, viewDialect)
}

// rewindView makes of a view's current version an older one.
func rewindView(current catalog.View, meta view.Metadata, v *view.Version) (old catalog.View, err error) {
	old = current
	old.Version, old.UpdatedAt, old.Reads = v.VersionID, viewTime(v), []catalog.Source{}
	if old.SQL, err = statementOf(v); err != nil {
		return old, err
	}
	if text := v.Summary[readsKey]; text != "" {
		if err := json.Unmarshal([]byte(text), &old.Reads); err != nil {
			return old, fmt.Errorf("what version %d reads: %w", v.VersionID, err)
		}
	}
	schema, found := meta.SchemasByID()[v.SchemaID]
	if !found {
		return old, fmt.Errorf("version %d has no schema", v.VersionID)
	}
	old.Columns, err = columnsIn(schema)
	return old, err
}
