package csvread

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// read gives the rows of a table as texts, NULL as "<null>".
func read(t testing.TB, r io.Reader, table Table) ([][]string, error) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	reader, err := New(r, table, 2, mem)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	var rows [][]string
	for reader.More() {
		part := reader.Part(all)
		for part.Next() {
			batch := part.RecordBatch()
			for i := range int(batch.NumRows()) {
				row := make([]string, batch.NumCols())
				for j := range row {
					if row[j] = "<null>"; batch.Column(j).IsValid(i) {
						row[j] = batch.Column(j).ValueStr(i)
					}
				}
				rows = append(rows, row)
			}
		}
		part.Release()
		if part.Err() != nil {
			return nil, part.Err()
		}
	}
	return rows, nil
}

func textTable(names ...string) Table {
	table := Table{Delimiter: ',', Header: true}
	for _, name := range names {
		table.Columns = append(table.Columns, Column{name, "string"})
	}
	return table
}

func TestGrammar(t *testing.T) {
	two := [][]string{{"1", "x"}, {"2", "y"}}
	for name, tt := range map[string]struct {
		in   string
		want [][]string
	}{
		"plain":           {"a,b\n1,x\n2,y\n", two},
		"no last end":     {"a,b\n1,x\n2,y", two},
		"carriage return": {"a,b\r1,x\r2,y\r", two},
		"all line ends":   {"a,b\r\n1,x\r2,y\n", two},
		"blank lines":     {"\n\r\na,b\n\n1,x\r\n\r\n\r2,y\n\n", two},
		"tall header":     {"a,\"b\nc\"\n1,x\n2,y\n", two},
		"quotes":          {"a,b\n\"1\",\"x\"\n2,\"y\"", two},
		"NULL":            {"a,b\n,\n\"\",x\n", [][]string{{"<null>", "<null>"}, {"", "x"}}},
		"in quotes":       {"a,b\n\"1,\n2\",\"say \"\"hi\"\"\"\n\"\"\"\",\"\r\n\"\n", [][]string{{"1,\n2", "say \"hi\""}, {"\"", "\r\n"}}},
		"blanks stay":     {"a,b\n 1 ,\t\n", [][]string{{" 1 ", "\t"}}},
		"no row":          {"a,b\n", nil},
	} {
		for _, in := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
			if got, err := read(t, in, textTable("a", "b")); err != nil || !slices.EqualFunc(got, tt.want, slices.Equal) {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	if got, err := read(t, strings.NewReader("\n\na\n\n1\n\n"), textTable("a")); err != nil || fmt.Sprint(got) != "[[<null>] [1] [<null>]]" {
		t.Errorf("one column: %q, %v", got, err)
	}
}

func TestAnotherFileIsAnError(t *testing.T) {
	for _, in := range []string{"a,b\n1\n", "a,b\n1,2,3\n", "a,b\n1,x\"y\n", "a,b\n1,\"x\"y\n", "a,b\n1,\"x\n", "a,b\n1,\"x\n2,y\n", "a\n", "a,b\n1,\"x\" \n"} {
		if got, err := read(t, strings.NewReader(in), textTable("a", "b")); !errors.Is(err, errUnlike) {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	broken := errors.New("broken")
	if _, err := read(t, io.MultiReader(strings.NewReader("a,b\n1,2\n"), iotest.ErrReader(broken)), textTable("a", "b")); !errors.Is(err, broken) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

// Every text of a type is its value, and what is not one is no guess.
func TestValues(t *testing.T) {
	for _, tt := range []struct {
		kind, in, want string // want "" for none
	}{
		{"boolean", "true", "true"}, {"boolean", "FALSE", "false"}, {"boolean", "t", ""}, {"boolean", "tree", ""}, {"boolean", "fault", ""}, {"boolean", "tRuE", ""}, {"boolean", "False", "false"}, {"boolean", "maybe", ""},
		{"int", "-2147483648", "-2147483648"}, {"int", "2147483648", ""}, {"int", "1.0", ""},
		{"long", "9223372036854775807", "9223372036854775807"}, {"long", "-9223372036854775808", "-9223372036854775808"},
		{"long", "9223372036854775808", ""}, {"long", "-", ""}, {"long", "12345678901234567890", ""}, {"long", "1e3", ""}, {"long", "+1", ""},
		{"double", "1.5e10", "1.5e+10"}, {"double", "-0.25", "-0.25"}, {"double", "x", ""}, {"double", "inf", ""}, {"double", "NaN", ""}, {"double", "0x1p4", ""}, {"double", "1_000.0", ""}, {"double", "+1.5", ""}, {"double", "1e400", ""}, {"float", "0.5", "0.5"},
		{"decimal(4,2)", "12.34", "12.34"}, {"decimal(4,2)", "-5", "-5"}, {"decimal(4,2)", "99.99", "99.99"}, {"decimal(4,2)", "100", ""},
		{"decimal(4,2)", "1.234", ""}, {"decimal(4,2)", "1.2300000000000000000000000000", "1.23"}, {"decimal(4,2)", "1.2.3", ""}, {"decimal(4,2)", ".", ""},
		{"decimal(18,2)", "9999999999999999.99", "9999999999999999.99"}, {"decimal(18,2)", "10000000000000000", ""}, {"decimal(18,0)", "999999999999999999", "999999999999999999"},
		{"decimal(18,18)", "0.123456789012345678", "0.123456789012345678"}, {"decimal(18,2)", "1234567.8", "1234567.8"}, {"decimal(18,2)", "12345678901234567890123", ""},
		{"decimal(38,2)", "123456789012345678901234567890123456.78", "123456789012345678901234567890123456.78"},
		{"decimal(38,2)", "-0.01", "-0.01"}, {"decimal(38,2)", "1234567890123456789012345678901234567.89", ""}, {"decimal(20,1)", "1.50", "1.5"}, {"decimal(20,1)", "1.55", ""},
		{"date", "2026-01-31", "2026-01-31"}, {"date", "0001-01-01", "0001-01-01"}, {"date", "2026-02-30", ""}, {"date", "2026-1-31", ""}, {"date", "0000-01-31", ""}, {"date", "2024-02-29", "2024-02-29"},
		{"time", "08:30", "08:30:00.000000"}, {"time", "23:59:59.999999", "23:59:59.999999"}, {"time", "08:30:15.5", "08:30:15.500000"},
		{"time", "24:00", ""}, {"time", "08:30:15.", ""}, {"time", "08:30:15.1234567", ""}, {"time", "8:30", ""},
		{"timestamp", "2026-01-31T08:30", "2026-01-31T08:30:00"}, {"timestamp", "1969-12-31 23:59:59.000001", "1969-12-31T23:59:59.000001"}, {"timestamp", "2026-01-31x08:30", ""},
		{"timestamptz", "2026-01-31T08:30:00Z", "2026-01-31T08:30:00Z"}, {"timestamptz", "2026-01-31 08:30:00.5+02", "2026-01-31T06:30:00.5Z"},
		{"timestamptz", "2026-01-31T00:30:00-0530", "2026-01-31T06:00:00Z"}, {"timestamptz", "2026-01-31T08:30:00+02:00", "2026-01-31T06:30:00Z"},
		{"timestamptz", "2026-01-31T08:30:00", ""}, {"timestamptz", "2026-01-31T08:30:00+2", ""}, {"timestamptz", "2026-01-31T08:30:00+15", ""}, {"timestamptz", "2026-01-31T08:30:00+01:60", ""}, {"timestamptz", "2026-01-31T08:30:00-99:99", ""},
	} {
		table := Table{Delimiter: ',', Columns: []Column{{"a", tt.kind}, {"b", "string"}}}
		got, err := read(t, strings.NewReader(",\n"+tt.in+",x\n"), table)
		switch {
		case tt.want == "" && !errors.Is(err, errUnlike):
			t.Errorf("%s %q: %q, %v", tt.kind, tt.in, got, err)
		case tt.want != "" && (err != nil || got[1][0] != tt.want || got[0][0] != "<null>"):
			t.Errorf("%s %q: %q, %v; want %s", tt.kind, tt.in, got, err, tt.want)
		}
	}
	if _, err := New(strings.NewReader(""), Table{Columns: []Column{{"a", "list<int>"}}}, 1, memory.DefaultAllocator); err == nil {
		t.Error("a list was read from a CSV")
	}
}

// Blocks end between records, whatever is at their borders.
func TestManyBlocks(t *testing.T) {
	var in strings.Builder
	var want [][]string
	for i := range 30_000 {
		row := []string{fmt.Sprint(i), strings.Repeat("z", i%40)}
		if i%7 == 0 {
			row[1] = "a \"quoted\"\r\nline, " + row[1]
		}
		want = append(want, row)
		fmt.Fprintf(&in, "%s,\"%s\"\r\n", row[0], strings.ReplaceAll(row[1], `"`, `""`))
	}
	long := strings.Repeat("\"\"\n", blockBytes)
	want = append(want, []string{"long", strings.ReplaceAll(long, `""`, `"`)})
	fmt.Fprintf(&in, "long,\"%s\"\r\n", long)
	table := textTable("a", "b")
	table.Header = false
	for _, r := range []io.Reader{strings.NewReader(in.String()), iotest.HalfReader(strings.NewReader(in.String()))} {
		if got, err := read(t, r, table); err != nil || !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%d rows of %d, %v", len(got), len(want), err)
		}
	}
}

// Parts follow each other, and leave nothing out.
func TestParts(t *testing.T) {
	in := strings.Repeat("1,x\n", blockBytes)
	table := textTable("a", "b")
	table.Header = false
	reader, err := New(strings.NewReader(in), table, 2, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	rows, parts := int64(0), 0
	for ; reader.More(); parts++ {
		part := reader.Part(func(text int64) bool { return text > blockBytes })
		for part.Next() {
			rows += part.RecordBatch().NumRows()
		}
		part.Release()
	}
	if rows != blockBytes || parts < 2 {
		t.Errorf("%d rows in %d parts", rows, parts)
	}
}

// A reader that is given up in the middle ends its goroutines and its memory.
func TestClosedEarly(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	table := textTable("a", "b")
	reader, err := New(strings.NewReader(strings.Repeat("1,x\n", 4*blockBytes)), table, 2, mem)
	if err != nil {
		t.Fatal(err)
	}
	part := reader.Part(all)
	part.Next()
	part.Release()
	reader.Close()
}

// What encoding/csv reads is what is read here, and nothing panics.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\"\"\n\",b\r\n,\"\"\n", "a,b\n\n\r\n1,\"x,y\"", "a,\"b\nc", "\ra,b\r1,2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		table := textTable("a", "b")
		table.Header = false
		got, err := read(t, strings.NewReader(in), table)
		if strings.ContainsRune(in, '\r') { // of which encoding/csv makes other things
			return
		}
		other := csv.NewReader(strings.NewReader(in))
		other.FieldsPerRecord = 2
		want, wantErr := other.ReadAll()
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, encoding/csv says %v", in, err, wantErr)
		}
		for i := range got {
			for j, cell := range got[i] {
				if cell != want[i][j] && (cell != "<null>" || want[i][j] != "") {
					t.Fatalf("%q: %q, encoding/csv has %q", in, got, want)
				}
			}
		}
		if err == nil && len(got) != len(want) {
			t.Fatalf("%q: %d rows, encoding/csv has %d", in, len(got), len(want))
		}
	})
}

// No value makes a panic or is read as another.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{"1", "-0.5", "12345.67", "2026-01-31T08:30:00+02:00", "08:30:15.5", "99999999", "0.1234567"} {
		f.Add(seed)
	}
	narrow, wide := narrowDecimal(18, 4), wideDecimal(38, 4)
	f.Fuzz(func(t *testing.T, text string) {
		b := append([]byte(text), make([]byte, 16)...)[:len(text)]
		small, ok := narrow(b)
		if large, okWide := wide(b); ok && (!okWide || large.LowBits() != uint64(small)) {
			t.Fatalf("%q: %v and %v", text, small, large)
		}
		dates()(b)
		clock(b)
		timestamps()(b)
		instants()(b)
		whole(b)
	})
}

// all is a part that takes every row.
func all(int64) bool { return false }
