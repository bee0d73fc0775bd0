package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"runtime"
	"testing"
)

// allocated gives what a function allocates, in bytes, freed again or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Whatever an object claims, with checksums that hold, room is made for none of it
// before it is found possible.
func TestClaimsTakeNoMemory(t *testing.T) {
	const most = bufferBytes + 16<<10
	begin, chain := appendOpening(nil, Version)
	claims := map[string][]byte{
		"2^60 records": forged(block{kindEnd, binary.LittleEndian.AppendUint64(nil, 1<<60)}),
		"dimensions": forge(begin, chain, block{kindHeader,
			binary.LittleEndian.AppendUint32(header(1, 1).append(nil)[:16], math.MaxUint32)}),
		"sequence numbers": write(t, header(1, math.MaxUint64)),
		"an id":            forged(block{kindSetMetadata, []byte{0xff, 0xff, 'a'}}),
	}
	for kind := range uint32(kindEnd + 2) {
		object, chain := appendOpening(nil, Version)
		if kind != kindHeader {
			object = forged()
			chain = binary.LittleEndian.Uint32(object[opening+12:])
		}
		object, _ = appendHead(object, head{kind, math.MaxUint32, 0}, chain)
		claims[fmt.Sprintf("4 GB in a block of kind %d", kind)] = object
	}
	for what, object := range claims {
		took := allocated(func() {
			if _, _, err := read(bytes.NewReader(object), index()); fault(err) == Cut {
				t.Errorf("%s: the claim was believed: %v", what, err)
			}
		})
		if took > most {
			t.Errorf("%s: %d bytes were allocated for %d", what, took, len(object))
		}
	}
}

// stream is an object of so many puts that is written while it is read.
func stream(of Index, first uint64, puts, ids int) Source {
	return func() (io.ReadCloser, error) {
		out, in := io.Pipe()
		go func() {
			w, err := NewWriter(in, Header{of, first, first})
			vector, metadata := make([]float32, of.Dimension), []byte(`{"a":1}`)
			for i := range puts {
				if err == nil {
					err = w.Put(fmt.Sprintf("an-id-of-20-b-%06d", i%ids), vector, metadata)
				}
			}
			if err == nil {
				err = w.Close()
			}
			in.CloseWithError(err)
		}()
		return out, nil
	}
}

func TestMemoryDoesNotGrowWithAnObject(t *testing.T) {
	const puts, most = 250, 2 << 20
	of := Index{"i", 16 << 10}
	took := allocated(func() {
		in, _ := stream(of, 1, puts, puts)()
		r, err := NewReader(in, of)
		n := 0
		for err == nil {
			if _, err = r.Next(); err == nil {
				n++
			}
		}
		if err != io.EOF || n != puts {
			t.Errorf("%d records: %v", n, err)
		}
	})
	if took > most {
		t.Errorf("16 MB were written and read with %d bytes", took)
	}
	took = allocated(func() {
		err := Merge{Of: of, Sources: []Source{stream(of, 1, puts/2, 10), stream(of, 2, puts/2, 20)}}.Write(t.Context(), io.Discard)
		if err != nil {
			t.Error(err)
		}
	})
	if took > 2*most {
		t.Errorf("16 MB were merged with %d bytes", took)
	}
}

// What Merge says of its memory is so.
func TestMemoryOfAnID(t *testing.T) {
	const ids, most = 50_000, 100 + 20
	p := plan{merge: Merge{Of: Index{"i", 1}}, fates: map[string]fate{}}
	p.merge.Sources = []Source{stream(p.merge.Of, 1, ids, ids)}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := p.read(t.Context(), 0, p.plan); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := int64(after.HeapAlloc-before.HeapAlloc) / int64(len(p.fates))
	t.Logf("%d bytes for each id of 20", each)
	if each > most || len(p.fates) != ids {
		t.Errorf("%d bytes for each of %d ids; %d are promised", each, len(p.fates), most)
	}
}
