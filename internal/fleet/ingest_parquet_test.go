package fleet_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// parquetOf writes rows, given as a JSON array, as a Parquet file.
func parquetOf(t *testing.T, rows string, fields ...arrow.Field) string {
	t.Helper()
	schema := arrow.NewSchema(fields, nil)
	record, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	defer record.Release()
	var b bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &b, parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd)), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(record); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func column(name string, t arrow.DataType) arrow.Field {
	return arrow.Field{Name: name, Type: t, Nullable: true}
}

// Each type of a Parquet file becomes the one of Iceberg's that holds it, and its
// values come back.
func TestParquetComesBack(t *testing.T) {
	l := startLake(t)
	file := parquetOf(t, `[
		{"id":1,"small":-5,"u32":4294967295,"u64":18446744073709551615,"rate":"12.50","f":1.5,"when":"2026-01-31","at":"2026-01-31 08:30:00.123456","ns":"2026-01-31 08:30:00.123456","utc":"2026-01-31T08:30:00Z","ms":"2026-01-31 08:30:00.5","zip":"01234","ok":true,"bytes":"AAEC","tags":["a",null],"place":{"city":"Nîmes","n":7}},
		{"id":2,"tags":[],"place":{"city":null,"n":null}},
		{"id":3}]`,
		column("id", arrow.PrimitiveTypes.Int64), column("small", arrow.PrimitiveTypes.Int8), column("u32", arrow.PrimitiveTypes.Uint32), column("u64", arrow.PrimitiveTypes.Uint64),
		column("rate", &arrow.Decimal128Type{Precision: 10, Scale: 2}), column("f", arrow.PrimitiveTypes.Float32), column("when", arrow.FixedWidthTypes.Date32),
		column("at", &arrow.TimestampType{Unit: arrow.Microsecond}), column("ns", &arrow.TimestampType{Unit: arrow.Nanosecond}), column("utc", &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}),
		column("ms", &arrow.TimestampType{Unit: arrow.Millisecond}), column("zip", arrow.BinaryTypes.String), column("ok", arrow.FixedWidthTypes.Boolean), column("bytes", arrow.BinaryTypes.Binary),
		column("tags", arrow.ListOf(arrow.BinaryTypes.String)), column("place", arrow.StructOf(column("city", arrow.BinaryTypes.String), column("n", arrow.PrimitiveTypes.Uint64))))
	for name, params := range map[string]string{"by_magic": "", "by_name": "&format=parquet", "packed": ""} {
		body := file
		if name == "packed" {
			body = gzipped(t, file)
		}
		doc := l.mustIngest("name="+name+params, body)
		want := "id long; small int; u32 long; u64 decimal(20,0); rate decimal(10,2); f float; when date; at timestamp; ns timestamp; utc timestamptz; ms timestamp; zip string; ok boolean; bytes binary; tags list<string>; place struct<city:string,n:decimal(20,0)>"
		if got := strings.Join(typesOf(doc), "; "); got != want || doc["rows"] != 3.0 {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		got := strings.Join(l.rows(`SELECT small, u32, u64, rate, f, "when", epoch_us("at"), epoch_us(ns), epoch_us(utc), epoch_us(ms), zip, ok, bytes, tags, place.city, place.n, place IS NULL FROM `+name+" ORDER BY id"), "\n")
		if want := strings.Join([]string{
			`-5|4294967295|"18446744073709551615"|"12.50"|1.5|"2026-01-31"|1769848200123456|1769848200123456|1769848200000000|1769848200500000|"01234"|true|"AAEC"|["a",null]|"Nîmes"|"7"|false`,
			`null|null|null|null|null|null|null|null|null|null|null|null|null|[]|null|null|false`,
			`null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|true`}, "\n"); got != want {
			t.Errorf("%s: rows\n%s\nwant\n%s", name, got, want)
		}
		if status, doc := l.ingest("name="+name+"&mode=append", body); status != http.StatusOK || doc["unchanged"] != true {
			t.Errorf("%s again: %d %v", name, status, doc)
		}
	}
}

// A dataset is the target of a Parquet file: what holds every value of the file's
// type is kept, anything else is drift.
func TestParquetAgainstADataset(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,rate,zip\n1,12.50,01234\n")
	l.mustIngest("name=t&mode=append", parquetOf(t, `[{"ZIP":5,"id":2,"rate":"1.5"}]`, column("ZIP", arrow.PrimitiveTypes.Int32), column("id", arrow.PrimitiveTypes.Int16), column("rate", &arrow.Decimal128Type{Precision: 5, Scale: 1})))
	if got := strings.Join(l.rows("SELECT id, rate, zip FROM t ORDER BY id"), " "); got != `1|"12.50"|"01234" 2|"1.50"|"5"` {
		t.Errorf("rows %s", got)
	}
	for what, c := range map[string]struct {
		params string
		fields []arrow.Field
		rows   string
		status int
		says   string
	}{
		"a narrower type": {"", []arrow.Field{column("id", arrow.PrimitiveTypes.Int64), column("rate", arrow.PrimitiveTypes.Float64), column("zip", arrow.BinaryTypes.String)}, `[{"id":1}]`, 409, "change:retyped"},
		"a column less":   {"", []arrow.Field{column("id", arrow.PrimitiveTypes.Int64), column("zip", arrow.BinaryTypes.String)}, `[{"id":1}]`, 409, "change:removed"},
		"a column more":   {"", []arrow.Field{column("id", arrow.PrimitiveTypes.Int64), column("rate", &arrow.Decimal128Type{Precision: 18, Scale: 2}), column("zip", arrow.BinaryTypes.String), column("x", arrow.BinaryTypes.String)}, `[{"id":1}]`, 409, "change:added"},
		"a given type":    {"&schema=replace&mode=replace&types=id:date", []arrow.Field{column("id", arrow.PrimitiveTypes.Int64)}, `[{"id":1}]`, 400, "long in the file"},
		"a given column":  {"&schema=replace&mode=replace&types=idd:string", []arrow.Field{column("id", arrow.PrimitiveTypes.Int64)}, `[{"id":1}]`, 400, `names the column "idd"`},
	} {
		if status, doc := l.ingest("name=t"+c.params, parquetOf(t, c.rows, c.fields...)); status != c.status || !strings.Contains(fmt.Sprint(doc), c.says) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
	doc := l.mustIngest("name=z&types=zip:string", parquetOf(t, `[{"zip":1234}]`, column("zip", arrow.PrimitiveTypes.Int32)))
	if typesOf(doc)[0] != "zip string" || l.rows("SELECT zip FROM z")[0] != `"1234"` {
		t.Errorf("a given type: %v", doc)
	}
}

// A footer that lies, a file that was cut and a page that is damaged are the
// file's, and told before anything is registered.
func TestDamagedParquet(t *testing.T) {
	l := startLake(t)
	var rows strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&rows, `,{"id":%d,"name":"name %d"}`, i, i*7919%20_011)
	}
	good := parquetOf(t, "["+rows.String()[1:]+"]", column("id", arrow.PrimitiveTypes.Int64), column("name", arrow.BinaryTypes.String))
	footer := int(binary.LittleEndian.Uint32([]byte(good[len(good)-8:])))
	body := len(good) - 8 - footer
	longer := []byte(good)
	binary.LittleEndian.PutUint32(longer[len(longer)-8:], 1<<30)
	page := []byte(good)
	for i := body / 2; i < body/2+64; i++ {
		page[i] ^= 0xa5
	}
	// One row less in the footer: 20,000 as a varint of Thrift, the second time it
	// comes, is the row group's.
	lying := bytes.Replace([]byte(good[body:]), zigzag(20_000), zigzag(19_999), 1)
	ns := column("at", &arrow.TimestampType{Unit: arrow.Nanosecond})
	for what, c := range map[string]struct{ body, says string }{
		"cut":                    {good[:len(good)/2], "cut off"},
		"cut in its trailer":     {good[:len(good)-1], "cut off"},
		"a footer too long":      {string(longer), "claims to be"},
		"a footer cut":           {good[:body] + good[body+10:], ""},
		"a lying count":          {good[:body] + string(lying), ""},
		"data that is not there": {good[:4] + good[body:], "outside of the file"},
		"a damaged page":         {string(page), "a page is damaged"},
		"a nanosecond":           {parquetOf(t, `[{"at":"2026-01-31 08:30:00.123456789"}]`, ns), "has no place in its column's type"},
		"a nested nanosecond":    {parquetOf(t, `[{"s":[]}]`, column("s", arrow.ListOf(ns.Type))), "microseconds"},
		"a UTC nanosecond":       {parquetOf(t, `[]`, column("s", &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"})), "microseconds"},
		"a time of nanoseconds":  {parquetOf(t, `[]`, column("s", arrow.FixedWidthTypes.Time64ns)), "TIME of nanoseconds"},
		"too many digits":        {parquetOf(t, `[]`, column("s", &arrow.Decimal256Type{Precision: 40, Scale: 2})), "decimal(38,s)"},
	} {
		status, doc := l.ingest("name=x", c.body)
		if status != http.StatusUnprocessableEntity || doc["code"] != "bad_file" || !strings.Contains(fmt.Sprint(doc["detail"]), c.says) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
	for says, fields := range map[string][]arrow.Field{"the name of another column": {column("a", arrow.BinaryTypes.String), column("A", arrow.BinaryTypes.String)}} {
		if status, doc := l.ingest("name=x", parquetOf(t, "[]", fields...)); status != 422 || doc["code"] != "bad_header" || !strings.Contains(fmt.Sprint(doc), says) {
			t.Errorf("%s: %d %v", says, status, doc)
		}
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
	l.mustIngest("name=x", good)
	if got := l.rows("SELECT count(*), count(DISTINCT id) FROM x"); got[0] != "20000|20000" {
		t.Errorf("rows %v", got)
	}
}

// zigzag is an integer as Thrift's compact protocol writes it.
func zigzag(n int64) []byte { return binary.AppendUvarint(nil, uint64(n)<<1) }
