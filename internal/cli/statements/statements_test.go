package statements

import (
	"slices"
	"strings"
	"testing"
)

func TestSemicolonsInsideAreNoEnds(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
		rest string
		open bool
	}{
		{"select 1; select 2;", []string{"select 1;", " select 2;"}, "", false},
		{"select 'a;b';x", []string{"select 'a;b';"}, "x", false},
		{"select 'it''s;';", []string{"select 'it''s;';"}, "", false},
		{`select "a;""b";`, []string{`select "a;""b";`}, "", false},
		{`select 'a\'; select 2;`, []string{`select 'a\';`, " select 2;"}, "", false},
		{`select E'a\';b', e'c''\\';`, []string{`select E'a\';b', e'c''\\';`}, "", false},
		{`select case'x;';`, []string{`select case'x;';`}, "", false},
		{"select $$a;$b$;$$;", []string{"select $$a;$b$;$$;"}, "", false},
		{"select $t$;$$;$T$;$t$;", []string{"select $t$;$$;$T$;$t$;"}, "", false},
		{"select $1; select a$b$; select 1;", []string{"select $1;", " select a$b$;", " select 1;"}, "", false},
		{"-- a;'\nselect 1; -- b;\n", []string{"-- a;'\nselect 1;"}, " -- b;\n", false},
		{"/* ; /* ; */ ' */ select 1;", []string{"/* ; /* ; */ ' */ select 1;"}, "", false},
		{"select 4 - -1 / 2 * 3;", []string{"select 4 - -1 / 2 * 3;"}, "", false},
		{"select 'a\n;\nb';", []string{"select 'a\n;\nb';"}, "", false},
		{"select 'a;", nil, "select 'a;", true},
		{"select $$;", nil, "select $$;", true},
		{"select 1 /* ;", nil, "select 1 /* ;", true},
		{"select é;ü", []string{"select é;"}, "ü", false},
		{";;", []string{";", ";"}, "", false},
	} {
		all, rest := Split(c.text)
		var got []string
		for _, s := range all {
			got = append(got, s.Text)
		}
		open := rest.Open() != ""
		if left := rest.Rest().Text; !slices.Equal(got, c.want) || left != c.rest || open != c.open {
			t.Errorf("%q: %q and %q, open %v", c.text, got, left, open)
		}
	}
}

func TestAStatementKnowsItsLine(t *testing.T) {
	all, rest := Split("-- first\n\nselect\n1; select 2;\n\n/* x */ select 3;\n  -- end\n")
	if len(all) != 3 || all[0].Line != 3 || all[1].Line != 4 || all[2].Line != 6 || !rest.Blank() {
		t.Errorf("%+v, blank %v", all, rest.Blank())
	}
	_, rest = Split("select 1;\n\nselect 2")
	if left := rest.Rest(); left.Line != 3 || left.Text != "\n\nselect 2" {
		t.Errorf("%+v", left)
	}
}

// FuzzSplit: no byte is lost, whatever the text, and a statement that was split
// off splits off again as itself.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"select 1;", "$a$;$a$;'", "E'\\';/*/**/;*/", "--\n;\";\"\"", "\xff;$\x80$;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, rest := Split(text)
		var whole strings.Builder
		for _, s := range all {
			whole.WriteString(s.Text)
			again, left := Split(s.Text)
			if len(again) != 1 || !left.Blank() || !strings.HasSuffix(s.Text, ";") {
				t.Fatalf("%q of %q is %d statements by itself", s.Text, text, len(again))
			}
		}
		if whole.WriteString(rest.Rest().Text); whole.String() != text {
			t.Fatalf("%q became %q", text, whole.String())
		}
	})
}
