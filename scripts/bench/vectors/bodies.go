package main

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// format is one of the two that vectord reads and writes.
type format struct {
	name, media string
	// add writes items, whose ids are numbers from first on; search writes queries for
	// many at once, and the path that they go to.
	add    func(first int, list [][]float32) ([]byte, error)
	search func(list [][]float32, ef int) (path string, body []byte, err error)
	found  func(answer []byte) ([][]int, error)
}

// formats are both.
func formats() []format {
	return []format{
		{"Arrow", "application/vnd.apache.arrow.stream", arrowAdd, arrowSearch, arrowFound},
		{"JSON", "application/json", jsonAdd, jsonSearch, jsonFound},
	}
}

func jsonAdd(first int, list [][]float32) ([]byte, error) {
	var add vector.Add
	for i, v := range list {
		add.Items = append(add.Items, vector.Item{ID: strconv.Itoa(first + i), Vector: v})
	}
	return json.Marshal(add)
}

func jsonSearch(list [][]float32, ef int) (string, []byte, error) {
	want := vector.Search{K: new(k), Ef: &ef}
	for _, v := range list {
		want.Vectors = append(want.Vectors, v)
	}
	body, err := json.Marshal(want)
	return "/search", body, err
}

func jsonFound(answer []byte) ([][]int, error) {
	var many vector.FoundMany
	err := json.Unmarshal(answer, &many)
	lists := make([][]int, len(many.Batches))
	for i, batch := range many.Batches {
		lists[i] = idsOf(batch.Results)
	}
	return lists, err
}

// idsOf gives the numbers that ids are.
func idsOf(results []vector.Result) []int {
	list := make([]int, len(results))
	for i, r := range results {
		list[i], _ = strconv.Atoi(r.ID) // it was written by Itoa
	}
	return list
}

func arrowAdd(first int, list [][]float32) ([]byte, error) {
	rows := arrowRows(list, arrow.Field{Name: "id", Type: arrow.BinaryTypes.String})
	defer rows.Release()
	for i := range list {
		rows.Field(1).(*array.StringBuilder).Append(strconv.Itoa(first + i))
	}
	return arrowStream(rows)
}

func arrowSearch(list [][]float32, ef int) (string, []byte, error) {
	rows := arrowRows(list)
	defer rows.Release()
	body, err := arrowStream(rows)
	return "/search?k=" + strconv.Itoa(k) + "&ef=" + strconv.Itoa(ef), body, err
}

// arrowRows begins a batch whose first column is the vectors.
func arrowRows(list [][]float32, more ...arrow.Field) *array.RecordBuilder {
	vectors := arrow.Field{Name: "vector", Type: arrow.FixedSizeListOf(int32(len(list[0])), arrow.PrimitiveTypes.Float32)}
	rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(append([]arrow.Field{vectors}, more...), nil))
	column := rows.Field(0).(*array.FixedSizeListBuilder)
	for _, v := range list {
		column.Append(true)
		column.ValueBuilder().(*array.Float32Builder).AppendValues(v, nil)
	}
	return rows
}

func arrowStream(rows *array.RecordBuilder) ([]byte, error) {
	batch := rows.NewRecordBatch()
	defer batch.Release()
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(rows.Schema()))
	if err := w.Write(batch); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

func arrowFound(answer []byte) (lists [][]int, err error) {
	reader, err := ipc.NewReader(bytes.NewReader(answer))
	if err != nil {
		return nil, err
	}
	defer reader.Release()
	for reader.Next() {
		batch := reader.RecordBatch()
		queries, ids := batch.Column(0).(*array.Int32), batch.Column(1).(*array.String)
		for i := range int(batch.NumRows()) {
			for len(lists) <= int(queries.Value(i)) {
				lists = append(lists, nil)
			}
			id, _ := strconv.Atoi(ids.Value(i)) // it was written by Itoa
			lists[len(lists)-1] = append(lists[len(lists)-1], id)
		}
	}
	return lists, reader.Err()
}
