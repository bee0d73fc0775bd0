package jsonscan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

func scanText(t testing.TB, text string, opts Options) *Result {
	t.Helper()
	res, err := Scan(t.Context(), strings.NewReader(text), opts)
	if err != nil {
		t.Fatalf("%.80q: %v", text, err)
	}
	return res
}

func TestNumbersGetTheTypeThatHoldsThem(t *testing.T) {
	for values, want := range map[string]string{
		"1 2": "long",
		"9223372036854775807 -9223372036854775808": "long",
		"9223372036854775808":                      "decimal(38,0)",
		"100000000000000000000000000000000000000":  "double", // 39 digits, which float64 gives back
		"123456789012345678901234567890123456789":  "string",
		"1.5 2":                      "decimal(18,2)",
		"1.50000":                    "decimal(18,5)",
		"12345678901234567.5":        "decimal(38,2)",
		"1e2 5":                      "double",
		"1e400":                      "string",
		"-0 1":                       "double",
		"-0.0":                       "double",
		"1e2 0.12345678901234567890": "string",
		"0.1 1e-5":                   "double",
	} {
		text := ""
		for v := range strings.FieldsSeq(values) {
			text += `{"a":` + v + "}\n"
		}
		if got := scanText(t, text, Options{}).Columns[0].Type; got != want {
			t.Errorf("%s: %s, want %s", values, got, want)
		}
	}
}

func TestTextGetsTheTypesOfDatesAlone(t *testing.T) {
	for values, want := range map[string]string{
		`"2026-01-31" "2026-02-01"`: "date ",
		`"31/01/2026" "01/02/2026"`: "date %d/%m/%Y",
		`"01/02/2026"`:              "string ",
		`"08:30" "09:00"`:           "time ",
		`"2026-01-31T08:30:00Z"`:    "timestamptz ",
		`"1" "2"`:                   "string ",
		`"true"`:                    "string ",
		`"2026-01-31" ""`:           "string ",
		`"2026-01-31" 5`:            "string ",
		`["2026-01-31"]`:            "list<date> ",
		`["31/01/2026"]`:            "list<string> ",
		`[] []`:                     "list<string> ",
		`[[1],[2.5]]`:               "list<list<decimal(18,2)>> ",
		`{"b:c":1}`:                 "string ",
		`{"b":{"c":null}}`:          "struct<b:struct<c:string>> ",
		strings.Repeat(`[`, 30) + strings.Repeat(`]`, 30): strings.Repeat("list<", 25) + "string" + strings.Repeat(">", 25) + " ",
	} {
		text := ""
		for v := range strings.FieldsSeq(values) {
			text += `{"a":` + v + "}\n"
		}
		c := scanText(t, text, Options{}).Columns[0]
		if got := c.Type + " " + c.Format; got != want {
			t.Errorf("%s: %s, want %s", values, got, want)
		}
	}
}

// Bad records are told by the lines they begin on, in every layout.
func TestLinesOfRecords(t *testing.T) {
	for layout, text := range map[string]string{
		"lines":  "\n{\"a\":1}\n\n{\"a\":1,\"a\":2}\n  \n[3]",
		"array":  "\n[{\"a\":1},\n\n{\"a\":1,\"a\":2},\n\n[3]]\n",
		"stream": "\n{\n\"a\":1}\n{\"a\":1,\n\"a\":2}\n[3]",
	} {
		res := scanText(t, text, Options{})
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			report, err := Rewrite(t.Context(), r, io.Discard, res, nil)
			if err != nil || report.Records != 1 || report.BadCount != 2 {
				t.Fatalf("%s: %+v, %v", layout, report, err)
			}
			if got := fmt.Sprint(report.Bad[0].Line, report.Bad[1].Line); got != "4 6" {
				t.Errorf("%s: lines %s", layout, got)
			}
		}
	}
}

// An array is not held in memory, and neither is what is no record.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	record := `{"id":17,"name":"Jane Doe","tags":["a","b"],"at":{"city":"Austin"}},` + "\n"
	for what, text := range map[string]io.Reader{
		"an array":        io.MultiReader(strings.NewReader("["), repeated(record, 30_000), strings.NewReader(strings.TrimSuffix(record, ",\n")+"]")),
		"an endless text": io.MultiReader(strings.NewReader(`[{"a":"`), repeated("x", 17<<20)),
		"an endless line": io.MultiReader(strings.NewReader(`{"a":"x"}`+"\n"+`{"a":"`), repeated("x", 17<<20)),
		"line ends":       io.MultiReader(strings.NewReader("[{"), repeated("\n", 17<<20)),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := Scan(t.Context(), text, Options{})
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err != nil && !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v", what, err)
		}
		if got := after.Sys - before.Sys; after.Sys > before.Sys && got > 200<<20 {
			t.Errorf("%s took %d MiB", what, got>>20)
		}
	}
}

// repeated reads a text n times.
func repeated(text string, n int) io.Reader {
	block := strings.Repeat(text, max(1, min(n, 64<<10/len(text))))
	return io.LimitReader(&endless{block: block}, int64(n)*int64(len(text)))
}

type endless struct {
	block string
	at    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.block[e.at:])
	e.at = (e.at + n) % len(e.block)
	return n, nil
}

// FuzzScan: a scan ends, and what it accepts is rewritten to as many records, which
// a CSV scan then finds whole.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"", "[]", "{}", `{"a":1}`, "[{\"a\":1},{\"a\":\"x\"}]", "{\"a\":1}\n{\"b\":[{\"c\":null}]}\n", "{\"a\":1,\"A\":2}\n{\"a\":1}", "{\n\"a\":1}\n{\"a\":{}}",
		`{"a":"\ud800"}`, "{\"a\":\"\xff\"}\n{\"a\":\"\"}", `{"a":-0}`, `{"a":1e999}`, "[{\"a\":\"x,\\n\\\"\"}", strings.Repeat(`{"a":`, 120), "\ufeff{\"a\":true}", "[1,{\"\":2}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		res, err := Scan(context.Background(), bytes.NewReader(data), Options{})
		if err != nil || len(res.Columns) == 0 {
			return
		}
		var out bytes.Buffer
		report, err := Rewrite(context.Background(), bytes.NewReader(data), &out, res, func(csvscan.BadRow) error { return nil })
		if err != nil || report.Records != res.Records || report.BadCount != res.BadCount {
			t.Fatalf("%q: scanned %d and %d, rewritten %+v, %v", data, res.Records, res.BadCount, report, err)
		}
		back, err := csvscan.Scan(context.Background(), bytes.NewReader(out.Bytes()), csvscan.Options{Delimiter: ','})
		if err != nil {
			if errors.Is(err, csvscan.ErrBadHeader) {
				return // names that a CSV would not have
			}
			t.Fatalf("%q: rewritten %q: %v", data, out.Bytes(), err)
		}
		if back.Records != res.Records || back.HasBadRows() {
			t.Fatalf("%q: rewritten %q has %d records of %d", data, out.Bytes(), back.Records, res.Records)
		}
	})
}
