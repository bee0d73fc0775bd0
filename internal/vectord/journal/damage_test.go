package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"reflect"
	"strings"
	"testing"
)

// ends gives where an object's opening and blocks end.
func ends(b []byte) []int {
	ends := []int{opening}
	for at := opening; at < len(b); {
		at += headBytes + int(binary.LittleEndian.Uint32(b[at+4:]))
		ends = append(ends, at)
	}
	return ends
}

// before gives how many records stand wholly before a byte.
func before(ends []int, at int) (n int) {
	for _, end := range ends[2:] {
		if end <= at {
			n++
		}
	}
	return min(n, len(ends)-3)
}

func TestACutIsKnownAtEveryByte(t *testing.T) {
	b := write(t, header(1, 1), few()...)
	ends := ends(b)
	for n := range len(b) {
		_, got, err := read(bytes.NewReader(b[:n]), index())
		whole := few()[:before(ends, n)]
		if fault(err) != Cut || len(got) != len(whole) || len(got) > 0 && !reflect.DeepEqual(got, whole) {
			t.Fatalf("cut after %d of %d bytes: %d records of %d, %v", n, len(b), len(got), len(whole), err)
		}
		if e, _ := errors.AsType[*Error](err); n >= opening && int(e.Offset) != ends[max(e.Block, 0)] || int(e.Offset) > n {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
}

func TestAFlippedBitIsKnownWhereverItIs(t *testing.T) {
	b := write(t, header(1, 1), few()...)
	ends := ends(b)
	for bit := range 8 * len(b) {
		b[bit/8] ^= 1 << (bit % 8)
		_, got, err := read(bytes.NewReader(b), index())
		b[bit/8] ^= 1 << (bit % 8)
		want, whole := Damaged, few()[:before(ends, bit/8)]
		if bit/8 < len(magic) {
			want = OtherFormat
		}
		if fault(err) != want || len(got) != len(whole) || len(got) > 0 && !reflect.DeepEqual(got, whole) {
			t.Fatalf("bit %d of byte %d: %d records of %d, %v", bit%8, bit/8, len(got), len(whole), err)
		}
	}
}

// Each block is whole in itself, and yet not where it belongs.
func TestBlocksAreKnownByTheirPlace(t *testing.T) {
	b, other := write(t, header(1, 1), few()...), write(t, header(2, 2), few()...)
	e := ends(b)
	block := func(i int) []byte { return b[e[i]:e[i+1]] }
	foreign := func(i int) []byte { return other[e[i]:e[i+1]] }
	last := len(e) - 2
	for what, blocks := range map[string]struct {
		bytes [][]byte
		good  int
	}{
		"two are swapped":        {[][]byte{b[:e[2]], block(3), block(2), b[e[4]:]}, 1},
		"one is lost":            {[][]byte{b[:e[2]], b[e[3]:]}, 1},
		"the last one is lost":   {[][]byte{b[:e[last-1]], b[e[last]:]}, last - 2},
		"one is there twice":     {[][]byte{b[:e[3]], b[e[2]:]}, 2},
		"one is of another":      {[][]byte{b[:e[2]], foreign(2), b[e[3]:]}, 1},
		"the rest is of another": {[][]byte{b[:e[2]], other[e[2]:]}, 1},
		"the end is of another":  {[][]byte{b[:e[last]], foreign(last)}, last - 1},
		"zeros follow":           {[][]byte{b[:e[3]], make([]byte, 4096)}, 2},
		"two ends":               {[][]byte{b, block(last)}, last - 1},
		"two objects":            {[][]byte{b, other}, last - 1},
		"a second header":        {[][]byte{b[:e[1]], b[e[0]:]}, 0},
	} {
		_, got, err := read(bytes.NewReader(bytes.Join(blocks.bytes, nil)), index())
		if fault(err) != Damaged || len(got) != blocks.good {
			t.Errorf("%s: %d records of %d, %v", what, len(got), blocks.good, err)
		}
	}
}

func TestOtherObjectsAreToldFromDamagedOnes(t *testing.T) {
	newer, chain := appendOpening(nil, Version+1)
	newer = forge(newer, chain, block{99, []byte("who knows")})
	for what, x := range map[string]struct {
		object []byte
		of     Index
		want   Fault
	}{
		"another index":     {write(t, header(1, 1)), Index{"another", 3}, OtherIndex},
		"another dimension": {write(t, header(1, 1)), Index{index().ID, 4}, OtherIndex},
		"a newer version":   {newer, index(), OtherVersion},
		"a Parquet file":    {[]byte("PAR1 and what follows"), index(), OtherFormat},
		"a short file":      {[]byte("{}"), index(), OtherFormat},
		"an empty one":      {nil, index(), Cut},
	} {
		_, err := NewReader(bytes.NewReader(x.object), x.of)
		if fault(err) != x.want {
			t.Errorf("%s: %v, not %s", what, err, x.want)
		}
	}
}

// block is one that a test makes up, with checksums that hold.
type block struct {
	kind    uint32
	payload []byte
}

func forge(b []byte, chain uint32, blocks ...block) []byte {
	for _, x := range blocks {
		b, chain = appendHead(b, head{x.kind, uint32(len(x.payload)), crc32.Checksum(x.payload, castagnoli)}, chain)
		b = append(b, x.payload...)
	}
	return b
}

// forged is an object with a header and made up blocks.
func forged(blocks ...block) []byte {
	b, chain := appendOpening(nil, Version)
	return forge(b, chain, append([]block{{kindHeader, header(1, 1).append(nil)}}, blocks...)...)
}

// What no writer writes is refused, though its checksums hold.
func TestWhatCannotBeIsRefused(t *testing.T) {
	id := appendID(nil, "a")
	n := headerSize + len(index().ID)
	ambiguous := header(uint64(n-idLength), math.MaxUint64).append(nil) // also a delete of one id
	count := func(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
	for what, x := range map[string]block{
		"a kind 0":                     {0, nil},
		"a kind of no version":         {77, id},
		"a put without a vector":       {kindPut, id},
		"a put with a short vector":    {kindPut, append(appendID(nil, "abcdef"), make([]byte, 11)...)},
		"a put with an empty id":       {kindPut, make([]byte, 2+4*3+8)},
		"a put with too long an id":    {kindPut, append(binary.LittleEndian.AppendUint16(nil, MaxID+1), make([]byte, 2*MaxID)...)},
		"a put with too much metadata": {kindPut, append(id, make([]byte, 4*3+MaxMetadata+1)...)},
		"a set with too much metadata": {kindSetMetadata, append(id, make([]byte, MaxMetadata+1)...)},
		"a delete of nothing":          {kindDelete, nil},
		"a delete with a rest":         {kindDelete, append(id, 0)},
		"a delete with a long id":      {kindDelete, append(id, 200, 0, 'x')},
		"a header":                     {kindHeader, ambiguous},
		"an end that counts more":      {kindEnd, count(1)},
		"an end that is longer":        {kindEnd, append(count(0), 0)},
	} {
		_, got, err := read(bytes.NewReader(forged(x)), index())
		if fault(err) != Damaged || len(got) != 0 {
			t.Errorf("%s: %d records, %v", what, len(got), err)
		}
	}
	for what, payload := range map[string][]byte{
		"an empty header": nil, "a header without an index": header(1, 1).append(nil)[:headerSize],
		"number 0": header(0, 1).append(nil), "numbers that go down": header(3, 2).append(nil),
		"no dimension": Header{Index{"i", 0}, 1, 1}.append(nil), "many dimensions": Header{Index{"i", 1 << 31}, 1, 1}.append(nil),
	} {
		b, chain := appendOpening(nil, Version)
		if _, err := NewReader(bytes.NewReader(forge(b, chain, block{kindHeader, payload})), index()); fault(err) != Damaged {
			t.Errorf("%s: %v", what, err)
		}
	}
	b, chain := appendOpening(nil, Version)
	if _, err := NewReader(bytes.NewReader(forge(b, chain, block{kindDelete, ambiguous})), index()); fault(err) != Damaged {
		t.Errorf("no header: %v", err)
	}
}

func TestAnErrorSaysWhatWhereAndWhatToDo(t *testing.T) {
	b := write(t, header(1, 1), few()...)
	at := ends(b)[2]
	b[at+headBytes] ^= 1
	r, err := NewReader(bytes.NewReader(b), index())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	_, err = r.Next()
	if e, ok := errors.AsType[*Error](err); !ok || e.Block != 2 || int(e.Offset) != at ||
		!strings.Contains(err.Error(), "restore the object from a copy") {
		t.Errorf("block 2 at byte %d: %v", at, err)
	}
	if _, again := r.Next(); again != err {
		t.Errorf("asked once more: %v", again)
	}
}
