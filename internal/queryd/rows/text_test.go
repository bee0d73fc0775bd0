package rows

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", `say "hi" \ there`, "tab\tline\r\n\x00\x1f\x7f", "Zoë 日本 \u2028 <&>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("DuckDB's texts are UTF-8")
		}
		var back string
		if err := json.Unmarshal(AppendString(nil, s), &back); err != nil || back != s {
			t.Fatalf("%q came back as %q, %v", s, back, err)
		}
	})
}

// TestEveryByteIsEscapedWhereverItStands: beside letters, and beside bytes that look
// alike eight at a time.
func TestEveryByteIsEscapedWhereverItStands(t *testing.T) {
	for _, filling := range []string{"a", "!", "\x7f", "\u0080", "\xff\xfe"} {
		for at := range 20 {
			for c := range rune(0x180) {
				s := strings.ToValidUTF8(strings.Repeat(filling, at)+string(c)+strings.Repeat(filling, 20-at), "?")
				var back string
				if err := json.Unmarshal(AppendString(nil, s), &back); err != nil || back != s {
					t.Fatalf("%q came back as %q, %v", s, back, err)
				}
			}
		}
	}
}

func FuzzAppendField(f *testing.F) {
	for _, s := range []string{"", "plain", `"`, "a,b", "a\nb", "a\"b\",\"", " spaced "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\r") {
			t.Skip("encoding/csv reads CRLF inside quotes as LF")
		}
		for name, field := range map[string][]byte{
			"appendField": appendField(nil, s),
			"quoteTail":   quoteTail([]byte("x,"+s), 2)[2:],
		} {
			record, err := csv.NewReader(strings.NewReader("x," + string(field) + ",y\r\n")).Read()
			if err != nil || len(record) != 3 || record[1] != s {
				t.Fatalf("%s: %q came back as %q, %v", name, s, record, err)
			}
		}
	})
}
