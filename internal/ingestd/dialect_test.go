package ingestd

import (
	"bytes"
	"errors"
	"net/url"
	"testing"
	"testing/iotest"

	"io"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// A dialect becomes the usual CSV that says the same, line by line; what is
// malformed in it is malformed afterwards.
func TestDialectsBecomeTheUsualCSV(t *testing.T) {
	for _, c := range []struct{ params, in, want string }{
		{"quote=single", "a,'b,c','it''s',\"x\"\n'',,z\n", "a,\"b,c\",\"it's\",\"\"\"x\"\"\"\n\"\",,z\n"},
		{"quote=single", "don't,'two\r\nlines'\r\n", "don't,\"two\r\nlines\"\r\n"},
		{"quote=none", "a \"b\",'c'\n\"d,e\"\n", "\"a \"\"b\"\"\",'c'\n\"\"\"d\",\"e\"\"\"\n"},
		{"escape=backslash", `"a \"b\" c","d\\",e\,f` + "\n", `"a ""b"" c","d\","e,f"` + "\n"},
		{"escape=backslash", `C:\new,\N,"x\ty"` + "\n" + `a\`, `C:\new,\N,"x\ty"` + "\n" + `a\`},
		{"escape=backslash", "\"a\\\nb\"\n", "\"a\nb\"\n"},
		{"escape=backslash", `"a""b"`, `"a""b"`},
		{"escape=backslash&quote=single", `'it\'s',"y"`, `"it's","""y"""`},
		{"quote=single", "'a'x,b\n", "\"a\"x,b\n"},  // text behind a quote
		{"quote=single", "'a,\"b\n", "\"a,\"\"b\n"}, // never closed
		{"skip=2", "Report\r\n\"of, \r\na,b\r\n1,\"x\"y\r\n", "\r\n\r\na,b\r\n1,\"x\"y\r\n"},
		{"skip=2&quote=single", "x\n'y\n'a,b'\n", "\n\n\"a,b\"\n"},
		{"skip=3", "a\r\r\nb\r", "\r\r\n\r"},
		{"comment=hash", "# of\r\n#\"two\r\na,b\r\n1,#2\n#x\n\"\n#\",3\n# end", "\r\n\r\na,b\r\n1,#2\n\n\"\n#\",3\n"},
		{"comment=percent", "%\ra\r% b\rc", "a\rc"}, // one column: a blank line would be a NULL
		{"comment=hash&skip=1&escape=backslash", "#1\n\\#,b\n#x\n", "\n\\#,b\n\n"},
	} {
		q, err := url.ParseQuery(c.params)
		if err != nil {
			t.Fatal(err)
		}
		d, err := parseDialect(q, ',', false)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			var out bytes.Buffer
			n := &normaliser{dialect: d, w: &out}
			if _, err := io.Copy(struct{ io.Writer }{n}, r); err != nil {
				t.Fatal(err)
			}
			if err := n.close(); err != nil || out.String() != c.want {
				t.Errorf("%s, %q: %q, want %q; %v", c.params, c.in, out.String(), c.want, err)
			}
		}
	}
}

func TestDialectsThatAreNotWholeAreRefused(t *testing.T) {
	for _, params := range []string{"quote=single", "escape=backslash", "quote=none", "skip=-1", "skip=x", "skip=1001", "comment=hash", "comment=#", "quote=`", "escape=caret"} {
		q, err := url.ParseQuery(params)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseDialect(q, 0, false); !errors.Is(err, ingest.ErrBadOption) {
			t.Errorf("%s without a delimiter: %v", params, err)
		}
	}
	if _, err := parseDialect(url.Values{"skip": {"1"}}, 0, true); !errors.Is(err, ingest.ErrBadOption) {
		t.Errorf("skip without a header: %v", err)
	}
}
