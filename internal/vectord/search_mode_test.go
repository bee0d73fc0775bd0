package vectord_test

import (
	"fmt"
	"strings"
	"testing"
)

// Who searches by a text learns what it was searched by, above all where that is words alone.
func TestTheModeThatWasTakenIsTold(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"both","model":"words"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"meaning","model":"words","text_fields":[]}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"plain","dimension":2}`)
	for _, c := range []struct {
		index, search string
		mode          any
	}{
		{"both", `{"text":"nurse"}`, "hybrid"},
		{"meaning", `{"text":"nurse"}`, "vector"},
		{"plain", `{"text":"nurse"}`, "lexical"},
		{"plain", `{"text":"nurse","vector":[1,0]}`, "hybrid"},
		{"plain", `{"vector":[1,0]}`, nil},
		{"both", `{"text":"nurse","mode":"lexical"}`, nil},
	} {
		if found := d.want(200, "", "POST", "/vectors/index/"+c.index+"/search", c.search); found["mode"] != c.mode {
			t.Errorf("%s %s: the mode is %v", c.index, c.search, found["mode"])
		}
	}
	for _, mode := range []string{"vector", "hybrid"} {
		refused := d.want(400, "bad_search", "POST", "/vectors/index/plain/search", `{"text":"nurse","mode":"`+mode+`"}`)
		if !strings.Contains(fmt.Sprint(refused["detail"]), "this index has no model") {
			t.Errorf("mode %s: %v", mode, refused["detail"])
		}
	}
}
