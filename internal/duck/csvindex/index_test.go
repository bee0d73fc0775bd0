package csvindex

import (
	"bytes"
	"slices"
	"testing"
)

// checkIndex holds Append, by vectors and without, against a look at every byte.
func checkIndex(t *testing.T, buf []byte, from, to int, delim byte) {
	t.Helper()
	var want []uint32
	wantPlain := true
	for i, c := range buf[from:to] {
		if c == delim || c == '"' || c == '\n' || c == '\r' {
			want = append(want, uint32(from+i))
		}
		wantPlain = wantPlain && c != 0 && c < 0x80
	}
	got, gotPlain := Append(nil, buf, from, to, delim)
	if !slices.Equal(got, want) || gotPlain != wantPlain {
		t.Fatalf("%q from %d to %d: marks %v plain %t, want %v plain %t", buf, from, to, got, gotPlain, want, wantPlain)
	}
	blocks := (to - from) / blockSize
	fast, slow := make([]uint64, blocks), make([]uint64, blocks)
	fastPlain, slowPlain := markBlocks(fast, buf[from:to], delim), markGo(slow, buf[from:to], delim)
	if !slices.Equal(fast, slow) || fastPlain != slowPlain {
		t.Fatalf("%q: masks %x plain %t by vectors, %x plain %t without", buf[from:to], fast, fastPlain, slow, slowPlain)
	}
}

func TestIndexSeesEveryByteAtEveryPlace(t *testing.T) {
	for n := range 3*blockSize + 2 {
		buf := bytes.Repeat([]byte{'a'}, n)
		checkIndex(t, buf, 0, n, ',')
		for i := range buf {
			for _, c := range []byte{',', '"', '\n', '\r', 0, 1, 0x7f, 0x80, 0xff, ',' | 0x80} {
				buf[i] = c
				checkIndex(t, buf, 0, n, ',')
			}
			buf[i] = 'a'
		}
		all := bytes.Repeat([]byte{'\n'}, n)
		checkIndex(t, all, n/3, n-n/4, ',')
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte("a,b\n\"1\"\r\n\x00\xff"), byte(';'), uint8(1))
	f.Add([]byte("0"), byte(' '), uint8(1))
	f.Fuzz(func(t *testing.T, buf []byte, delim byte, from uint8) {
		if delim >= 0x80 || delim == 'x' {
			return
		}
		checkIndex(t, buf, min(int(from), len(buf)), len(buf), delim)
	})
}
