package csvscan

import (
	"bytes"
	"context"
	"encoding/csv"
	"reflect"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func seeds(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a;b\r\n\"1\";\"x\"\"y\"\r\n", "a\n\n\"\"\n", "\ufeffa,b\n1,\"x\ny\"\n\n3,4", "a,b\n1\n2,\"3\n",
		"a|b\r1|2\r", "a,b\n1,\"x\"y\n", "a\tb\n1.50\t2026-01-31\n", "a,b\n\xff,\x00\n", "a,b\n31/1/2026,1e5\n", "a,b\n5\"x,y\n",
	} {
		f.Add([]byte(s))
	}
}

// Where encoding/csv and this package both accept a file, they agree on it.
func FuzzAgainstEncodingCSV(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		// encoding/csv has its own view of \r and of blank lines.
		if bytes.IndexByte(data, '\r') >= 0 || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
			return
		}
		r := csv.NewReader(bytes.NewReader(data))
		r.FieldsPerRecord = -1
		theirs, err := r.ReadAll()
		ours := split(t, bytes.NewReader(data), ',', 0)
		for _, row := range ours {
			if row.fault != noFault {
				if err == nil {
					t.Fatalf("%q: encoding/csv accepts it, we find fault %d on line %d", data, row.fault, row.line)
				}
				return
			}
		}
		if err != nil {
			t.Fatalf("%q: we accept it, encoding/csv says %v", data, err)
		}
		if len(ours) != len(theirs) {
			t.Fatalf("%q: %d records, encoding/csv has %d", data, len(ours), len(theirs))
		}
		for i, row := range ours {
			for j, v := range row.values {
				if v == "NULL" && theirs[i][j] == "" {
					continue
				}
				if v != theirs[i][j] {
					t.Fatalf("%q: record %d field %d is %q, encoding/csv has %q", data, i, j, v, theirs[i][j])
				}
			}
		}
	})
}

// However the bytes arrive the result is one; what is rewritten is clean, has
// the counts that were promised, and is a fixed point.
func FuzzScanAndRewrite(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, o := context.Background(), Options{MaxRecord: 64}
		res, err := Scan(ctx, bytes.NewReader(data), o)
		again, err2 := Scan(ctx, iotest.OneByteReader(bytes.NewReader(data)), o)
		if (err == nil) != (err2 == nil) || err == nil && !reflect.DeepEqual(res, again) {
			t.Fatalf("%q: %+v %v by blocks, %+v %v by bytes", data, res, err, again, err2)
		}
		if err != nil {
			return
		}
		if single := byRecord(t, string(data), Options{MaxRecord: 64, Delimiter: res.Dialect.Delimiter}); !reflect.DeepEqual(res, single) {
			t.Fatalf("%q: %+v by lanes, %+v by record", data, res, single)
		}
		var out bytes.Buffer
		rep, err := Rewrite(ctx, bytes.NewReader(data), &out, res, nil)
		if err != nil || rep.Records != res.Records || rep.BadCount != res.BadCount || res.Misfits != 0 {
			t.Fatalf("%q: %+v, %v", data, rep, err)
		}
		clean, err := Scan(ctx, bytes.NewReader(out.Bytes()), Options{Delimiter: ','})
		if err != nil || clean.HasBadRows() || clean.Records != res.Records {
			t.Fatalf("%q: rewritten to %q: %+v, %v", data, out.Bytes(), clean, err)
		}
		for i, c := range clean.Columns {
			if c != res.Columns[i] {
				t.Fatalf("%q: column %+v became %+v", data, res.Columns[i], c)
			}
		}
		var twice bytes.Buffer
		if _, err := Rewrite(ctx, bytes.NewReader(out.Bytes()), &twice, clean, nil); err != nil || !bytes.Equal(out.Bytes(), twice.Bytes()) {
			t.Fatalf("%q: rewritten to %q, then to %q, %v", data, out.Bytes(), twice.Bytes(), err)
		}
		if !res.HasBadRows() && res.BlankLines == 0 {
			back := split(t, bytes.NewReader(out.Bytes()), ',', 0)
			if want := split(t, bytes.NewReader(data[res.Dialect.Offset:]), res.Dialect.Delimiter, 0); len(back) != len(want) {
				t.Fatalf("%q: %d records became %d", data, len(want), len(back))
			}
		}
	})
}

// A class is never promised for a value that does not come back.
func FuzzClassify(f *testing.F) {
	for _, s := range []string{"1", "-0.5", "1.5e10", "2026-01-31", "31/1/2026 8:30", "08:30:15.5", "2026-01-31T08:30:00+0200", "true", "9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" || len(s) > 60 {
			return
		}
		checkReading(t, s, classify([]byte(s)))
	})
}
