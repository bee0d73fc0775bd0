package journal

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"io"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

const (
	benchDimension = 768
	benchItems     = 2000
)

// format is one of those that are compared.
type format struct {
	name  string
	write func(io.Writer, []Record) error
	read  func(io.Reader) (int, error)
}

func formats() []format {
	return []format{
		{"journal", writeJournal, readJournal},
		{"gob", writeGob, readGob},
		{"arrow", writeArrow, readArrow},
	}
}

func benchRecords() (records []Record, size int64) {
	for i := range benchItems {
		vector := make([]float32, benchDimension)
		for j := range vector {
			vector[j] = float32((i*31+j*17)%1000)/500 - 1
		}
		r := put(fmt.Sprintf("document-%08d", i), fmt.Sprintf(`{"title":"the document of number %d","year":%d,"tags":["one","two"]}`, i, 1990+i%30), vector...)
		size += int64(len(r.ID) + len(r.Metadata) + 4*len(vector))
		records = append(records, r)
	}
	return records, size
}

func BenchmarkWrite(b *testing.B) {
	records, size := benchRecords()
	for _, f := range formats() {
		b.Run(f.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := f.write(&out, records); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	records, size := benchRecords()
	for _, f := range formats() {
		b.Run(f.name, func(b *testing.B) {
			var out bytes.Buffer
			if err := f.write(&out, records); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if n, err := f.read(bytes.NewReader(out.Bytes())); n != benchItems || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

// BenchmarkMerge is of eight objects, of which half is replaced.
func BenchmarkMerge(b *testing.B) {
	records, size := benchRecords()
	var objects [][]byte
	for i := range uint64(8) {
		objects = append(objects, write(b, Header{Index{"i", benchDimension}, i + 1, i + 1}, records[i%4*benchItems/4:(i%4+1)*benchItems/4]...))
	}
	b.SetBytes(2 * size)
	b.ReportAllocs()
	for b.Loop() {
		err := Merge{Of: Index{"i", benchDimension}, Sources: sources(objects...)}.Write(b.Context(), io.Discard)
		if err != nil {
			b.Fatal(err)
		}
	}
}

func writeJournal(out io.Writer, records []Record) error {
	w, err := NewWriter(out, Header{Index{"i", benchDimension}, 1, 1})
	for _, r := range records {
		if err == nil {
			err = w.Put(r.ID, r.Vector, r.Metadata)
		}
	}
	if err != nil {
		return err
	}
	return w.Close()
}

func readJournal(in io.Reader) (n int, err error) {
	r, err := NewReader(in, Index{"i", benchDimension})
	for err == nil {
		if _, err = r.Next(); err == nil {
			n++
		}
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// gobItem has no more than the fields that are written.
type gobItem struct {
	ID       string
	Vector   []float32
	Metadata []byte
}

func writeGob(out io.Writer, records []Record) error {
	e := gob.NewEncoder(out)
	for _, r := range records {
		if err := e.Encode(gobItem{r.ID, r.Vector, r.Metadata}); err != nil {
			return err
		}
	}
	return nil
}

func readGob(in io.Reader) (n int, err error) {
	d := gob.NewDecoder(in)
	var item gobItem
	for {
		item.ID, item.Vector, item.Metadata = "", item.Vector[:0], item.Metadata[:0]
		if err := d.Decode(&item); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
		n++
	}
}

func benchSchema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.BinaryTypes.String},
		{Name: "vector", Type: arrow.FixedSizeListOf(benchDimension, arrow.PrimitiveTypes.Float32)},
		{Name: "metadata", Type: arrow.BinaryTypes.Binary},
	}, nil)
}

func writeArrow(out io.Writer, records []Record) error {
	b := array.NewRecordBuilder(memory.DefaultAllocator, benchSchema())
	defer b.Release()
	lists := b.Field(1).(*array.FixedSizeListBuilder)
	for _, r := range records {
		b.Field(0).(*array.StringBuilder).Append(r.ID)
		lists.Append(true)
		lists.ValueBuilder().(*array.Float32Builder).AppendValues(r.Vector, nil)
		b.Field(2).(*array.BinaryBuilder).Append(r.Metadata)
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	w := ipc.NewWriter(out, ipc.WithSchema(benchSchema()))
	if err := w.Write(batch); err != nil {
		return err
	}
	return w.Close()
}

func readArrow(in io.Reader) (n int, err error) {
	r, err := ipc.NewReader(in)
	if err != nil {
		return 0, err
	}
	defer r.Release()
	vector := make([]float32, benchDimension)
	for r.Next() {
		batch := r.RecordBatch()
		values := batch.Column(1).(*array.FixedSizeList).ListValues().(*array.Float32).Float32Values()
		for i := range int(batch.NumRows()) {
			copy(vector, values[i*benchDimension:])
			if batch.Column(0).(*array.String).Value(i) != "" && batch.Column(2).(*array.Binary).Value(i) != nil {
				n++
			}
		}
	}
	return n, r.Err()
}
