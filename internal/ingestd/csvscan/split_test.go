package csvscan

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// row is a record as a test wants to see it.
type row struct {
	line   int64
	values []string // "NULL" for an unquoted empty field
	fault  fault
}

// split returns the non-blank records of data.
func split(t testing.TB, r io.Reader, delim byte, maxRecord int) []row {
	t.Helper()
	o := Options{MaxRecord: maxRecord}
	if err := o.setDefaults(); err != nil {
		t.Fatal(err)
	}
	s := newSplitter(context.Background(), opened{r: r}, delim, &o)
	var rows []row
	for s.next() {
		if s.rec.blank() {
			continue
		}
		out := row{line: s.rec.line, fault: s.rec.fault}
		if out.fault == noFault {
			for _, f := range s.rec.fields {
				v := string(unescape(s.rec.value(f), f))
				if v == "" && !f.quoted {
					v = "NULL"
				}
				out.values = append(out.values, v)
			}
		}
		rows = append(rows, out)
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	return rows
}

func equalRows(a, b []row) bool {
	return slices.EqualFunc(a, b, func(x, y row) bool {
		return x.line == y.line && x.fault == y.fault && slices.Equal(x.values, y.values)
	})
}

func TestGrammar(t *testing.T) {
	tests := []struct {
		name, in string
		want     []row
	}{
		{"newline at the end", "a,b\n", []row{{1, []string{"a", "b"}, 0}}},
		{"no newline at the end", "a,b", []row{{1, []string{"a", "b"}, 0}}},
		{"crlf", "a,b\r\nc,d\r\n", []row{{1, []string{"a", "b"}, 0}, {2, []string{"c", "d"}, 0}}},
		{"lone cr", "a,b\rc,d", []row{{1, []string{"a", "b"}, 0}, {2, []string{"c", "d"}, 0}}},
		{"every line end", "a\nb\r\nc\rd", []row{{1, []string{"a"}, 0}, {2, []string{"b"}, 0}, {3, []string{"c"}, 0}, {4, []string{"d"}, 0}}},
		{"cr before crlf is a blank line", "a\r\r\nb", []row{{1, []string{"a"}, 0}, {3, []string{"b"}, 0}}},
		{"empty fields", ",\"\",", []row{{1, []string{"NULL", "", "NULL"}, 0}}},
		{"blanks are kept", " a ,\tb ", []row{{1, []string{" a ", "\tb "}, 0}}},
		{"quoted delimiter", `"a,b",c`, []row{{1, []string{"a,b", "c"}, 0}}},
		{"doubled quotes", `"a ""b"" c",""""`, []row{{1, []string{`a "b" c`, `"`}, 0}}},
		{"quoted line ends count as lines", "\"a\nb\r\nc\rd\",x\ny,z", []row{{1, []string{"a\nb\r\nc\rd", "x"}, 0}, {5, []string{"y", "z"}, 0}}},
		{"backslash is no escape", `"a\",b`, []row{{1, []string{`a\`, "b"}, 0}}},
		{"quoted at the end", `a,"b"`, []row{{1, []string{"a", "b"}, 0}}},
		{"quoted empty at the end", `a,""`, []row{{1, []string{"a", ""}, 0}}},
		{"quoted crlf end", "\"a\"\r\nb", []row{{1, []string{"a"}, 0}, {2, []string{"b"}, 0}}},
		{"quoted cr end", "\"a\"\rb", []row{{1, []string{"a"}, 0}, {2, []string{"b"}, 0}}},
		{"stray quote", "5\" pipe,x\ny,z", []row{{1, nil, strayQuote}, {2, []string{"y", "z"}, 0}}},
		{"quote after a blank", `a, "b"`, []row{{1, nil, strayQuote}}},
		{"text after a quote", "\"a\"b,c\nd,e", []row{{1, nil, textAfterQuote}, {2, []string{"d", "e"}, 0}}},
		{"blank after a quote", `"a" ,b`, []row{{1, nil, textAfterQuote}}},
		{"a bad record still honours later quotes", "a\"b,\"c\nd\",e\nf", []row{{1, nil, strayQuote}, {3, []string{"f"}, 0}}},
		{"unclosed quote", "a,b\nc,\"d\ne,f\n", []row{{1, []string{"a", "b"}, 0}, {2, nil, unclosedQuote}}},
		{"unclosed quote at once", `"`, []row{{1, nil, unclosedQuote}}},
		{"unclosed after doubled", `"a""`, []row{{1, nil, unclosedQuote}}},
		{"blank lines", "\n\na\n\n\nb\n\n", []row{{3, []string{"a"}, 0}, {6, []string{"b"}, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":    strings.NewReader(tt.in),
				"by byte":    iotest.OneByteReader(strings.NewReader(tt.in)),
				"with EOF":   iotest.DataErrReader(strings.NewReader(tt.in)),
				"half reads": iotest.HalfReader(strings.NewReader(tt.in)),
			} {
				if got := split(t, r, ',', 0); !equalRows(got, tt.want) {
					t.Errorf("%s: got %v, want %v", how, got, tt.want)
				}
			}
		})
	}
}

// Every shift of every kind of field across the edges of the index and read
// blocks has to give the same records.
func TestGrammarAcrossBlocks(t *testing.T) {
	tail := "\"q,\"\"u\r\no\",,\"\"\r\nx,y,z\rp,\"\",\n"
	want := []row{{2, []string{"q,\"u\r\no", "NULL", ""}, 0}, {4, []string{"x", "y", "z"}, 0}, {5, []string{"p", "", "NULL"}, 0}}
	for _, edge := range []int{indexSize, 2 * indexSize, readSize, 2 * readSize} {
		for shift := -len(tail) - 2; shift <= 2; shift++ {
			in := strings.Repeat("a", edge+shift) + "\n" + tail
			got := split(t, strings.NewReader(in), ',', 0)
			if !equalRows(got[1:], want) {
				t.Fatalf("edge %d, shift %d: got %v, want %v", edge, shift, got[1:], want)
			}
		}
	}
}

func TestRecordLimit(t *testing.T) {
	const limit = 1 << 20
	for _, tt := range []struct {
		name string
		size int
		want fault
	}{{"at the limit", limit, noFault}, {"one over", limit + 1, tooLong}, {"far over", 4 * limit, tooLong}} {
		for _, cell := range []string{strings.Repeat("x", tt.size), `"` + strings.Repeat("\n", tt.size-2) + `"`} {
			in := "a\n" + cell + "\nb\n"
			for _, r := range []io.Reader{strings.NewReader(in), iotest.HalfReader(strings.NewReader(in))} {
				got := split(t, r, ',', limit)
				if len(got) != 3 || got[1].fault != tt.want || got[2].fault != 0 || got[2].values[0] != "b" {
					t.Errorf("%s: %d records, fault %d", tt.name, len(got), got[1].fault)
				}
				if want := int64(3 + strings.Count(cell, "\n")); got[2].line != want {
					t.Errorf("%s: the record after it is on line %d, want %d", tt.name, got[2].line, want)
				}
			}
		}
	}
}

// A record over the limit is let go as it is read: it does not fill memory.
func TestOverlongRecordIsNotHeld(t *testing.T) {
	o := Options{MaxRecord: 1 << 20}
	_ = o.setDefaults()
	in := io.MultiReader(strings.NewReader("a,b\n1,\""), io.LimitReader(zeros{'\n'}, 16<<20), strings.NewReader("\"\n3,4\n"))
	s := newSplitter(context.Background(), opened{r: in}, ',', &o)
	var (
		sizes []int64
		line  int64
	)
	for s.next() {
		sizes, line = append(sizes, s.rec.size), s.rec.line
	}
	if want := []int64{3, 16<<20 + 4, 3}; !slices.Equal(sizes, want) {
		t.Errorf("sizes %v, want %v", sizes, want)
	}
	if len(s.buf) > 8<<20 {
		t.Errorf("the buffer grew to %d bytes for a limit of 1 MiB", len(s.buf))
	}
	if line != 3+16<<20 {
		t.Errorf("the last record is on line %d", line)
	}
}

// zeros reads as one byte for ever.
type zeros struct{ b byte }

func (z zeros) Read(p []byte) (int, error) {
	copy(p, bytes.Repeat([]byte{z.b}, len(p)))
	return len(p), nil
}
