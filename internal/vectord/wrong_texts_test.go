package vectord_test

import (
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A search that is wrong is told so before its text goes to embedd, also where that is away.
func TestAWrongSearchAsksNoModel(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"bare","model":"words","text_fields":[]}`)
	for _, away := range []error{nil, wire.Unavailable("embedd")} {
		m.set(func(m *words) { m.err = away })
		for search, code := range map[string]string{
			`"k":0`: "bad_search", `"ef":0`: "bad_search", `"mode":"meaning"`: "bad_search", `"filter":{"a":{"no":1}}`: "bad_filter",
			`"fusion":{"method":"sum"}`: "bad_search", `"mode":"vector","fusion":{}`: "bad_search", `"fusion":{"alpha":2}`: "bad_search",
			`"fusion":{"depth":-1}`: "bad_search", `"negative":["a"]`: "bad_search",
		} {
			d.want(400, code, "POST", atX+"/search", `{"text":"nurse",`+search+`}`)
		}
		d.want(400, "bad_search", "POST", "/vectors/index/bare/search", `{"text":"nurse","mode":"hybrid"}`)
		if got := m.asked(); len(got) > 0 {
			t.Errorf("embedd was asked for %q", got)
		}
	}
}

// An add that is wrong, or that the index has no room for, is told so before its texts go to
// embedd, also where that is away.
func TestAWrongBatchAsksNoModel(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words","max_items":20}`)
	d.want(200, "", "POST", atX+"/add", `{"items":[{"id":"a","text":"nurse"}]}`)
	m.asked()
	var many, fields []string
	for n := range 20 {
		many = append(many, fmt.Sprintf(`{"id":"%d","text":"nurse"}`, n))
		fields = append(fields, fmt.Sprintf(`{"id":"%d","text":"nurse","metadata":%s}`, n, named(1000*n, 950)))
	}
	for _, away := range []error{nil, wire.Unavailable("embedd")} {
		m.set(func(m *words) { m.err = away })
		for code, items := range map[string]string{
			"bad_item":           many[0] + `,{"id":"","text":"cook"}`,
			"bad_item ":          many[0] + `,{"id":"b","text":"` + strings.Repeat("word ", metadata.MaxBytes/5) + `"}`,
			"dimension_mismatch": many[0] + `,{"id":"b","vector":[1,0]}`,
			"index_full":         strings.Join(many, ","),
			"index_fields":       strings.Join(fields[:11], ","),
		} {
			status, p := d.send("POST", atX+"/add", `{"items":[`+items+`]}`)
			if p["code"] != strings.TrimSpace(code) || (status == 507) != (code == "index_full") {
				t.Errorf("%q: %d %v", code, status, p)
			}
			if at, is := p["item"]; is && at != 1.0 {
				t.Errorf("%q: %v", code, at)
			}
		}
		if got := m.asked(); len(got) > 0 {
			t.Errorf("embedd was asked for %d texts", len(got))
		}
	}
	m.set(func(m *words) { m.err = nil })
	d.want(200, "", "POST", atX+"/add", `{"items":[`+strings.Join(many[:19], ",")+`]}`)
}
