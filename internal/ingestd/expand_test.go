package ingestd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func gzipOf(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstdOf(t testing.TB, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return string(w.EncodeAll([]byte(text), nil))
}

// expand unpacks what begins like a compressed file.
func expand(r io.Reader) (string, error) {
	body, done, err := unpackByMagic(r, Defaults().MaxExpansion)
	if err != nil {
		return "", err
	}
	defer done()
	text, err := io.ReadAll(body)
	return string(text), err
}

func TestCompressedFilesAreReadWhole(t *testing.T) {
	const one, two = "a,b\n1,x\n", "2,y\n3,z\n"
	skipped := "\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
	for what, packed := range map[string]string{
		"plain":                 one + two,
		"gzip":                  gzipOf(t, one+two),
		"gzip members":          gzipOf(t, one) + gzipOf(t, two),
		"an empty member":       gzipOf(t, one+two) + gzipOf(t, ""),
		"zstd":                  zstdOf(t, one+two),
		"zstd frames":           zstdOf(t, one) + zstdOf(t, two),
		"a frame to be skipped": skipped + zstdOf(t, one) + skipped + zstdOf(t, two) + skipped,
	} {
		if got, err := expand(strings.NewReader(packed)); err != nil || got != one+two {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
}

// Streams of many blocks of every sort are followed to their ends, however few bytes
// come at once.
func TestLongStreamsAreFollowedToTheirEnd(t *testing.T) {
	random := make([]byte, 300<<10)
	_, _ = rand.NewChaCha8([32]byte{}).Read(random)
	text := string(random) + strings.Repeat("a", 600<<10) + strings.Repeat("id,name\n17,Jane\n", 30_000)
	packed := map[string]string{"gzip": gzipOf(t, text)}
	for _, sum := range []bool{true, false} {
		var b bytes.Buffer
		w, err := zstd.NewWriter(&b, zstd.WithEncoderCRC(sum))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		packed[fmt.Sprintf("zstd, checksum %t", sum)] = b.String()
	}
	for what, one := range packed {
		for _, in := range []io.Reader{strings.NewReader(one + one), iotest.OneByteReader(strings.NewReader(one + one))} {
			if got, err := expand(in); err != nil || got != text+text {
				t.Errorf("%s: %d bytes of %d, %v", what, len(got), 2*len(text), err)
			}
		}
		if _, err := expand(strings.NewReader(one + one + "?")); !strings.Contains(fmt.Sprint(err), fmt.Sprintf("at offset %d,", 2*len(one))) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestDamagedCompressionIsNamed(t *testing.T) {
	text := strings.Repeat("id,name\n17,Jane\n", 5000)
	for what, pack := range map[string]func(testing.TB, string) string{"gzip": gzipOf, "zstd": zstdOf} {
		whole := pack(t, text)
		flipped := []byte(whole)
		flipped[len(flipped)/2] ^= 0x10
		behind := fmt.Sprintf("after the end of its %s stream, at offset %d,", what, len(whole))
		for name, c := range map[string]struct{ packed, says string }{
			"cut in the middle":   {whole[:len(whole)/2], "truncated"},
			"cut before the sum":  {whole[:len(whole)-3], "truncated"},
			"cut in the header":   {whole[:5], "truncated"},
			"a flipped bit":       {string(flipped), "damaged"},
			"garbage of one byte": {whole + "x", behind},
			"garbage of three":    {whole + "xyz", behind},
			"garbage of zeros":    {whole + "\x00\x00\x00\x00\x00\x00\x00\x00", behind},
			"garbage":             {whole + "id,name\n18,Joe\n", behind},
			"much garbage":        {whole + text, behind},
			"after two streams":   {pack(t, "1\n") + whole + "x", fmt.Sprintf("after the end of its %s stream, at offset %d,", what, len(pack(t, "1\n"))+len(whole))},
			"a second stream cut": {whole + whole[:len(whole)-1], "truncated"},
			"only its beginning":  {whole + whole[:1], "truncated"},
		} {
			_, err := expand(strings.NewReader(c.packed))
			if !errors.Is(err, ingest.ErrBadFile) || !strings.Contains(fmt.Sprint(err), c.says) || !strings.Contains(fmt.Sprint(err), what) {
				t.Errorf("%s, %s: %v", what, name, err)
			}
		}
	}
}

// What ends a body before the compressed stream ends is told as it is.
func TestABrokenUploadIsNotADamagedFile(t *testing.T) {
	broken := wire.ErrBodyIdle.Errorf("no byte for a minute")
	packed := gzipOf(t, strings.Repeat("a,b\n1,2\n", 1000))
	_, err := expand(io.MultiReader(strings.NewReader(packed[:len(packed)/2]), failingReader{broken}))
	if !errors.Is(err, wire.ErrBodyIdle) {
		t.Errorf("%v", err)
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

func TestABombIsRefusedAndRepetitionIsNot(t *testing.T) {
	// A stream of many members is made faster than one.
	bomb := strings.Repeat(gzipOf(t, strings.Repeat("\x00", 8<<20)), 24)
	body, done, err := unpackByMagic(strings.NewReader(bomb), Defaults().MaxExpansion)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	n, err := io.Copy(io.Discard, body)
	var p *wire.Problem
	if !errors.As(err, &p) || p.Kind != ingest.ErrBadFile || p.Fields["limit"] != Defaults().MaxExpansion || n > 160<<20 {
		t.Errorf("a bomb: %d bytes, %v", n, err)
	}
	var rows strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&rows, "%d,Acme Staffing,Houston,TX,Forklift Operator,12.50,2026-01-01,active\n", i)
	}
	members := freeExpansion/rows.Len() + 2
	body, done, err = unpackByMagic(strings.NewReader(strings.Repeat(gzipOf(t, rows.String()), members)), Defaults().MaxExpansion)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if n, err := io.Copy(io.Discard, body); err != nil || n != int64(members*rows.Len()) {
		t.Errorf("repetitive rows: %d bytes, %v", n, err)
	}
}
