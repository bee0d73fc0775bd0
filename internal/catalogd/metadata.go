package catalogd

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
	"github.com/google/uuid"
)

// record is one snapshot of a table's history with its JSON. The JSON is kept
// because a commit writes the whole history again, and to encode a thousand
// snapshots takes longer than all else that a commit does.
type record struct {
	table.Snapshot
	text      []byte
	manifests []iceberg.ManifestFile // nil: not read yet
}

func newRecord(s table.Snapshot, manifests []iceberg.ManifestFile) (record, error) {
	text, err := json.Marshal(s)
	return record{Snapshot: s, text: text, manifests: manifests}, err
}

// newHistory encodes the snapshots of a table, oldest first.
func newHistory(meta table.Metadata) ([]record, error) {
	snapshots := meta.Snapshots()
	history := make([]record, len(snapshots))
	for i, s := range snapshots {
		var err error
		if history[i], err = newRecord(s, nil); err != nil {
			return nil, err
		}
	}
	return history, nil
}

// metadataHead is Iceberg's table metadata, format 2, without the two lists that
// grow with the history.
type metadataHead struct {
	FormatVersion     int                             `json:"format-version"`
	TableUUID         uuid.UUID                       `json:"table-uuid"`
	Location          string                          `json:"location"`
	LastSequence      int64                           `json:"last-sequence-number"`
	LastUpdatedMS     int64                           `json:"last-updated-ms"`
	LastColumnID      int                             `json:"last-column-id"`
	Schemas           []*iceberg.Schema               `json:"schemas"`
	CurrentSchemaID   int                             `json:"current-schema-id"`
	PartitionSpecs    []iceberg.PartitionSpec         `json:"partition-specs"`
	DefaultSpecID     int                             `json:"default-spec-id"`
	LastPartitionID   *int                            `json:"last-partition-id,omitempty"`
	Properties        iceberg.Properties              `json:"properties,omitempty"`
	CurrentSnapshotID int64                           `json:"current-snapshot-id"`
	MetadataLog       []table.MetadataLogEntry        `json:"metadata-log,omitempty"`
	SortOrders        []table.SortOrder               `json:"sort-orders"`
	DefaultSortOrder  int                             `json:"default-sort-order-id"`
	Refs              map[string]table.SnapshotRef    `json:"refs"`
	Statistics        []table.StatisticsFile          `json:"statistics,omitempty"`
	PartitionStats    []table.PartitionStatisticsFile `json:"partition-statistics,omitempty"`
}

// text gives the table's metadata file.
func (t *iceTable) text() ([]byte, error) {
	m := t.meta
	refs := map[string]table.SnapshotRef{}
	for name, ref := range m.Refs() {
		refs[name] = ref
	}
	text, err := json.Marshal(metadataHead{
		FormatVersion: m.Version(), TableUUID: m.TableUUID(), Location: m.Location(), LastSequence: m.LastSequenceNumber(),
		LastUpdatedMS: m.LastUpdatedMillis(), LastColumnID: m.LastColumnID(), Schemas: m.Schemas(), CurrentSchemaID: m.CurrentSchema().ID,
		PartitionSpecs: m.PartitionSpecs(), DefaultSpecID: m.DefaultPartitionSpec(), LastPartitionID: m.LastPartitionSpecID(),
		Properties: m.Properties(), CurrentSnapshotID: m.CurrentSnapshot().SnapshotID, MetadataLog: slices.Collect(m.PreviousFiles()),
		SortOrders: m.SortOrders(), DefaultSortOrder: m.DefaultSortOrder(), Refs: refs,
		Statistics: slices.Collect(m.Statistics()), PartitionStats: slices.Collect(m.PartitionStatistics()),
	})
	if err != nil {
		return nil, err
	}
	size := len(text) + 64
	for _, r := range t.history {
		size += len(r.text) + 64
	}
	text = append(slices.Grow(text[:len(text)-1], size), `,"snapshots":[`...)
	for i, r := range t.history {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, r.text...)
	}
	text = append(text, `],"snapshot-log":[`...)
	first := true
	for entry := range m.SnapshotLogs() {
		if !first {
			text = append(text, ',')
		}
		first = false
		text = append(text, `{"snapshot-id":`...)
		text = strconv.AppendInt(text, entry.SnapshotID, 10)
		text = append(text, `,"timestamp-ms":`...)
		text = strconv.AppendInt(text, entry.TimestampMs, 10)
		text = append(text, '}')
	}
	return append(text, `]}`...), nil
}
