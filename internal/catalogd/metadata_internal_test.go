package catalogd

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/apache/iceberg-go/table"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// TestMetadataText: the spliced metadata file says what the library's own
// encoder says, over a history with changes of the schema and expiry.
func TestMetadataText(t *testing.T) {
	s := &store{bucket: "b"}
	keep := retention{maxVersions: 5, maxAge: time.Hour, keepNewest: 2}
	id := catalog.NewID()
	var base *iceTable
	key := ""
	for version := int64(1); version <= 9; version++ {
		columns := []catalog.Column{{Name: "a", Type: "string", FieldID: 1}, {Name: fmt.Sprint("b", version/4), Type: "list<struct<x:long>>", FieldID: 2 + int(version)*10}}
		made, err := newTarget(columns, nil, 20+int(version)*10)
		if err != nil {
			t.Fatal(err)
		}
		st, err := s.stage(t.Context(), base, key, change{datasetID: id, version: version, target: made, clock: time.Now(), now: time.Now()}, keep)
		if err != nil {
			t.Fatal(err)
		}
		base, key = st.table, st.metadataKey
		ours, err := base.text()
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := json.Marshal(base.meta)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := decoded(t, ours), decoded(t, theirs); !reflect.DeepEqual(got, want) {
			t.Fatalf("version %d: the metadata is\n%s\nnot\n%s", version, ours, theirs)
		}
		if _, err := table.ParseMetadataBytes(ours); err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
	}
	if got := len(base.meta.Schemas()); got > 5 {
		t.Errorf("%d schemas are kept for 5 versions", got)
	}
	if len(base.history) != 5 || versionOf(&base.history[0].Snapshot) != 5 {
		t.Errorf("%d versions are kept, from %d", len(base.history), versionOf(&base.history[0].Snapshot))
	}
}

func decoded(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// TestAnsweredSchemasStay: a schema that no kept version has stays while the
// answer to an Idempotency-Key needs it, and goes with the next expiry after.
func TestAnsweredSchemasStay(t *testing.T) {
	s := &store{bucket: "b"}
	keep := retention{maxVersions: 2, maxAge: time.Hour, keepNewest: 1}
	id, now := catalog.NewID(), time.Now()
	known := ledger{segments: []*segment{newSegment(receipts{{Key: "k", At: now, Answer: &answered{SchemaID: 0}}})}}
	var base *iceTable
	key := ""
	for version := int64(1); version <= 6; version++ {
		made, err := newTarget([]catalog.Column{{Name: fmt.Sprint("a", version), Type: "long", FieldID: int(version)}}, nil, int(version))
		if err != nil {
			t.Fatal(err)
		}
		if version == 6 {
			now = now.Add(keyLife)
		}
		c := change{datasetID: id, version: version, target: made, clock: now, now: now, replaces: true}
		c.answered = func(schemaID int) bool { return known.answeredWith(schemaID, now) }
		st, err := s.stage(t.Context(), base, key, c, keep)
		if err != nil {
			t.Fatal(err)
		}
		base, key = st.table, st.metadataKey
		_, err = base.columnsOf(0)
		if there := err == nil; there != (version < 6) {
			t.Errorf("version %d: the first schema is there: %t", version, there)
		}
		if got := len(base.meta.Schemas()); got > 3 {
			t.Errorf("version %d: %d schemas are kept", version, got)
		}
	}
}
