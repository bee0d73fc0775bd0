package csvscan

import (
	"slices"
	"strings"
	"testing"
)

func TestValuesAgainstAType(t *testing.T) {
	tests := []struct{ typ, fit, unfit string }{
		{"string", `x|007|5|"a ""b"""|""`, ""},
		{"boolean", "true|False|TRUE", `1|yes|t|""`},
		{"int", "2147483647|-2147483648|0", "2147483648|-2147483649|007|5.0|+1"},
		{"long", "9223372036854775807|5", `9223372036854775808|5.00|007|""|1e3`},
		{"decimal(18,2)", "5|5.1|5.10|5.1000|-0.5|1234567890123456.12", "5.125|12345678901234567|05.1|.5|1e3|n/a"},
		{"decimal(2,2)", "0.25|0|-0.99", "1|1.25|0.255"},
		{"double", "5|0.1|1e5|-2.5E-3|9007199254740992", "9007199254740993|NaN|0.12345678901234567890|05|inf|.5"},
		{"float", "0.1|5|16777216", "16777217|0.123456789"},
		{"date", "2026-01-31|2024-02-29", "2026-02-30|2026-01-31T00:00:00|x"},
		{"time", "08:30|08:30:15|08:30:15.5", "8:30|25:00"},
		{"timestamp", "2026-01-31 08:30|2026-01-31T08:30:15.123456", "2026-01-31|2026-01-31T08:30:15Z|2026-01-31T08:30:15.1234567"},
		{"timestamptz", "2026-01-31T08:30:15Z|2026-01-31 08:30:15.5+02", "2026-01-31T08:30:15"},
		{"binary", "", "x|5"},
		{"list<string>", "", "[]"},
	}
	for _, tt := range tests {
		target := []Column{{Name: "v", Type: tt.typ}, {Name: "x", Type: "string"}}
		for _, fits := range []bool{true, false} {
			values := tt.unfit
			if fits {
				values = tt.fit
			}
			for _, v := range strings.Split(values, "|") {
				if values == "" {
					continue
				}
				res := scan(t, file(v), Options{Target: target, Delimiter: ','})
				if got := res.Drift == nil; got != fits {
					t.Errorf("%q as %s: fits %t, want %t", v, tt.typ, got, fits)
				}
			}
		}
		if res := scan(t, file("|"), Options{Target: target}); res.Drift != nil || res.Columns[0].Type != tt.typ {
			t.Errorf("NULLs as %s: %+v", tt.typ, res.Drift)
		}
	}
}

func TestDrift(t *testing.T) {
	target := []Column{{Name: "Id", Type: "long"}, {Name: "bill_rate", Type: "decimal(18,2)"}, {Name: "gone", Type: "date"}}
	res := scan(t, "shift,BILL_RATE,id\nday,n/a,1\nnight,n/a,2\nday,5.5,3\n", Options{Target: target})
	want := []Change{
		{Column: "shift", Kind: Added, To: "string"},
		{Column: "bill_rate", Kind: Retyped, From: "decimal(18,2)", To: "string", Example: "n/a", Line: 2},
		{Column: "gone", Kind: Removed, From: "date"},
	}
	if !slices.Equal(res.Drift, want) {
		t.Errorf("got %+v", res.Drift)
	}
	if c := res.Columns[2]; c.Name != "Id" || c.Target != 0 || res.Misfits != 0 {
		t.Errorf("got %+v, %d misfits", c, res.Misfits)
	}
}

// More than half of the values make a drift, half of them bad rows. NULLs do
// not count.
func TestHalfIsNotDrift(t *testing.T) {
	target := []Column{{Name: "v", Type: "long"}, {Name: "x", Type: "string"}}
	res := scan(t, file("1|a|b|2||||"), Options{Target: target})
	if res.Drift != nil || res.Misfits != 2 || res.Columns[0].Misfits != 2 || !res.HasBadRows() {
		t.Errorf("half: %+v, %d misfits", res.Drift, res.Misfits)
	}
	res = scan(t, file("1|a|b||||"), Options{Target: target})
	want := []Change{{Column: "v", Kind: Retyped, From: "long", To: "string", Example: "a", Line: 3}}
	if !slices.Equal(res.Drift, want) || res.Misfits != 0 {
		t.Errorf("more than half: %+v, %d misfits", res.Drift, res.Misfits)
	}
	res = scan(t, file("1.5|2.5"), Options{Target: target})
	if len(res.Drift) != 1 || res.Drift[0].To != "decimal(18,2)" {
		t.Errorf("the file's own type: %+v", res.Drift)
	}
}

func TestUnvaluedColumnsAdoptTheFilesType(t *testing.T) {
	target := []Column{{Name: "v", Type: "string", Unvalued: true}, {Name: "x", Type: "string"}}
	res := scan(t, file("1|2"), Options{Target: target})
	if c := res.Columns[0]; res.Drift != nil || c.Type != "long" || !c.Adopted || res.Columns[1].Adopted {
		t.Errorf("%+v %+v", res.Columns, res.Drift)
	}
	res = scan(t, file("1|2"), Options{Target: []Column{{Name: "v", Type: "string"}, {Name: "x", Type: "string"}}})
	if c := res.Columns[0]; res.Drift != nil || c.Type != "string" || c.Adopted {
		t.Errorf("a string column with values stays: %+v %+v", res.Columns, res.Drift)
	}
}

func TestTargetDates(t *testing.T) {
	target := []Column{{Name: "v", Type: "date"}, {Name: "x", Type: "string"}}
	tests := []struct {
		values, format string
		misfits        int64
		drift          bool
	}{
		{"2026-01-31|2026-02-01", "", 0, false},
		{"31/01/2026|01/02/2026", "%d/%m/%Y", 0, false},
		{"01/02/2026|03/04/2026", "", 2, true}, // undecided
		{"2026-01-31|2026-02-01|31/01/2026", "", 1, false},
		{"31/01/2026|01/02/2026|2026-01-31", "%d/%m/%Y", 1, false},
		{"31/01/2026|2026-01-31", "", 1, false}, // a draw is ISO's
		{"31/01/2026|31/12/2026|31-01-2026|x", "%d/%m/%Y", 2, false},
		{"31/01/2026|01/31/2026|2026-01-31", "", 2, true},
		{"31/01/2026 08:30", "", 1, true},
	}
	for _, tt := range tests {
		res := scan(t, file(tt.values), Options{Target: target})
		c := res.Columns[0]
		if c.Type != "date" || c.Format != tt.format || c.Misfits != tt.misfits || (res.Drift != nil) != tt.drift {
			t.Errorf("%s: %+v, drift %+v", tt.values, c, res.Drift)
		}
		if tt.drift && (res.Drift[0].Example == "" || res.Drift[0].Line < 2) {
			t.Errorf("%s: the drift has no example: %+v", tt.values, res.Drift)
		}
	}
}

func TestForcedTypes(t *testing.T) {
	res := scan(t, file("1|x|y"), Options{Types: map[string]string{"V": "long"}})
	if c := res.Columns[0]; res.Drift != nil || c.Type != "long" || res.Misfits != 2 {
		t.Errorf("misfits of a forced type are bad rows, however many: %+v", c)
	}
	res = scan(t, file("1|2"), Options{Types: map[string]string{"v": "string"}})
	if c := res.Columns[0]; c.Type != "string" || res.HasBadRows() {
		t.Errorf("a number forced to be text: %+v", c)
	}
	target := []Column{{Name: "v", Type: "long"}, {Name: "x", Type: "string", Unvalued: true}}
	res = scan(t, file("1|2"), Options{Target: target, Types: map[string]string{"v": "string", "x": "string"}})
	want := []Change{{Column: "v", Kind: Retyped, From: "long", To: "string"}}
	if !slices.Equal(res.Drift, want) {
		t.Errorf("a forced type that is not the target's: %+v", res.Drift)
	}
}

func TestTargetByPosition(t *testing.T) {
	target := []Column{{Name: "id", Type: "long"}, {Name: "name", Type: "string"}}
	res := scan(t, "1,a\n2,b\n", Options{Target: target, NoHeader: true})
	if res.Drift != nil || res.Columns[1].Name != "name" || res.Records != 2 {
		t.Errorf("%+v %+v", res.Columns, res.Drift)
	}
	res = scan(t, "1,a,x\n", Options{Target: target, NoHeader: true})
	if want := []Change{{Column: "column_3", Kind: Added, To: "string"}}; !slices.Equal(res.Drift, want) {
		t.Errorf("%+v", res.Drift)
	}
	res = scan(t, "1\n", Options{Target: target, NoHeader: true})
	if want := []Change{{Column: "name", Kind: Removed, From: "string"}}; !slices.Equal(res.Drift, want) {
		t.Errorf("%+v", res.Drift)
	}
}
