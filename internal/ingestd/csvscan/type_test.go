package csvscan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// scan scans a file that has to be accepted.
func scan(t testing.TB, in string, o Options) *Result {
	t.Helper()
	res, err := Scan(context.Background(), strings.NewReader(in), o)
	if err != nil {
		t.Fatalf("Scan(%.80q): %v", in, err)
	}
	return res
}

// file writes a file of one column beside a filler, so that blanks are NULLs.
func file(values string) string {
	var b strings.Builder
	b.WriteString("v,x\n")
	for _, v := range strings.Split(values, "|") {
		b.WriteString(v + ",.\n")
	}
	return b.String()
}

func TestOwnType(t *testing.T) {
	tests := []struct{ values, want, format string }{
		// Values are separated by |; an empty one is NULL.
		{"true|false|", "boolean", ""},
		{"True|False", "boolean", ""},
		{"TRUE|FALSE", "boolean", ""},
		{"true|FALSE", "string", ""},
		{"tRUE", "string", ""},
		{"t|f", "string", ""},
		{"yes|no", "string", ""},

		{"0|1|-1|", "long", ""},
		{"9223372036854775807|-9223372036854775808", "long", ""},
		{"9223372036854775808", "string", ""},
		{"-9223372036854775809", "string", ""},
		{"01234|56789", "string", ""},
		{"+1", "string", ""},
		{"-0", "string", ""},
		{"-", "string", ""},
		{" 5", "string", ""},
		{"5 ", "string", ""},
		{"1_000", "string", ""},
		{"5|true", "string", ""},
		{`"5"|6`, "long", ""},
		{`5|""`, "string", ""},

		{"1.5|2.25", "decimal(18,2)", ""},
		{"1.5", "decimal(18,2)", ""},
		{"5|1.5|-0.5", "decimal(18,2)", ""},
		{"1.123", "decimal(18,3)", ""},
		{"1234567890123456.12", "decimal(18,2)", ""},
		{"12345678901234567.12", "decimal(38,2)", ""},
		{"1234567890123456|1.123", "decimal(38,3)", ""},
		{"123456789012345678901234567890123456.12", "decimal(38,2)", ""},
		{"1234567890123456789012345678901234567.12", "string", ""},
		{"12345678901234567890|1.5", "decimal(38,2)", ""},
		{"0.12345678901234567890123456789012345678", "decimal(38,38)", ""},
		{"0.123456789012345678901234567890123456789", "string", ""},
		{"00.5", "string", ""},
		{".5", "string", ""},
		{"5.", "string", ""},
		{"-0.00", "string", ""},
		{"-0.01", "decimal(18,2)", ""},
		{"1.5|n/a", "string", ""},
		{`"12,50"`, "string", ""},
		{"1.2.3", "string", ""},

		{"1.5e10|-2.25E-3", "double", ""},
		{"1.5e10|1.5", "string", ""},
		{"1e10", "string", ""},
		{"1.2345678901234567e0", "double", ""},
		{"1.23456789012345678e0", "string", ""},
		{"1.0e309", "string", ""},
		{"4.9e-324", "string", ""}, // its double prints as 5e-324
		{"5.0e-324", "double", ""},
		{"1.0e-400", "string", ""},
		{"01.5e1", "string", ""},
		{"1.5e", "string", ""},
		{"1.5e+", "string", ""},
		{"0.0e5", "double", ""},
		{"NaN|1.5", "string", ""},
		{"inf", "string", ""},

		{"2026-01-31|2024-02-29", "date", ""},
		{"2023-02-29", "string", ""},
		{"1900-02-29", "string", ""},
		{"2000-02-29", "date", ""},
		{"2026-04-31", "string", ""},
		{"2026-13-01", "string", ""},
		{"2026-00-01", "string", ""},
		{"0000-01-01", "string", ""},
		{"0001-01-01|9999-12-31", "date", ""},
		{"2026-1-5", "string", ""},
		{"20260105", "long", ""},
		{"2026-01-31|n/a", "string", ""},
		{"2026-01-31|31/01/2026", "string", ""},

		{"08:30|23:59", "time", ""},
		{"08:30:15|23:59:59.999999", "time", ""},
		{"08:30|08:30:15", "string", ""},
		{"24:00", "string", ""},
		{"08:60", "string", ""},
		{"08:30:60", "string", ""},
		{"8:30", "string", ""},
		{"08:30:15.1234567", "string", ""},
		{"08:30:15.", "string", ""},
		{"08:30 XM", "string", ""},

		{"2026-01-31T08:30:00|2026-01-31T08:30:00.5", "timestamp", ""},
		{"2026-01-31 08:30:00", "timestamp", ""},
		{"2026-01-31T08:30", "timestamp", ""},
		{"2026-01-31 08:30", "timestamp", ""},
		{"2026-01-31T08:30:00|2026-01-31 08:30:00", "string", ""},
		{"2026-01-31T08:30|2026-01-31T08:30:00", "string", ""},
		{"2026-01-31T08:30:00.1234567", "string", ""},
		{"2026-01-31t08:30:00", "string", ""},
		{"2026-01-31|2026-01-31T08:30:00", "string", ""},
		{"2026-01-31T", "string", ""},
		{"2026-01-31T08:30:00Z|2026-01-31T08:30:00.25+02:00", "timestamptz", ""},
		{"2026-01-31 08:30:00+00|2026-01-31 08:30:00-0330", "timestamptz", ""},
		{"2026-01-31T08:30:00Z|2026-01-31T08:30:00", "string", ""},
		{"2026-01-31T08:30Z", "string", ""},
		{"2026-01-31T08:30:00+15:00", "string", ""},
		{"2026-01-31T08:30:00+2", "string", ""},
		{"2026-01-31T08:30:00 UTC", "string", ""},

		{"NA|null|None|NaN", "string", ""},
		{"", "string", ""},
		{`""`, "string", ""},
	}
	for _, tt := range tests {
		checkColumn(t, tt.values, tt.want, tt.format)
	}
}

func TestLocalDates(t *testing.T) {
	tests := []struct{ values, want, format string }{
		{"31/01/2026|01/02/2026", "date", "%d/%m/%Y"},
		{"01/31/2026|01/02/2026", "date", "%m/%d/%Y"},
		{"1/31/2026|1/2/2026|12/12/2026", "date", "%-m/%-d/%Y"},
		{"1/31/2026|1/02/2026", "date", "%-m/%d/%Y"},
		{"01/02/2026|03/04/2026", "string", ""},           // either
		{"31/01/2026|01/31/2026", "string", ""},           // both
		{"31/01/2026|05/01/2026|1/02/2026", "string", ""}, // padded and not
		{"31/01/2026|1/02/2026", "date", "%-d/%m/%Y"},
		{"31/01/2026|31-01-2026", "string", ""}, // two separators
		{"31/01-2026", "string", ""},
		{"31-01-2026", "date", "%d-%m-%Y"},
		{"31.1.2026|5.12.2026", "date", "%-d.%-m.%Y"},
		{"31.4.2026", "string", ""},
		{"29/02/2024", "date", "%d/%m/%Y"},
		{"29/02/2023", "string", ""},
		{"31/01/26", "string", ""},
		{"31/01/20266", "string", ""},
		{"32/01/2026", "string", ""},
		{"0/13/2026", "string", ""},
		{"2026/01/31|2026/02/01", "date", "%Y/%m/%d"},
		{"2026/02/01", "string", ""}, // no day number decides
		{"2026.01.31", "date", "%Y.%m.%d"},
		{"2026/31/01", "string", ""},
		{"2026/1/31", "string", ""},
		{"1/31/2026 8:30|11/2/2026 18:05", "timestamp", "%-m/%-d/%Y %-H:%M"},
		{"31/01/2026 08:30:15", "timestamp", "%d/%m/%Y %H:%M:%S"},
		{"31.01.2026 08:30|01.02.2026 8:30", "string", ""},
		{"31/01/2026 08:30|01/02/2026", "string", ""},
		{"31/01/2026 08:30:15.5", "string", ""},
		{"31/01/2026T08:30", "string", ""},
		{"31/01/2026 24:00", "string", ""},
		{"31/01/2026 08:30 PM|01/02/2026 12:00 am", "timestamp", "%d/%m/%Y %I:%M %p"},
		{"1/31/2026 8:30:15 AM|1/1/2026 11:00:00 PM", "timestamp", "%-m/%-d/%Y %-I:%M:%S %p"},
		{"31/01/2026 08:30 PM|01/02/2026 12:00", "string", ""},
		{"31/01/2026 13:30 PM", "string", ""},
		{"31/01/2026 0:30 AM", "string", ""},
		{"8:30 AM|12:05 pm", "time", "%-I:%M %p"},
		{"08:30 AM|12:05 PM|11:59 PM", "time", "%I:%M %p"},
		{"8:30:01 AM", "time", "%-I:%M:%S %p"},
		{"8:30", "string", ""},
		{"8:30 AM|14:00", "string", ""},
		{"02-Jan-2026|31-DEC-2026", "date", "%d-%b-%Y"},
		{"2 January 2026|31 may 2026", "date", "%-d %B %Y"},
		{`"Jan 2, 2026"|"Feb 12, 2026"`, "date", "%b %-d, %Y"},
		{`"May 02, 2026"`, "date", "%b %d, %Y"},
		{`"September 30, 2026 8:05 PM"`, "timestamp", "%B %d, %Y %-I:%M %p"},
		{`"Jan 2, 2026"|"January 12, 2026"`, "string", ""},
		{"31-Apr-2026", "string", ""},
		{"02-Jan-26", "string", ""},
		{"02-Jan 2026", "string", ""},
		{"2 Janvier 2026", "string", ""},
		{`"Feb 30, 2026"`, "string", ""},
		{"False alarm", "string", ""},
		{"2026/01/31 08:30", "timestamp", "%Y/%m/%d %H:%M"},
	}
	for _, tt := range tests {
		checkColumn(t, tt.values, tt.want, tt.format)
	}
}

func checkColumn(t *testing.T, values, want, format string) {
	t.Helper()
	res := scan(t, file(values), Options{Delimiter: ','})
	c := res.Columns[0]
	if c.Type != want || c.Format != format || res.BadCount > 0 {
		t.Errorf("%s: got %s %q (%v), want %s %q", values, c.Type, c.Format, res.Bad, want, format)
	}
	n := int64(strings.Count(values, "|") + 1)
	if c.Nulls+c.NonNull != n || res.Records != n || c.HasValue != (c.NonNull > 0) {
		t.Errorf("%s: %d nulls and %d values in %d records, want %d", values, c.Nulls, c.NonNull, res.Records, n)
	}
}

func TestNullsAndEmptyStrings(t *testing.T) {
	res := scan(t, "a,b,c\n,\"\",1\n,x,\n", Options{})
	a, b, c := res.Columns[0], res.Columns[1], res.Columns[2]
	if a.HasValue || a.Type != "string" || a.Nulls != 2 {
		t.Errorf("a column of NULLs: %+v", a)
	}
	if !b.HasValue || b.NonNull != 2 || b.Nulls != 0 {
		t.Errorf("a quoted empty field is a value: %+v", b)
	}
	if c.Type != "long" || c.NonNull != 1 || c.Nulls != 1 {
		t.Errorf("an unquoted empty field is NULL: %+v", c)
	}
}

func TestDatesThatStayTextAreNoticed(t *testing.T) {
	for values, want := range map[string]bool{
		"1/5/2026 2/3/2026":              true, // day or month first?
		"2026-01-05 5/13/2026":           true, // two ways
		"2026-01-05 2026-01-06T08:30:00": true,
		"13/1/2026 1/13/2026":            true,
		"1/5/2026 n/a":                   false,
		"2026-01-05 2026-01-06":          false, // dates
		"5/13/2026 5/14/2026":            false,
		"x y":                            false,
		"1 2":                            false,
	} {
		res := scan(t, "d,e\n"+strings.ReplaceAll(values, " ", ",\n")+",\n", Options{})
		if got := res.Columns[0].TextDates; got != want {
			t.Errorf("%s: %t as %s", values, got, res.Columns[0].Type)
		}
		if res.Columns[1].TextDates {
			t.Error("a column without values holds no dates")
		}
	}
}

// What keeps a column from being numbers or dates is told, with its line.
func TestTheValueThatMakesAColumnText(t *testing.T) {
	for name, tt := range map[string]struct {
		values string
		want   string // kind, type, value and line, or "" for nothing to tell
	}{
		"a dash":           {"1.50 2.25 - 3.00", "numbers decimal(18,2) - 4"},
		"n/a at the head":  {"n/a 1 2 3", "numbers long n/a 2"},
		"no such date":     {"2026-01-31 2025-13-45 2026-02-01", "dates date 2025-13-45 3"},
		"another calendar": {"2026-01-31 01/31/2026 5-Jan-25", "dates date 5-Jan-25 4"},
		"mostly text":      {"a b 1 c", ""},
		"numbers":          {"1 2 3", ""},
		"ZIP codes":        {"75001 75002 01234 75004", ""},
		"phone numbers":    {"2125550100 +4930123456 2125550101", ""},
		"half":             {"1 x 2 y", ""},
	} {
		res, err := Scan(t.Context(), strings.NewReader("a\n"+strings.ReplaceAll(tt.values, " ", "\n")+"\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if m := res.Columns[0].Mixed; m != nil {
			got = fmt.Sprint(m.Kind, " ", m.Like, " ", m.Value, " ", m.Line)
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestAFileWithoutAHeaderIsSuspected(t *testing.T) {
	for csv, want := range map[string]bool{
		"P-1,2026-01-05,31.50\nP-2,2026-01-12,28.00\n": true,
		"1,2,3\n4,5,6\n":            true,
		"region,2025,2026\nx,1,2\n": false,
		"id,name\n1,x\n":            false,
		"2026-01-05,note\nsome,x\n": false,
	} {
		res, err := Scan(t.Context(), strings.NewReader(csv), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(res.Columns, func(c ColumnResult) bool { return c.NamedLikeValue })
		if got != want {
			t.Errorf("%q: %t", csv, got)
		}
		if res, err = Scan(t.Context(), strings.NewReader(csv), Options{NoHeader: true}); err != nil || res.Columns[0].NamedLikeValue {
			t.Errorf("%q without a header: %+v, %v", csv, res, err)
		}
	}
}
