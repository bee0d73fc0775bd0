package catalogd_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestObjectsBecomeTheDatasetsOwn: what lies in the folder with the right field
// ids stays there; everything else is copied under a name that holds its hash.
func TestObjectsBecomeTheDatasetsOwn(t *testing.T) {
	h := open(t)
	id := catalog.NewID()
	own := putOwn(t, h.storage, id, people(t, "Ada", 36, true))
	first := h.register(t, catalog.Registration{Name: "people", DatasetID: id, Objects: objects(own)})
	if first.DatasetID != id {
		t.Fatalf("the dataset has the id %s, not the proposed one", first.DatasetID)
	}
	if m := h.manifest(t, "people", 0); m.Objects[0].Key != own.Key {
		t.Errorf("the object was moved to %s", m.Objects[0].Key)
	}
	elsewhere := put(t, h.storage, "in/b.parquet", people(t, "Bob", 41, true))
	noIDs := putOwn(t, h.storage, id, people(t, "Cy", 7, false))
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(elsewhere, noIDs)})
	m := h.manifest(t, "people", 0)
	for i, name := range []string{"Ada", "Bob", "Cy"} {
		o := m.Objects[i]
		data := get(t, h.storage, o.Key)
		sum := sha256.Sum256(data)
		hash, ok := catalog.HashOf(o.Key)
		if !ok || !strings.HasPrefix(hex.EncodeToString(sum[:]), hash) || !strings.HasPrefix(o.Key, catalog.DataPrefix(id)) {
			t.Errorf("the key %s does not hold the hash %x", o.Key, sum)
		}
		if int64(len(data)) != o.Size || o.Rows != 1 {
			t.Errorf("%s has %d bytes, and the manifest says %d and %d rows", o.Key, len(data), o.Size, o.Rows)
		}
		if got := readBack(t, h.storage, o.Key, "name"); !slices.Equal(got, []string{name}) {
			t.Errorf("object %d holds %v", i, got)
		}
	}
	if m.Objects[1].Key == elsewhere.Key || m.Objects[2].Key == noIDs.Key {
		t.Error("objects were not copied")
	}
	if !bytes.Equal(get(t, h.storage, elsewhere.Key), get(t, h.storage, m.Objects[1].Key)) {
		t.Error("an object with the right field ids was not copied byte for byte")
	}
	h.refused(t, catalog.ErrBadObject, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(own), ContentHash: "sha256:x"}, "holds it already")
	h.refused(t, catalog.ErrDatasetChanged, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(elsewhere), ContentHash: "sha256:y", DatasetID: catalog.NewID()}, id)
	h.refused(t, wire.ErrBadRequest, catalog.Registration{Name: "others", Objects: objects(elsewhere), DatasetID: id}, "another dataset")
}

// TestRepresentations: values that Iceberg writes otherwise are converted
// without loss, and refused where that cannot be.
func TestRepresentations(t *testing.T) {
	h := open(t)
	ts := func(unit arrow.TimeUnit, zone string) arrow.DataType {
		return &arrow.TimestampType{Unit: unit, TimeZone: zone}
	}
	for name, c := range map[string]struct {
		typ        arrow.DataType
		value      string
		text, read string
	}{
		"i8":   {arrow.PrimitiveTypes.Int8, `-7`, "int", "-7"},
		"u32":  {arrow.PrimitiveTypes.Uint32, `4000000000`, "long", "4000000000"},
		"ms":   {ts(arrow.Millisecond, ""), `"2026-01-02 03:04:05.678"`, "timestamp", "2026-01-02T03:04:05.678"},
		"ns":   {ts(arrow.Nanosecond, "UTC"), `"2026-01-02T03:04:05.678901Z"`, "timestamptz", "2026-01-02T03:04:05.678901Z"},
		"time": {arrow.FixedWidthTypes.Time32ms, `"03:04:05.678"`, "time", "03:04:05.678000"},
		"dec":  {&arrow.Decimal128Type{Precision: 9, Scale: 2}, `"12.50"`, "decimal(9,2)", "12.5"},
		"list": {arrow.ListOf(arrow.PrimitiveTypes.Int16), `[1,null,3]`, "list<int>", "[1,null,3]"},
		"map":  {arrow.MapOf(arrowText, ts(arrow.Millisecond, "")), `[{"key":"a","value":"2026-01-02 03:04:05"}]`, "map<string,timestamp>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			ref := put(t, h.storage, "in/"+name, parquetOf(t, `[{"v":`+c.value+`},{"v":null}]`, field("v", c.typ, 0)))
			answer := h.register(t, catalog.Registration{Name: "as_" + name, Objects: objects(ref)})
			if answer.Columns[0].Type != c.text {
				t.Errorf("%s became %s, not %s", c.typ, answer.Columns[0].Type, c.text)
			}
			got := readBack(t, h.storage, h.manifest(t, "as_"+name, 0).Objects[0].Key, "v")
			if len(got) != 2 || got[1] != "(null)" || c.read != "" && got[0] != c.read {
				t.Errorf("the values are %q, not %q", got, c.read)
			}
		})
	}
	for name, c := range map[string]struct {
		typ   arrow.DataType
		value string
		kind  *wire.Kind
	}{
		"u64":       {arrow.PrimitiveTypes.Uint64, `1`, catalog.ErrBadSchema},
		"half":      {arrow.FixedWidthTypes.Float16, `1`, catalog.ErrBadSchema},
		"too_exact": {ts(arrow.Nanosecond, ""), `"2026-01-02 03:04:05.678901234"`, catalog.ErrBadObject},
	} {
		t.Run(name, func(t *testing.T) {
			ref := put(t, h.storage, "in/"+name, parquetOf(t, `[{"v":`+c.value+`}]`, field("v", c.typ, 0)))
			h.refused(t, c.kind, catalog.Registration{Name: "as_" + name, Objects: objects(ref)}, `"v"`)
		})
	}
}

// TestBadObjects: what is no Parquet file, or lies about itself, is a 422 and
// leaves nothing behind.
func TestBadObjects(t *testing.T) {
	h := open(t)
	good := people(t, "Ada", 36, false)
	length := int(binary.LittleEndian.Uint32(good[len(good)-8:]))
	damaged := func(change func([]byte) []byte) []byte { return change(slices.Clone(good)) }
	for what, data := range map[string][]byte{
		"empty":             {},
		"short":             []byte("PAR1"),
		"text":              []byte(strings.Repeat("no parquet here\n", 20)),
		"cut off":           good[:len(good)-5],
		"cut in the middle": append(slices.Clone(good[:20]), good[40:]...),
		"a long footer":     damaged(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[len(b)-8:], 1<<31); return b }),
		"a footer of zeros": damaged(func(b []byte) []byte { clear(b[len(b)-8-length : len(b)-8]); return b }),
		"a shifted footer":  damaged(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[len(b)-8:], uint32(length-3)); return b }),
		"a huge list":       hugeList(),
		"damaged pages":     damaged(func(b []byte) []byte { clear(b[4:60]); return b }),
	} {
		t.Run(what, func(t *testing.T) {
			ref := put(t, h.storage, "in/bad", data)
			h.refused(t, catalog.ErrBadObject, catalog.Registration{Name: "bad", Objects: objects(ref)}, "in/bad")
		})
	}
	h.refused(t, catalog.ErrBadObject, catalog.Registration{Name: "bad", Objects: objects(catalog.ObjectRef{Key: "in/nowhere"})}, "in/nowhere", "no such object")
	h.refused(t, storage.ErrBadKey, catalog.Registration{Name: "bad", Objects: objects(catalog.ObjectRef{Key: "../etc/passwd"})})
	if left := keys(t, h.storage, "datasets/"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	page, err := h.List(t.Context(), "", 0)
	if err != nil || len(page.Datasets) > 0 {
		t.Errorf("the listing is %+v, %v", page, err)
	}
}

// hugeList is a file whose footer claims a list of ninety million columns.
func hugeList() []byte {
	footer := binary.AppendUvarint([]byte{0x15, 0x02, 0x19, 0xfc}, 90<<20)
	footer = append(footer, make([]byte, 50)...)
	file := append([]byte("PAR1"), footer...)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(footer))), "PAR1"...)
}

func TestObjectsOfOneRegistrationAgree(t *testing.T) {
	h := open(t)
	a := put(t, h.storage, "in/a", people(t, "Ada", 36, false))
	nulls := put(t, h.storage, "in/n", parquetOf(t, `[{"age":null,"name":"Nil"}]`, field("age", arrowText, 0), field("name", arrowText, 0)))
	texts := put(t, h.storage, "in/t", parquetOf(t, `[{"age":"old","name":"Tim"}]`, field("age", arrowText, 0), field("name", arrowText, 0)))
	less := put(t, h.storage, "in/l", parquetOf(t, `[{"name":"Les"}]`, field("name", arrowText, 0)))
	answer := h.register(t, catalog.Registration{Name: "people", Objects: objects(nulls, a)})
	if got := columnsOf(answer.Columns); got != "1 age long, 2 name string" || answer.Rows != 2 {
		t.Errorf("the columns are %s in %d rows", got, answer.Rows)
	}
	h.refused(t, catalog.ErrBadObject, catalog.Registration{Name: "others", Objects: objects(a, texts)}, "in/t", "age")
	h.refused(t, catalog.ErrBadObject, catalog.Registration{Name: "others", Objects: objects(a, less)}, "in/l")
	h.refused(t, catalog.ErrBadObject, catalog.Registration{Name: "others", Objects: objects(less, a)}, "in/a")
	h.refused(t, catalog.ErrBadObject, catalog.Registration{Name: "others", Objects: objects(a, a)}, "twice")
}
