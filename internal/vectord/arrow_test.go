package vectord_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

const mediaArrow = "application/vnd.apache.arrow.stream"

// arrowOf writes items as a stream of Arrow, with n and even as columns of their own; of
// a search, vectors alone.
func arrowOf(t testing.TB, items []vector.Item, search bool, how ...ipc.Option) []byte {
	t.Helper()
	fields := []arrow.Field{{Name: "vector", Type: arrow.FixedSizeListOf(int32(len(items[0].Vector)), arrow.PrimitiveTypes.Float32)}}
	if !search {
		fields = append(fields, arrow.Field{Name: "id", Type: arrow.BinaryTypes.String}, arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64}, arrow.Field{Name: "even", Type: arrow.FixedWidthTypes.Boolean})
	}
	rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	for _, item := range items {
		list := rows.Field(0).(*array.FixedSizeListBuilder)
		list.Append(true)
		list.ValueBuilder().(*array.Float32Builder).AppendValues(item.Vector, nil)
		if search {
			continue
		}
		var meta struct {
			N    int64
			Even bool
		}
		if err := json.Unmarshal(item.Metadata, &meta); err != nil {
			t.Fatal(err)
		}
		rows.Field(1).(*array.StringBuilder).Append(item.ID)
		rows.Field(2).(*array.Int64Builder).Append(meta.N)
		rows.Field(3).(*array.BooleanBuilder).Append(meta.Even)
	}
	return stream(t, rows, how...)
}

func stream(t testing.TB, rows *array.RecordBuilder, how ...ipc.Option) []byte {
	t.Helper()
	var out bytes.Buffer
	w := ipc.NewWriter(&out, append(how, ipc.WithSchema(rows.Schema()))...)
	batch := rows.NewRecordBatch()
	if err := w.Write(batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sendArrow sends a stream and gives the status and the body of the answer.
func (d *daemon) sendArrow(path string, body []byte, accept string) (int, []byte) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.Base+path, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", mediaArrow)
	req.Header.Set("Accept", accept)
	resp, err := d.HTTP.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if resp.ContentLength != int64(len(answer)) { // one that does not say it is handed on by the gateway in pieces
		d.t.Errorf("%s: an answer of %d bytes says that it has %d", path, len(answer), resp.ContentLength)
	}
	return resp.StatusCode, answer
}

// Items that come as Arrow are those that come as JSON, and so are answers.
func TestArrowSaysWhatJSONSays(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	list := items(0, 500, 16)
	for _, name := range []string{"json", "arrow"} {
		d.mustCreate(name, vector.Shape{Dimension: 16})
	}
	d.mustAdd("json", list...)
	if status, answer := d.sendArrow("/vectors/index/arrow/add", arrowOf(t, list, false, ipc.WithZstd()), ""); status != 200 || !strings.Contains(string(answer), `"added":500`) {
		t.Fatalf("%d %s", status, answer)
	}
	var want vector.FoundMany
	err := d.JSON(t.Context(), http.MethodPost, "/vectors/index/json/search", nil, vector.Search{Vectors: vectorsOf(list[:20]), K: new(3), Exact: true, Filter: vector.Filter(`{"even":true}`)}, &want)
	if err != nil {
		t.Fatal(err)
	}
	status, answer := d.sendArrow("/vectors/index/arrow/search?k=3&exact=true&filter=%7B%22even%22:true%7D", arrowOf(t, list[:20], true, ipc.WithZstd()), mediaArrow)
	if status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	reader, err := ipc.NewReader(bytes.NewReader(answer))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	rows := 0
	for reader.Next() {
		b := reader.RecordBatch()
		for i := range int(b.NumRows()) {
			query := b.Column(0).(*array.Int32).Value(i)
			w := want.Batches[query].Results[rows%3]
			var meta, wantMeta map[string]any
			if json.Unmarshal([]byte(b.Column(4).(*array.String).Value(i)), &meta) != nil || json.Unmarshal(w.Metadata, &wantMeta) != nil || meta["n"] != wantMeta["n"] {
				t.Errorf("row %d: metadata %v, want %v", rows, meta, wantMeta)
			}
			if id := b.Column(1).(*array.String).Value(i); id != w.ID || math.Abs(float64(b.Column(3).(*array.Float32).Value(i)-*w.Distance)) > 1e-6 {
				t.Errorf("row %d: %s, want %s", rows, id, w.ID)
			}
			rows++
		}
	}
	if reader.Err() != nil || rows != 60 {
		t.Errorf("%d rows, %v", rows, reader.Err())
	}
}

func vectorsOf(items []vector.Item) []vector.Vector {
	var list []vector.Vector
	for _, item := range items {
		list = append(list, item.Vector)
	}
	return list
}

// Bytes that are no Arrow, or lie about their lengths, are refused; the daemon lives.
func TestBytesThatAreNoArrow(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 16})
	whole := arrowOf(t, items(0, 50, 16), false, ipc.WithZstd())
	for at := 0; at < len(whole); at += 41 {
		for _, b := range []byte{0xff, 0x7f, 0x00} {
			bad := bytes.Clone(whole)
			copy(bad[at:min(at+4, len(bad))], []byte{b, b, b, b})
			if status, answer := d.sendArrow("/vectors/index/x/add", bad, ""); status != 200 && status != 400 && status != 413 {
				t.Fatalf("byte %d: %d %s", at, status, answer)
			}
		}
	}
	for _, bad := range [][]byte{nil, whole[:len(whole)/2], []byte(`{"items":[]}`)} {
		if status, answer := d.sendArrow("/vectors/index/x/add", bad, ""); status != 400 {
			t.Errorf("%d %s", status, answer)
		}
	}
	for says, field := range map[string]arrow.Field{
		"cast(pyarrow.string())":                    {Name: "id", Type: arrow.PrimitiveTypes.Int64},
		"pyarrow.list_(pyarrow.float32())":          {Name: "vector", Type: arrow.ListOf(arrow.PrimitiveTypes.Float64)},
		`column \"m\"`:                              {Name: "m", Type: arrow.MapOf(arrow.BinaryTypes.String, arrow.BinaryTypes.String)},
		"is encoded by a dictionary; send it plain": {Name: "m", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}},
	} {
		rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{field}, nil))
		rows.Field(0).AppendEmptyValue()
		if status, answer := d.sendArrow("/vectors/index/x/add", stream(t, rows), ""); status != 400 || !strings.Contains(string(answer), says) {
			t.Errorf("%d %s, want %q", status, answer, says)
		}
	}
	file := append([]byte("ARROW1\x00\x00"), whole...)
	if status, answer := d.sendArrow("/vectors/index/x/add", file, ""); status != 400 || !strings.Contains(string(answer), "pyarrow.ipc.new_stream") {
		t.Errorf("%d %s", status, answer)
	}
}

// Items that come as Arrow have their vectors made of texts where the column has none, or is
// not there.
func TestTextsAsArrow(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"plain","dimension":16}`)
	fields := []arrow.Field{{Name: "id", Type: arrow.BinaryTypes.String}, {Name: "text", Type: arrow.BinaryTypes.String},
		{Name: "vector", Type: arrow.ListOf(arrow.PrimitiveTypes.Float32), Nullable: true}}
	for n := 2; n <= 3; n++ {
		rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields[:n], nil))
		rows.Field(0).(*array.StringBuilder).Append("a")
		rows.Field(1).(*array.StringBuilder).Append("registered nurse")
		if n == 3 {
			rows.Field(2).AppendNull()
		}
		batch := stream(t, rows)
		if status, answer := d.sendArrow("/vectors/index/x/add", batch, ""); status != 200 {
			t.Errorf("%d columns: %d %s", n, status, answer)
		}
		if status, answer := d.sendArrow("/vectors/index/plain/add", batch, ""); status != 400 || !strings.Contains(string(answer), "the index has no model") {
			t.Errorf("%d columns: %d %s", n, status, answer)
		}
	}
	if got, err := d.Item(t.Context(), "x", "a"); err != nil || !slices.Equal(got.Vector, ofWords("registered nurse", 16)) {
		t.Errorf("%v %v", got, err)
	}
}
