package vectord_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// The field that loads took texts from changes with the vectors alone, as "text" does, also after
// a restart: the next load would take the item for what its row is.
func TestTheTextOfALoadChangesWithItsVectorAlone(t *testing.T) {
	j := &jobs{}
	peers := service.Peers{"storaged": testbed.StartStoraged(t).Base, "embedd": (&words{revision: "r1", dimension: 16}).serve(t), "queryd": j.serve(t)}
	d := startAmong(t, peers)
	d.ready()
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words","text_fields":["resume"]}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"away","model":"words","persist":false}`)
	const load = `{"sql":"SELECT * FROM jobs","text_column":"resume"}`
	j.set(`{"id":"a","resume":"truck driver","city":"Austin"}`)
	change := func(status int, name, what string) {
		t.Helper()
		code := ""
		if status == 400 {
			code = "bad_item"
		}
		p := d.want(status, code, "POST", "/vectors/index/"+name+"/metadata", `{"ids":["a"],`+what+`}`)
		if status == 400 && (p["field"] == nil || !strings.Contains(fmt.Sprint(p["detail"]), "load")) {
			t.Errorf("%v", p)
		}
	}
	for _, name := range []string{"x", "away"} {
		d.load(name, load)
		for _, what := range []string{`"set":{"resume":"welder"}`, `"set":{"resume":null}`, `"remove":["resume"]`, `"set":{"text":"welder"}`} {
			change(400, name, what)
		}
		change(200, name, `"set":{"city":"Boston"}`)
	}
	d.stop()
	d = startAmong(t, peers)
	d.ready()
	d.until(func() bool { _, doc := d.send("GET", atX, ""); return doc["state"] == vector.Serving })
	change(400, "x", `"set":{"resume":"welder"}`)
	j.set(`{"id":"a","resume":"registered nurse","city":"Boston"}`)
	if got := numbers(d.load("x", load)); got != "succeeded: 0 added, 1 updated, 0 unchanged, <nil> truncated" {
		t.Error(got)
	}
	if got, err := d.Item(t.Context(), "x", "a"); err != nil || !slices.Equal(got.Vector, ofWords("registered nurse", 16)) {
		t.Errorf("%v %v", got, err)
	}
}

// What the last load was is read at the start, and not for each change of metadata.
func TestAChangeOfMetadataReadsNoLoad(t *testing.T) {
	j := &jobs{}
	through, faults := testbed.Behind(t, testbed.StartStoraged(t))
	peers := service.Peers{"storaged": through.Base, "embedd": (&words{revision: "r1", dimension: 16}).serve(t), "queryd": j.serve(t)}
	d := startAmong(t, peers)
	d.ready()
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	j.set(`{"id":"a","resume":"truck driver"}`)
	d.load("x", `{"sql":"SELECT * FROM jobs","text_column":"resume"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"y","model":"words"}`)
	d.want(200, "", "POST", "/vectors/index/y/add", addTexts)
	d.stop()
	d = startAmong(t, peers)
	d.ready()
	for _, name := range []string{"x", "y"} {
		d.until(func() bool {
			_, doc := d.send("GET", "/vectors/index/"+name, "")
			return doc["state"] == vector.Serving
		})
	}
	var looks atomic.Int64
	faults.Set(func(r *http.Request) testbed.Fault {
		if strings.Contains(r.URL.String(), "load.json") {
			looks.Add(1)
		}
		return testbed.None
	})
	for _, name := range []string{"x", "y"} {
		for _, city := range []string{"Austin", "Boston"} {
			d.want(200, "", "POST", "/vectors/index/"+name+"/metadata", `{"ids":["a"],"set":{"city":"`+city+`"}}`)
		}
	}
	d.want(400, "bad_item", "POST", atX+"/metadata", `{"ids":["a"],"set":{"resume":"welder"}}`)
	if n := looks.Load(); n > 0 {
		t.Errorf("it was looked for %d times", n)
	}
}

// A load says that its texts are searched by meaning alone, where that is not what the index says
// itself.
func TestALoadSaysThatWordsDoNotFindItsTexts(t *testing.T) {
	j := &jobs{described: [][]json.RawMessage{{[]byte(`"id"`), []byte(`"VARCHAR"`)}, {[]byte(`"resume"`), []byte(`"VARCHAR"`)}}}
	d, _ := startWithWords(t, j.serve(t))
	j.set(`{"id":"a","resume":"truck driver"}`)
	for name, shape := range map[string]string{"x": `"model":"words"`, "named": `"model":"words","text_fields":["title","resume"]`, "none": `"model":"words","text_fields":[]`, "own": `"dimension":2`} {
		d.want(201, "", "POST", "/vectors/index", `{"name":"`+name+`",`+shape+`}`)
		load := d.load(name, `{"sql":"SELECT * FROM jobs","text_column":"resume"}`)
		if got := fmt.Sprint(load["warnings"]); (name == "x") != strings.Contains(got, "resume") || (name == "x") != strings.Contains(got, "--text-field") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
