package vectord_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Items as they are listed are put into an index of another model without anything changed: it
// makes their vectors of the texts that are kept in their metadata.
func TestItemsAsTheyAreListedHaveTheirTexts(t *testing.T) {
	d, m := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(200, "", "POST", atX+"/add", addTexts)
	m.set(func(m *words) { m.revision, m.dimension = "r2", 8 })
	d.want(201, "", "POST", "/vectors/index", `{"name":"y","model":"words"}`)
	for item, err := range d.EachItem(t.Context(), "x", vector.Scroll{}) {
		if err != nil {
			t.Fatal(err)
		}
		if got := d.mustAdd("y", item); got.Added != 1 {
			t.Errorf("%v", got)
		}
		made, err := d.Item(t.Context(), "y", item.ID)
		if err != nil || string(made.Metadata) != string(item.Metadata) {
			t.Errorf("%s of %s, %v", made.Metadata, item.Metadata, err)
		}
	}
	if got, err := d.Item(t.Context(), "y", "b"); err != nil || !slices.Equal(got.Vector, ofWords("registered nurse", 8)) {
		t.Errorf("%v %v", got, err)
	}
	for _, none := range []string{`{"text":1}`, `{"TEXT":"welder"}`, `{"of":{"text":"welder"}}`, `null`} {
		d.want(400, "bad_vector", "POST", "/vectors/index/y/add", `{"items":[{"id":"a","metadata":`+none+`}]}`)
	}
	d.want(201, "", "POST", "/vectors/index", `{"name":"plain","dimension":2}`)
	d.want(400, "bad_vector", "POST", "/vectors/index/plain/add", `{"items":[{"id":"a","metadata":{"text":"welder"}}]}`)
}

// A text that is empty, or of spaces, is a bad text, whichever way it comes.
func TestAnEmptyTextIsABadText(t *testing.T) {
	j := &jobs{}
	d, _ := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	for _, text := range []string{``, ` `} {
		for _, item := range []string{`"text":"` + text + `"`, `"metadata":{"text":"` + text + `"}`} {
			if p := d.want(400, "bad_text", "POST", atX+"/add", `{"items":[{"id":"e",`+item+`}]}`); p["item"] != 0.0 || p["id"] != "e" {
				t.Errorf("%v", p)
			}
		}
		column := columnOf(arrow.BinaryTypes.String, func(to array.Builder) { to.(*array.StringBuilder).Append(text) })
		if status, answer := d.sendArrow(atX+"/add", withIDs(t, "text", column), ""); status != 400 || !strings.Contains(string(answer), `"bad_text"`) {
			t.Errorf("%d %s", status, answer)
		}
		j.set(`{"id":"a","text":"welder"}`, `{"id":"e","text":"`+text+`"}`)
		if p, _ := d.load("x", `{"sql":"SELECT * FROM jobs"}`)["problem"].(map[string]any); p["code"] != "bad_text" || p["row"] != 2.0 || p["id"] != "e" {
			t.Errorf("%v", p)
		}
		for _, mode := range []string{``, `,"mode":"vector"`, `,"mode":"hybrid"`} {
			d.want(400, "bad_text", "POST", atX+"/search", `{"text":"`+text+`"`+mode+`}`)
		}
	}
	d.want(400, "bad_search", "POST", atX+"/search", `{"text":"","mode":"lexical"}`)
}
