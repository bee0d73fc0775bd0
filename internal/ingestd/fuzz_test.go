package ingestd

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzUnpackAndRecode: whatever comes is unpacked or refused, and what is then taken
// for another encoding becomes UTF-8 of as many lines, or is refused.
func FuzzUnpackAndRecode(f *testing.F) {
	for _, seed := range []string{
		"", "a,b\n1,2\n", gzipOf(f, "a\n1\n"), zstdOf(f, "a\n1\n"), gzipOf(f, "a\n")[:9], zstdOf(f, "a\n") + "x",
		encoded(f, "utf-16le", "a,b\nZoë,2\n"), "\xff\xfe" + encoded(f, "utf-16le", "a\n"), "\xfe\xff\xd8\x00", "caf\xe9,x\n", "\x50\x2a\x4d\x18\xff\xff\xff\xff",
	} {
		f.Add([]byte(seed), byte(0))
		f.Add([]byte(seed), byte(7))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, how byte) {
		body, done, err := unpackByMagic(bytes.NewReader(data), 500)
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		text, err := io.ReadAll(io.LimitReader(body, 1<<20))
		if err != nil {
			return
		}
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		if err := os.WriteFile(from, text, 0o600); err != nil {
			t.Fatal(err)
		}
		name := utf16Name(text)
		if western, err := isWestern(t.Context(), from); err != nil {
			t.Fatal(err)
		} else if western && name == "" {
			name = "windows-1252"
		}
		d := dialect{}
		if how&1 != 0 {
			d = dialect{quote: '\'', backslash: how&2 != 0, unquoted: how&4 != 0, delimiter: ','}
		}
		if name == "" {
			name = utf8Name
		}
		decoder, err := decoderOf(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := recode(t.Context(), from, to, name, decoder, d); err != nil {
			return
		}
		got, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if name != utf8Name && !utf8.Valid(got) {
			t.Fatalf("%q as %s became %q", text, name, got)
		}
		if name != "utf-16le" && name != "utf-16be" && !d.backslash && bytes.Count(got, []byte("\n")) != strings.Count(string(text), "\n") {
			t.Fatalf("%q as %s became %q, of other lines", text, name, got)
		}
	})
}
