package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

func index() Index { return Index{ID: "0198c0de-journal", Dimension: 3} }

func header(first, last uint64) Header { return Header{Index: index(), First: first, Last: last} }

func put(id, metadata string, vector ...float32) Record {
	return Record{Kind: Put, ID: id, Vector: vector, Metadata: orNil([]byte(metadata))}
}

func set(id, metadata string) Record {
	return Record{Kind: SetMetadata, ID: id, Metadata: orNil([]byte(metadata))}
}

func drop(ids ...string) Record { return Record{Kind: Delete, IDs: ids} }

// few is a record of every kind, with what is easily lost.
func few() []Record {
	return []Record{
		put("a", `{"city":"Zürich"}`, 1, -2.5, float32(math.Copysign(0, -1))),
		put("b", "", math.MaxFloat32, math.SmallestNonzeroFloat32, 0),
		set("a", `{"city":"Chur","n":9007199254740993}`),
		drop("b", "c", "ü"),
		put("b\x00", "{}", 4, 5, 6),
		set("b\x00", ""),
	}
}

// write gives the object of some records.
func write(t testing.TB, h Header, records ...Record) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, h)
	for _, r := range records {
		if err == nil {
			err = add(w, r)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func add(w *Writer, r Record) error {
	switch r.Kind {
	case Put:
		return w.Put(r.ID, r.Vector, r.Metadata)
	case SetMetadata:
		return w.SetMetadata(r.ID, r.Metadata)
	}
	return w.Delete(r.IDs)
}

// read gives what can be read, and the error; nil where it was all.
func read(in io.Reader, of Index) (h Header, records []Record, err error) {
	r, err := NewReader(in, of)
	if err != nil {
		return h, nil, err
	}
	for {
		record, err := r.Next()
		if err == io.EOF {
			return r.Header(), records, nil
		}
		if err != nil {
			return r.Header(), records, err
		}
		record.Vector, record.Metadata = append([]float32(nil), record.Vector...), append([]byte(nil), record.Metadata...)
		records = append(records, record)
	}
}

// fault gives what is wrong with an object by its error.
func fault(err error) Fault {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Fault
	}
	return ""
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for name, records := range map[string][]Record{"records of every kind": few(), "none": nil} {
		b := write(t, header(3, 9), records...)
		for how, in := range map[string]io.Reader{
			"at once": bytes.NewReader(b), "byte by byte": iotest.OneByteReader(bytes.NewReader(b)),
			"its end with the last bytes": iotest.DataErrReader(bytes.NewReader(b)),
		} {
			h, got, err := read(in, index())
			if err != nil || h != header(3, 9) || !reflect.DeepEqual(got, records) {
				t.Errorf("%s, %s: %v, %v, %v", name, how, h, got, err)
			}
		}
	}
}

func TestBitsOfNumbersAreKept(t *testing.T) {
	odd := []float32{math.Float32frombits(0x7fc00001), float32(math.Inf(-1)), math.Float32frombits(1)}
	_, got, err := read(bytes.NewReader(write(t, header(1, 1), put("a", "", odd...))), index())
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range odd {
		if math.Float32bits(got[0].Vector[i]) != math.Float32bits(x) {
			t.Errorf("number %d: %x, written as %x", i, math.Float32bits(got[0].Vector[i]), math.Float32bits(x))
		}
	}
}

func TestTheLargestIsTakenAndNothingLarger(t *testing.T) {
	of := Index{ID: strings.Repeat("i", MaxIndexID), Dimension: MaxDimension}
	id, long, vector := strings.Repeat("x", MaxID), bytes.Repeat([]byte("m"), MaxMetadata), make([]float32, MaxDimension)
	var many []string
	for i := range 70_000 {
		many = append(many, fmt.Sprintf("id-%d", i))
	}
	var b bytes.Buffer
	w, err := NewWriter(&b, Header{of, 1, math.MaxUint64})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{w.Put(id, vector, long), w.SetMetadata(id, long), w.Delete(many), w.Delete(nil)} {
		if err != nil {
			t.Error(err)
		}
	}
	for what, err := range map[string]error{
		"a longer id": w.Put(id+"x", vector, nil), "no id": w.SetMetadata("", nil), "longer metadata": w.SetMetadata("a", append(long, 'm')),
		"a shorter vector": w.Put("a", vector[1:], nil), "a longer id to delete": w.Delete([]string{"a", id + "x"}),
	} {
		if err == nil {
			t.Errorf("%s was written", what)
		}
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	if err := w.SetMetadata("a", nil); err == nil {
		t.Error("a record was written behind the end")
	}
	_, got, err := read(&b, of)
	if err != nil || got[0].ID != id || len(got[0].Vector) != MaxDimension || !bytes.Equal(got[1].Metadata, long) {
		t.Fatalf("the largest came back otherwise: %v", err)
	}
	var ids []string
	for _, r := range got[2:] {
		ids = append(ids, r.IDs...)
	}
	if !reflect.DeepEqual(ids, many) {
		t.Errorf("%d ids were deleted, and %d read", len(many), len(ids))
	}
}

func TestHeadersThatCannotBeAreNotWritten(t *testing.T) {
	for what, h := range map[string]Header{
		"no index": {Index{"", 3}, 1, 1}, "a long index id": {Index{strings.Repeat("i", MaxIndexID+1), 3}, 1, 1},
		"no dimension": {Index{"i", 0}, 1, 1}, "many dimensions": {Index{"i", MaxDimension + 1}, 1, 1},
		"number 0": {index(), 0, 1}, "numbers that go down": {index(), 2, 1},
	} {
		if _, err := NewWriter(io.Discard, h); err == nil {
			t.Errorf("%s was written", what)
		}
	}
}

func TestWhatAnIndexTakesFits(t *testing.T) {
	if engine.MaxID > MaxID || metadata.MaxBytes > MaxMetadata || hnsw.MaxDimension > MaxDimension {
		t.Error("an index takes items that cannot be written")
	}
}

// A connection that breaks is not an object that was cut, whatever its error is.
func TestABrokenReadIsNoCutObject(t *testing.T) {
	b := write(t, header(1, 1), few()...)
	for _, broken := range []error{io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		for n := range len(b) + 1 {
			_, records, err := read(io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(broken)), index())
			if fault(err) != "" || !errors.Is(err, broken) {
				t.Fatalf("%v after %d bytes: %d records, %v", broken, n, len(records), err)
			}
		}
	}
}

// full takes so many bytes, fails once, and takes the rest.
type full int

func (f *full) Write(p []byte) (int, error) {
	n := len(p)
	if *f > 0 && n >= int(*f) {
		n = int(*f)
		*f = 0
		return n, io.ErrShortWrite
	}
	*f = max(*f-full(n), 0)
	return n, nil
}

// Otherwise the object would have a hole, and an end.
func TestAWriterThatFailedStaysFailed(t *testing.T) {
	for _, room := range []int{1, 10, 100_000, 200_000} {
		out := full(room)
		w, err := NewWriter(&out, header(1, 1))
		for range 50 {
			if err == nil {
				err = w.SetMetadata("a", make([]byte, 5000))
			}
		}
		if err == nil {
			err = w.Close()
		}
		for _, again := range []error{err, w.Delete([]string{"a"}), w.Put("a", make([]float32, 3), nil), w.Close()} {
			if !errors.Is(again, io.ErrShortWrite) {
				t.Errorf("room for %d bytes: %v, then %v", room, err, again)
			}
		}
	}
}
