package csvscan

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// rewrite scans in and rewrites it, and returns what was put aside as well.
func rewrite(t testing.TB, in string, o Options) (string, []BadRow, *Report) {
	t.Helper()
	res := scan(t, in, o)
	var (
		out   bytes.Buffer
		aside []BadRow
	)
	rep, err := Rewrite(context.Background(), strings.NewReader(in), &out, res, func(r BadRow) error {
		r.Raw = bytes.Clone(r.Raw)
		aside = append(aside, r)
		return nil
	})
	if err != nil {
		t.Fatalf("Rewrite(%.80q): %v", in, err)
	}
	return out.String(), aside, rep
}

func TestCanonicalForm(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"already", "a,b\n1,x\n", "a,b\n1,x\n"},
		{"line ends", "a,b\r\n1,x\r2,y\n3,z", "a,b\n1,x\n2,y\n3,z\n"},
		{"mark", "\ufeffa,b\n", "a,b\n"},
		{"delimiter", "a;b\n1,5;x\n2;\"y;z\"\n", "a,b\n\"1,5\",x\n2,y;z\n"},
		{"needless quotes", "\"a\",\"b c\"\n\"1\",\" x\"\n", "a,b c\n1, x\n"},
		{"needed quotes", "\"a,1\",b\n\"x\r\ny\",\"say \"\"hi\"\"\"\n", "\"a,1\",b\n\"x\r\ny\",\"say \"\"hi\"\"\"\n"},
		{"NULL and empty", "a,b\n,\"\"\n", "a,b\n,\"\"\n"},
		{"blank lines", "\na,b\n\n1,2\n\n", "a,b\n1,2\n"},
		{"NULLs of one column", "a\n\n1\n\"\"\n\n", "a\n\n1\n\"\"\n\n"},
		{"tidied names", " a ,\"b\r\nc\"\n1,2\n", "a,b c\n1,2\n"},
		{"malformed rows", "a,b\n1\n2,x\n3,\"y\"z\n4,M\xfc\n", "a,b\n2,x\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, _ := rewrite(t, tt.in, Options{})
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got, _, _ := rewrite(t, "\n1\n", Options{NoHeader: true}); got != "column_1\n\n1\n" {
		t.Errorf("without a header: %q", got)
	}
}

func TestQuarantineGetsEveryBadRowWhole(t *testing.T) {
	in := "id,start,note\r\n1,2026-01-31,ok\r\n2,2026-02-30,\"no such\nday\"\r\nx,2026-01-31,\r\n3\r\n4,2026-02-01,M\xfc\\x\r\n5,\"2026-02-\"\"01\",\r\n6,\"\",x\r\n7,,\"unclosed\r\nrow"
	target := []Column{{Name: "id", Type: "long"}, {Name: "start", Type: "date"}, {Name: "note", Type: "string"}}
	out, aside, rep := rewrite(t, in, Options{Target: target})
	if want := "id,start,note\n1,2026-01-31,ok\n"; out != want {
		t.Errorf("kept %q, want %q", out, want)
	}
	want := []struct {
		line          int64
		column, value string
		reason, raw   string
	}{
		{3, "start", "2026-02-30", "not a date", "2,2026-02-30,\"no such\nday\""},
		{5, "id", "x", "long gives back unchanged", "x,2026-01-31,"},
		{6, "", "", "1 value where", "3"},
		{7, "note", "M\uFFFD\\x", "not UTF-8", "4,2026-02-01,M\xfc\\x"},
		{8, "start", "2026-02-\"01", "not a date", "5,\"2026-02-\"\"01\","},
		{9, "start", "", "not a date", "6,\"\",x"},
		{10, "note", "\"unclosed\r\nrow", "never closed", "7,,\"unclosed\r\nrow"},
	}
	if len(aside) != len(want) || rep.BadCount != int64(len(want)) || rep.Records != 1 || len(rep.Bad) != len(want) {
		t.Fatalf("%d put aside, %d counted: %+v", len(aside), rep.BadCount, aside)
	}
	for i, w := range want {
		got := aside[i]
		if got.Line != w.line || got.Column != w.column || got.Value != w.value || !strings.Contains(got.Reason, w.reason) || string(got.Raw) != w.raw {
			t.Errorf("row %d: got %+v raw %q", i, got, got.Raw)
		}
		if rep.Bad[i].Raw != nil {
			t.Errorf("row %d keeps its raw text", i)
		}
	}
	if aside[6].Lines != 2 || aside[0].Lines != 2 || aside[1].Lines != 1 {
		t.Errorf("spans of %d, %d and %d lines", aside[6].Lines, aside[0].Lines, aside[1].Lines)
	}
}

// Rows in the column's chosen format stay, all others go.
func TestRewriteKeepsTheChosenDateFormat(t *testing.T) {
	target := []Column{{Name: "v", Type: "date"}, {Name: "x", Type: "string"}}
	out, aside, _ := rewrite(t, file("31/01/2026|01/02/2026|2026-01-31|03/02/2026|x"), Options{Target: target})
	if want := "v,x\n31/01/2026,.\n01/02/2026,.\n03/02/2026,.\n"; out != want {
		t.Errorf("kept %q", out)
	}
	if len(aside) != 2 || aside[0].Value != "2026-01-31" || !strings.Contains(aside[0].Reason, "%d/%m/%Y") {
		t.Errorf("put aside %+v", aside)
	}
}

func TestReportWithoutQuarantine(t *testing.T) {
	in := "a,b\n1,2\n3\n" + strings.Repeat("x", 100) + ",4\n"
	o := Options{MaxRecord: 50}
	res := scan(t, in, o)
	rep, err := Rewrite(context.Background(), strings.NewReader(in), io.Discard, res, nil)
	if err != nil || rep.BadCount != 2 || rep.Records != 1 || rep.Bad[1].Line != 4 {
		t.Errorf("%+v, %v", rep, err)
	}
	_, err = Rewrite(context.Background(), strings.NewReader(in), io.Discard, res, func(BadRow) error { return nil })
	if !errors.Is(err, ErrRecordTooLong) {
		t.Errorf("a record that cannot be put aside whole: %v", err)
	}
	if res.Oversized != 1 {
		t.Errorf("%d oversized", res.Oversized)
	}
}

func TestRewriteErrors(t *testing.T) {
	in := "a,b\n1,2\n3\n"
	res := scan(t, in, Options{})
	full := errors.New("disk full")
	if _, err := Rewrite(context.Background(), strings.NewReader(in), failingWriter{full}, res, nil); !errors.Is(err, full) {
		t.Errorf("a writer that fails: %v", err)
	}
	if _, err := Rewrite(context.Background(), strings.NewReader(in), io.Discard, res, func(BadRow) error { return full }); !errors.Is(err, full) {
		t.Errorf("a quarantine that fails: %v", err)
	}
	if _, err := Rewrite(context.Background(), strings.NewReader(in+"5,6\n"), io.Discard, res, nil); !errors.Is(err, ErrChanged) {
		t.Errorf("another file: %v", err)
	}
	if _, err := Rewrite(context.Background(), io.MultiReader(strings.NewReader(in), failing{full}), io.Discard, res, nil); !errors.Is(err, full) {
		t.Errorf("a reader that fails: %v", err)
	}
}

// failingWriter is a writer that fails.
type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

func TestAppendRecord(t *testing.T) {
	values := []string{"", "x", "a,b", `say "hi"`, "two\nlines", "cr\r", " blank "}
	got := AppendRecord(nil, values...)
	rows := split(t, bytes.NewReader(got), ',', 0)
	if len(rows) != 1 || !slices.Equal(rows[0].values, values) {
		t.Errorf("%q is read as %+v", got, rows)
	}
}
