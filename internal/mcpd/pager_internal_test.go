package mcpd

import (
	"bytes"
	"testing"
)

// No answer makes more of a page than its bounds, whatever it says.
func FuzzPager(f *testing.F) {
	f.Add([]byte(`{"columns":[{"name":"a","type":"BIGINT"}],"rows":[[1],[2],[3]],"truncated":true}`), 2, int64(0))
	f.Add([]byte(`{"rows":[[1],["x",{"a":[1]}],[]],"columns":null}`), 1, int64(1))
	f.Add([]byte(`{"rows":{},"columns":7`), 1, int64(0))
	f.Fuzz(func(t *testing.T, body []byte, limit int, offset int64) {
		limit, offset = max(1, min(limit, maxRows)), max(0, min(offset, 1000))
		p := newPager(cursor{Offset: offset, Before: someSum(offset)}, limit)
		if err := p.read(bytes.NewReader(body)); err != nil {
			return
		}
		if len(p.page.Rows) > limit || p.next() < offset {
			t.Errorf("%q gives %d rows of %d", body, len(p.page.Rows), limit)
		}
		if _, err := plainJSON(p.page); err != nil {
			t.Errorf("%q gives a page that cannot be written: %v", body, err)
		}
	})
}

// someSum is one that rows before a page may have by chance alone.
func someSum(offset int64) string {
	if offset == 0 {
		return ""
	}
	return "0000000000000000"
}
