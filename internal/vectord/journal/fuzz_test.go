package journal

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"testing"
)

// FuzzReader: whatever the bytes are, they are read or refused, and what is read is
// written as the same bytes. The bytes are also taken as blocks whose checksums hold.
func FuzzReader(f *testing.F) {
	whole := write(f, header(1, 1), few()...)
	f.Add(whole)
	for _, end := range ends(whole) {
		f.Add(whole[:end])
	}
	for _, r := range few() {
		b := write(f, header(1, 1), r)
		e := ends(b)
		f.Add(append([]byte{b[e[1]], byte(e[2] - e[1] - headBytes), 0}, b[e[1]+headBytes:e[2]]...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, object := range [][]byte{data, forged(blocksOf(data)...)} {
			h, records, err := read(bytes.NewReader(object), index())
			if err != nil {
				if fault(err) == "" {
					t.Fatalf("not an Error: %v", err)
				}
				continue
			}
			if again := write(t, h, records...); !bytes.Equal(again, object) {
				t.Fatalf("read as %v, and written as\n%x, not\n%x", records, again, object)
			}
		}
	})
}

// blocksOf takes bytes as kinds, lengths of two bytes, and payloads, and sets the end.
func blocksOf(data []byte) (blocks []block) {
	for len(data) > 2 {
		kind, n := uint32(data[0]), min(int(binary.LittleEndian.Uint16(data[1:])), len(data)-3)
		blocks = append(blocks, block{kind, data[3 : 3+n]})
		data = data[3+n:]
	}
	return append(blocks, block{kindEnd, binary.LittleEndian.AppendUint64(nil, uint64(len(blocks)))})
}

// FuzzDamage: of an object that was cut or damaged anywhere, the records before are read
// and no other.
func FuzzDamage(f *testing.F) {
	for mode := range uint8(5) {
		f.Add(uint64(mode), uint32(1000*uint32(mode)+77), mode)
	}
	f.Fuzz(func(t *testing.T, seed uint64, at uint32, mode uint8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var records []Record
		for len(records) < 20 {
			records = append(records, random(rng)...)
		}
		whole := write(t, header(1, 1), records...)
		place := int(at) % len(whole)
		b, want := bytes.Clone(whole), []Fault{Damaged, OtherFormat}
		switch mode % 5 {
		case 0: // a cut
			b, want = b[:place], []Fault{Cut}
		case 1: // a bit
			b[place] ^= 1 << (seed % 8)
		case 2: // a few bytes
			for i := range min(4, len(b)-place) {
				b[place+i] = byte(rng.Uint32())
			}
		case 3: // a sector that was never written
			clear(b[place:min(place+512, len(b))])
		case 4: // bytes that are missing
			b = append(b[:place:place], b[min(place+1+rng.IntN(40), len(b)):]...)
			want = append(want, Cut)
		}
		if bytes.Equal(b, whole) {
			return
		}
		_, got, err := read(bytes.NewReader(b), index())
		if len(got) > len(records) || len(got) > 0 && !reflect.DeepEqual(got, records[:len(got)]) {
			t.Fatalf("mode %d at %d of %d: records that were not written: %v", mode%5, place, len(whole), got)
		}
		if sound := before(ends(whole), place); len(got) < sound {
			t.Fatalf("mode %d at %d of %d: %d records, and %d were whole", mode%5, place, len(whole), len(got), sound)
		}
		found := fault(err)
		for _, w := range want {
			if found == w {
				return
			}
		}
		t.Fatalf("mode %d at %d of %d: %v", mode%5, place, len(whole), err)
	})
}
