package csvscan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

func TestBadRows(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name, in      string
		line          int64
		column, value string
		reason        string // a part of it
		records       int64
	}{
		{"too few", "a,b\n1,2\n3\n", 3, "", "", "1 value where the file has 2 columns", 1},
		{"too many", "a,b\n1,2,3\n4,5\n", 2, "", "", "3 values where the file has 2 columns", 1},
		{"trailing delimiter", "a,b\n1,2,\n", 2, "", "", "3 values", 0},
		{"NUL", "a,b\n1,x\x00y\n", 2, "b", "x\x00y", "NUL", 0},
		{"invalid UTF-8", "a,b\nM\xfcller,2\n", 2, "a", "M\uFFFDller", "not UTF-8", 0},
		{"overlong UTF-8", "a,b\n1,\xc0\x80\n", 2, "b", "\uFFFD", "not UTF-8", 0},
		{"surrogate", "a,b\n1,\xed\xa0\x80\n", 2, "b", "\uFFFD", "not UTF-8", 0},
		{"stray quote", "a,b\n1,5\" pipe\n2,3\n", 2, "b", `5" pipe`, "quote inside an unquoted value", 1},
		{"text after a quote", "a,b\n1,\"x\"y\n", 2, "b", `"x"y`, "after a closing quote", 0},
		{"unclosed quote", "a,b\n1,2\n3,\"4\n5,6\n", 3, "b", "\"4\n5,6\n", "opened on line 3 that is never closed and takes in the lines after it, 1 of them", 1},
		{"unclosed quote further down", "a,b\n\"x\ny\",\"4", 2, "b", `"4`, "opened on line 3 that is never closed", 0},
		{"after quoted newlines", "a,b\n\"x\n\n\",1\n2\n", 5, "", "", "1 value", 1},
		{"a bounded example", "a,b\n1,\"" + long + "\"y\n", 2, "b", `"` + long[:199] + "…", "after a closing quote", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := scan(t, tt.in, Options{})
			if res.BadCount != 1 || len(res.Bad) != 1 || res.Records != tt.records || !res.HasBadRows() {
				t.Fatalf("%d bad and %d good records: %+v", res.BadCount, res.Records, res.Bad)
			}
			bad := res.Bad[0]
			if bad.Line != tt.line || bad.Column != tt.column || bad.Value != tt.value || !strings.Contains(bad.Reason, tt.reason) {
				t.Errorf("got %+v", bad)
			}
		})
	}
}

func TestBadRecordsHaveNoSayInTypes(t *testing.T) {
	res := scan(t, "a,b\n1,2\nx\n3,4,5\nM\xfc,n/a\n", Options{})
	if res.BadCount != 3 || res.Columns[0].Type != "long" || res.Columns[1].Type != "long" {
		t.Errorf("%d bad rows, columns %+v", res.BadCount, res.Columns)
	}
}

func TestOnlyTheFirstBadRowsAreListed(t *testing.T) {
	res := scan(t, "a,b\n"+strings.Repeat("x\n", 250), Options{})
	if res.BadCount != 250 || len(res.Bad) != MaxBadRows || res.Bad[99].Line != 101 {
		t.Errorf("%d counted, %d listed", res.BadCount, len(res.Bad))
	}
}

func TestHugeCells(t *testing.T) {
	ten := strings.Repeat("0123456789", 1<<20)
	res := scan(t, "a,b\n1,"+ten+"\n2,\""+ten+"\"\n", Options{})
	if res.BadCount != 0 || res.Records != 2 {
		t.Errorf("10 MB cells: %d good, %d bad", res.Records, res.BadCount)
	}
	res = scan(t, "a,b\n1,"+ten+ten+"\n2,3\n", Options{})
	if res.BadCount != 1 || res.Oversized != 1 || res.Records != 1 || !strings.Contains(res.Bad[0].Reason, "more than a record may have") {
		t.Errorf("a 20 MB cell: %d good, %+v", res.Records, res.Bad)
	}
}

// Memory is bounded by the record limit and the columns, not by the file.
func TestMemoryIsFlat(t *testing.T) {
	data := timesheets(4 << 20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res, err := Scan(context.Background(), bytes.NewReader(data), Options{})
	runtime.ReadMemStats(&after)
	if err != nil || res.Records < 25_000 {
		t.Fatal(res, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("a scan of %d bytes allocated %d", len(data), used)
	}
}

func TestWideFiles(t *testing.T) {
	wide := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "c%d,", i)
		}
		head := strings.TrimSuffix(b.String(), ",") + "\n"
		return head + strings.Repeat("1,", n-1) + "1\n"
	}
	res := scan(t, wide(5000), Options{})
	if len(res.Columns) != 5000 || res.Records != 1 || res.Columns[4999].Type != "long" {
		t.Errorf("%d columns, %d records", len(res.Columns), res.Records)
	}
	if _, err := Scan(context.Background(), strings.NewReader(wide(5000)), Options{MaxColumns: 4999}); !errors.Is(err, ErrTooManyColumns) {
		t.Errorf("one column over the limit: %v", err)
	}
	// A record of any width is counted, not kept.
	res = scan(t, "a,b\n"+strings.Repeat(",", 1<<20)+"\n", Options{})
	if res.BadCount != 1 || !strings.Contains(res.Bad[0].Reason, "1048577 values") {
		t.Errorf("%+v", res.Bad)
	}
}

func TestHeaders(t *testing.T) {
	tests := []struct {
		name, in string
		want     error
		says     string
	}{
		{"no bytes", "", ErrEmptyFile, ""},
		{"a mark alone", "\ufeff", ErrEmptyFile, ""},
		{"blank lines alone", "\n\r\n\n", ErrEmptyFile, ""},
		{"duplicates", "a,b,a\n", ErrBadHeader, "column 3 (a) has the name of column 1"},
		{"duplicates by case", "Rate,RATE\n", ErrBadHeader, "column 2 (RATE) differs from column 1 (Rate) by case alone"},
		{"duplicates after trimming", "a, a\n", ErrBadHeader, "column 2 (a)"},
		{"empty", "a,,\"\",\" \"\n", ErrBadHeader, "column 2 has no name; column 3 has no name; column 4 has no name"},
		{"invalid UTF-8", "a,M\xfc\n1,2\n", ErrBadHeader, "not UTF-8"},
		{"NUL", "a,b\x00\n", ErrBadHeader, "NUL"},
		{"unclosed", "a,\"b\n1,2\n", ErrBadHeader, "line 1 that is never closed"},
		{"endless name", "a," + strings.Repeat("b", maxName+1) + "\n", ErrBadHeader, "over 1024 bytes"},
		{"UTF-16", "\xff\xfea\x00,\x00b\x00\n\x00", ErrNotUTF8, "CSV UTF-8"},
	}
	for _, tt := range tests {
		_, err := Scan(context.Background(), strings.NewReader(tt.in), Options{})
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestHeaderAlone(t *testing.T) {
	for _, in := range []string{"a,b", "a,b\n", "\ufeffa,b\r\n", "\n\na,b\n\n"} {
		res := scan(t, in, Options{})
		if res.Records != 0 || len(res.Columns) != 2 || res.Columns[0].Name != "a" || res.Columns[0].Type != "string" || res.Columns[0].HasValue {
			t.Errorf("%q: %d records, %+v", in, res.Records, res.Columns)
		}
	}
}

func TestHeaderNamesAreTrimmed(t *testing.T) {
	res := scan(t, "\ufeff\" Bill Rate \",\tZIP ,\"a \"\"b\"\"\"\n1,2,3\n", Options{})
	got := []string{res.Columns[0].Name, res.Columns[1].Name, res.Columns[2].Name}
	if want := []string{"Bill Rate", "ZIP", `a "b"`}; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	if res.Dialect.Offset != 3 || res.HasBadRows() {
		t.Errorf("%+v", res.Dialect)
	}
}

func TestNoHeader(t *testing.T) {
	res := scan(t, "1,x\n2,y\n", Options{NoHeader: true})
	if res.Records != 2 || res.Columns[0].Name != "column_1" || res.Columns[1].Name != "column_2" || res.Columns[0].Type != "long" {
		t.Errorf("%d records, %+v", res.Records, res.Columns)
	}
}

func TestSniffing(t *testing.T) {
	tests := []struct {
		name, in string
		want     byte
	}{
		{"comma", "a,b\n1,2\n", ','},
		{"semicolon with decimal commas", "a;b\n1,5;2,5\n", ';'},
		{"tab", "a\tb\nx, y\tz\n", '\t'},
		{"pipe", "a|b|c\n1|2,3|4\n", '|'},
		{"one column", "a\nx\ny\n", ','},
		{"one column with delimiters in its values", "name\n\"a;b\"\nc|d\n", ','},
		{"delimiters inside quotes do not count", "\"a;b;c\",d\n\"1;2;3\",4\n", ','},
		{"a regular delimiter beats a wider irregular one", "a;b,c,d\n1;2,x\n3;4,y,z,w\n", ';'},
		{"bad rows do not mislead", "a|b|c\n1|2\n1|2|3\n4|5|6\n", '|'},
		{"header alone", "a\tb\tc", '\t'},
		{"a header longer than the sample", strings.Repeat("name;", sampleSize) + "b\n1;2\n", ';'},
	}
	for _, tt := range tests {
		in, err := open(strings.NewReader(tt.in))
		if err != nil {
			t.Fatal(err)
		}
		o := Options{}
		_ = o.setDefaults()
		if got := sniff(in.sample, in.whole, &o); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestBlankLines(t *testing.T) {
	res := scan(t, "a,b\n\n1,2\n\n\n3,4\n\n", Options{})
	if res.Records != 2 || res.BlankLines != 4 || res.HasBadRows() {
		t.Errorf("two columns: %d records, %d blank lines", res.Records, res.BlankLines)
	}
	res = scan(t, "\na\n\n1\n\n", Options{})
	if res.Records != 3 || res.Columns[0].Nulls != 2 || res.BlankLines != 0 || res.HasBadRows() {
		t.Errorf("one column: %+v", res)
	}
	res = scan(t, "\n\n1\n\n2\n", Options{NoHeader: true})
	if res.Records != 5 || res.Columns[0].Nulls != 3 || res.Columns[0].Type != "long" {
		t.Errorf("one column without a header: %+v", res)
	}
}

func TestLineEnds(t *testing.T) {
	for in, want := range map[string]string{
		"a,b\n1,2\n": "\n", "a;b\r\n1;\"x\ny\"\r\n": "\r\n", "a,b\r1,2\r": "\r", "a,b\r\n1,2\n": "mixed", "a,b\n1\r,2\n": "mixed", "a,b": "",
	} {
		if res := scan(t, in, Options{}); res.Dialect.NewLine != want {
			t.Errorf("%q: line ends %q", in, res.Dialect.NewLine)
		}
	}
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{
		{Delimiter: '"'}, {Delimiter: '\n'}, {Delimiter: 'x'}, {Delimiter: 0x80}, {MaxRecord: -1},
		{Types: map[string]string{"a": "binary"}}, {Types: map[string]string{"a": "decimal(39,2)"}},
		{Types: map[string]string{"a": "decimal(4,5)"}}, {Types: map[string]string{"nowhere": "long"}},
	} {
		if _, err := Scan(context.Background(), strings.NewReader("a,b\n1,2\n"), o); !errors.Is(err, ErrBadOption) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestReaderErrorsAndCancellation(t *testing.T) {
	broken := errors.New("connection reset")
	for _, sent := range []string{"", "a,b\n1,2\n3", strings.Repeat("a,b\n", sampleSize)} {
		in := io.MultiReader(strings.NewReader(sent), failing{broken})
		if _, err := Scan(context.Background(), in, Options{}); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", len(sent), err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Scan(ctx, bytes.NewReader(timesheets(1<<20)), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
