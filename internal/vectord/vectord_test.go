package vectord_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
)

func TestAnIndexFromItsMakingToItsEnd(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	made := d.want(201, "", "POST", "/vectors/index", `{"name":"resumes","dimension":4,"metric":"cosine"}`)
	if made["metric"] != "cosine" || made["quantization"] != "int8" || made["persist"] != true || made["state"] != "ready" || made["m"] != 16.0 {
		t.Errorf("made %v", made)
	}
	d.want(409, "index_exists", "POST", "/vectors/index", `{"name":"resumes","dimension":4}`)
	d.want(200, "", "POST", "/vectors/index", `{"name":"resumes","dimension":4,"if_not_exists":true}`)
	d.want(409, "index_exists", "POST", "/vectors/index", `{"name":"resumes","dimension":5,"if_not_exists":true}`)

	doc := d.want(200, "", "POST", "/vectors/index/resumes/add", `{"items":[{"id":"c-1","vector":[1,0,0,0],"metadata":{"city":"Austin"}},{"id":"c-2","vector":[0,1,0,0],"metadata":{"city":"Waco"}},{"id":"c-3","vector":[1,1,0,0],"metadata":{"city":"Austin"}}]}`)
	if doc["added"] != 3.0 || doc["updated"] != 0.0 || doc["count"] != 3.0 {
		t.Errorf("added %v", doc)
	}
	doc = d.want(200, "", "POST", "/vectors/index/resumes/search", `{"vector":[1,0.1,0,0],"k":2,"filter":{"city":"Austin"}}`)
	if got, _ := json.Marshal(doc["results"]); !strings.Contains(string(got), `"id":"c-1","metadata":{"city":"Austin"}`) || strings.Contains(string(got), "c-2") || doc["exact"] != false {
		t.Errorf("found %s", got)
	}
	doc = d.want(200, "", "POST", "/vectors/index/resumes/search", `{"vectors":[[1,0,0,0],[0,1,0,0]],"k":1,"with_metadata":false,"with_vector":true}`)
	if got, _ := json.Marshal(doc["batches"]); string(got) != `[{"results":[{"distance":0,"id":"c-1","score":1,"vector":[1,0,0,0]}]},{"results":[{"distance":0,"id":"c-2","score":1,"vector":[0,1,0,0]}]}]` {
		t.Errorf("found %s", got)
	}
	if item, err := d.Item(t.Context(), "resumes", "c-3"); err != nil || len(item.Vector) != 4 || string(item.Metadata) != `{"city":"Austin"}` {
		t.Errorf("item %+v, %v", item, err)
	}
	d.want(404, "item_not_found", "GET", "/vectors/index/resumes/items/c-9", "")
	doc = d.want(200, "", "POST", "/vectors/index/resumes/delete", `{"ids":["c-1","c-9"]}`)
	if doc["deleted"] != 1.0 || doc["count"] != 2.0 {
		t.Errorf("deleted %v", doc)
	}
	doc = d.want(200, "", "POST", "/vectors/index/resumes/delete", `{"filter":{"city":"Waco"}}`)
	if doc["deleted"] != 1.0 || doc["count"] != 1.0 {
		t.Errorf("deleted %v", doc)
	}
	d.want(204, "", "DELETE", "/vectors/index/resumes", "")
	d.want(404, "index_not_found", "POST", "/vectors/index/resumes/search", `{"vector":[1,0,0,0]}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"resumes","dimension":8}`)
}

// What cannot be is refused with what is wrong, and nothing of it is applied.
func TestBadInputIsToldAndAppliesNothing(t *testing.T) {
	d := start(t, testbed.StartStoraged(t), func(c *vectord.Config) { c.MaxIndexes = 2 })
	for _, c := range []struct{ body, code string }{
		{`{"name":"Résumés","dimension":4}`, "bad_index"}, {`{"name":"","dimension":4}`, "bad_index"}, {`{"name":"a/b","dimension":4}`, "bad_index"},
		{`{"name":"x"}`, "bad_index"}, {`{"name":"x","dimension":0}`, "bad_index"}, {`{"name":"x","dimension":100000}`, "bad_index"},
		{`{"name":"x","dimension":4,"metric":"hamming"}`, "bad_index"}, {`{"name":"x","dimension":4,"quantization":"pq"}`, "bad_index"},
		{`{"name":"x","dimension":4,"m":1000}`, "bad_index"}, {`{"name":"x","dimension":4,"text_fields":["a","a"]}`, "bad_index"},
		{`{"name":"x","dimension":4,"text_fields":["` + strings.Repeat("a", 257) + `"]}`, "bad_index"}, {`{"name":"x","dimension":4,"model":"` + strings.Repeat("a", 257) + `"}`, "bad_index"},
		{`{"name":"x","dimension":4,"dimensions":4}`, "unknown_field"}, {`{"name":"x","dimension":"4"}`, "bad_request"}, {``, "bad_request"},
	} {
		d.want(400, c.code, "POST", "/vectors/index", c.body)
	}
	d.mustCreate("x", vector.Shape{Dimension: 2})
	for _, c := range []struct {
		items, code string
		item        float64
	}{
		{`{"id":"a","vector":[1,0]},{"id":"b","vector":[1,0,0]}`, "dimension_mismatch", 1},
		{`{"id":"a","vector":[1,0]},{"id":"b","vector":[1e39,0]}`, "bad_vector", 1},
		{`{"id":"a","vector":[1,0]},{"id":"b","vector":[1,NaN]}`, "bad_vector", 1},
		{`{"id":"a","vector":[1,0]},{"id":"b","vector":[-Infinity, 1]}`, "bad_vector", 1}, {`{"id":"b","vector":[Infinity]}`, "bad_vector", 0},
		{`{"id":"a","vector":[0,0]}`, "bad_vector", 0}, {`{"id":"a"}`, "bad_vector", 0},
		{`{"id":"","vector":[1,0]}`, "bad_item", 0}, {`{"id":"a","vector":[1,0],"metadata":[1]}`, "bad_item", 0},
		{`{"id":"a","vector":[1,0],"text":"t","metadata":{"text":"u"}}`, "bad_item", 0},
		{`{"id":"a","vector":[1,0],"metadata":{"tax":123456789012345678901234567890}}`, "bad_item", 0},
	} {
		doc := d.want(400, c.code, "POST", "/vectors/index/x/add", `{"items":[`+c.items+`]}`)
		if doc["item"] != c.item {
			t.Errorf("%s: item %v", c.items, doc["item"])
		}
		if c.code == "dimension_mismatch" && (doc["expected"] != 2.0 || doc["got"] != 3.0) {
			t.Errorf("%s: %v", c.items, doc)
		}
	}
	for _, body := range []string{`{"items":[{"id":"a","vector":[1,0],"metadata":{"n":NaN}}]}`, `{"items":[{"id":"a","vector":["1",0]}]}`, `{"items":[{"id":"a","vector":[null,0]}]}`, `{"items":[]}`, `{"items":[{"id":"a","vector":[1,0]}]} x`} {
		d.want(400, "bad_request", "POST", "/vectors/index/x/add", body)
	}
	if n, err := d.Count(t.Context(), "x", nil); n != 0 || err != nil {
		t.Errorf("%d items are there, %v", n, err)
	}
	d.mustAdd("x", vector.Item{ID: "a", Vector: vector.Vector{1, 0}, Metadata: json.RawMessage(`{"n":1}`)})
	for body, code := range map[string]string{
		`{}`: "bad_search", `{"vector":[1,0,0]}`: "dimension_mismatch", `{"vector":[NaN,0]}`: "bad_vector", `{"vectors":[[1,0],[0,-Infinity]],"k":1}`: "bad_vector", `{"vector":[0,0]}`: "bad_vector", `{"vector":[1,0],"k":-1}`: "bad_search", `{"vector":[1,0],"k":0}`: "bad_search", `{"vector":[1,0],"ef":0}`: "bad_search",
		`{"vector":[1,0],"k":100000}`: "bad_search", `{"vector":[1,0],"vectors":[[1,0]]}`: "bad_search", `{"vector":[1,0],"mode":"lexical"}`: "bad_search",
		`{"text":"a","mode":"hybrid"}`: "bad_search", `{"vector":[1,0],"filter":{"m":1}}`: "bad_filter", `{"vector":[1,0],"filter":{"n":{"near":1}}}`: "bad_filter",
		`{"vector":[1,0],"text":"a","fusion":{"method":"borda"}}`: "bad_search", `{"vectors":[[1,0],[1]]}`: "dimension_mismatch", `{"vector":[1,0],"ef":-5}`: "bad_search",
		`{"vector":[1,0],"fusion":{"alpha":0.5}}`: "bad_search", `{"vector":[1,0],"text":"a","fusion":{"method":"rrf","alpha":0.5}}`: "bad_search",
		`{"vector":[1,0],"text":"a","fusion":{"alpha":0.5,"constant":10}}`: "bad_search", `{"vectors":[]}`: "bad_search",
	} {
		d.want(400, code, "POST", "/vectors/index/x/search", body)
	}
	for _, body := range []string{`{}`, `{"text":""}`} {
		if said := d.want(400, "bad_search", "POST", "/vectors/index/x/search", body)["detail"]; !strings.Contains(fmt.Sprint(said), `or "text" with words`) {
			t.Errorf("a search for nothing: %v", said)
		}
	}
	d.want(404, "item_not_found", "POST", "/vectors/index/x/search", `{"positive":["nobody"]}`)
	for _, body := range []string{`{}`, `{"ids":["a"],"filter":{"n":1}}`} {
		d.want(400, "bad_request", "POST", "/vectors/index/x/delete", body)
	}
	d.want(400, "bad_request", "GET", "/vectors/index/x/scroll?limit=0", "")
	d.want(400, "unknown_parameter", "GET", "/vectors/index/x/scroll?size=0", "")
	d.mustCreate("y", vector.Shape{Dimension: 2})
	d.want(507, "index_memory", "POST", "/vectors/index", `{"name":"z","dimension":2}`)
	d.want(404, "index_not_found", "GET", "/vectors/index/z", "")
}

func TestAliases(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("v1", vector.Shape{Dimension: 2})
	d.mustCreate("v2", vector.Shape{Dimension: 2})
	d.want(200, "", "PUT", "/vectors/aliases/live", `{"index":"v1"}`)
	d.mustAdd("live", vector.Item{ID: "a", Vector: vector.Vector{1, 0}})
	d.want(200, "", "PUT", "/vectors/aliases/live", `{"index":"v2"}`)
	for name, want := range map[string]int{"v1": 1, "v2": 0, "live": 0} {
		if n, err := d.Count(t.Context(), name, nil); n != want || err != nil {
			t.Errorf("%s has %d items, want %d: %v", name, n, want, err)
		}
	}
	d.want(409, "index_exists", "POST", "/vectors/index", `{"name":"live","dimension":2,"if_not_exists":true}`)
	d.want(409, "index_exists", "PUT", "/vectors/aliases/v1", `{"index":"v2"}`)
	d.want(404, "index_not_found", "PUT", "/vectors/aliases/other", `{"index":"nobody"}`)
	d.want(400, "bad_index", "DELETE", "/vectors/index/live", "")
	if set, err := d.SetAlias(t.Context(), "again", "live"); err != nil || set != (vector.Alias{Alias: "again", Index: "v2"}) {
		t.Errorf("an alias of an alias: %v, %v", set, err)
	}
	if all, err := d.Aliases(t.Context()); err != nil || fmt.Sprint(all) != "[{again v2} {live v2}]" {
		t.Errorf("aliases %v, %v", all, err)
	}
	if doc := d.want(200, "", "GET", "/vectors/index/v2", ""); fmt.Sprint(doc["aliases"]) != "[again live]" {
		t.Errorf("aliases %v", doc["aliases"])
	}
	if err := d.DropAlias(t.Context(), "again"); err != nil {
		t.Error(err)
	}
	d.want(404, "alias_not_found", "DELETE", "/vectors/aliases/again", "")
	d.want(204, "", "DELETE", "/vectors/index/v2", "")
	if doc := d.want(200, "", "GET", "/vectors/aliases", ""); fmt.Sprint(doc["aliases"]) != "[]" {
		t.Errorf("aliases %v", doc["aliases"])
	}
}

// Pages of indexes and of items give each one once, in order.
func TestPages(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	var want, got []string
	for n := range 25 {
		name := fmt.Sprintf("i%02d", n)
		d.mustCreate(name, vector.Shape{Dimension: 2})
		want = append(want, name)
	}
	for x, err := range d.EachIndex(t.Context(), 10) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, x.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("indexes %v", got)
	}
	d.mustAdd("i00", items(0, 250, 2)...)
	if x, err := d.Get(t.Context(), "i00", 0); err != nil || x.Stats.Memory.Vectors < 250*2*4 || x.Stats.Memory.Limit <= x.Stats.Memory.Vectors {
		t.Errorf("%+v, %v", x.Stats, err)
	}
	got, want = nil, nil
	for n := 0; n < 250; n += 2 {
		want = append(want, item(n, 2).ID)
	}
	for x, err := range d.EachItem(t.Context(), "i00", vector.Scroll{Limit: 60, WithVector: true, Filter: vector.Filter(`{"even":true}`)}) {
		if err != nil || len(x.Vector) != 2 {
			t.Fatalf("item %v: %v", x, err)
		}
		got = append(got, x.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d items", len(got))
	}
}

// The three modes of search, and searches by example.
func TestModes(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("jobs", vector.Shape{Dimension: 2})
	d.mustAdd("jobs",
		vector.Item{ID: "welder", Vector: vector.Vector{1, 0}, Text: new("welder, night shift")},
		vector.Item{ID: "nurse", Vector: vector.Vector{0, 1}, Text: new("nurse, day shift")},
		vector.Item{ID: "driver", Vector: vector.Vector{0.9, 0.1}, Text: new("forklift driver")})
	for body, want := range map[string]string{
		`{"text":"night shift","k":2}`:                                        "[welder nurse]",
		`{"text":"forklift","mode":"lexical"}`:                                "[driver]",
		`{"vector":[0.9,0.1],"text":"night","k":2}`:                           "[welder driver]",
		`{"vector":[0.9,0.1],"text":"nurse","k":1,"fusion":{"alpha":1}}`:      "[driver]",
		`{"vector":[0.9,0.1],"text":"shift","fusion":{"method":"rrf"},"k":1}`: "[welder]",
		`{"positive":["welder"]}`:                                             "[driver nurse]",
		`{"positive":["driver"],"negative":["welder"],"k":1}`:                 "[nurse]",
		`{"vector":[1,0],"min_score":0.5}`:                                    "[welder driver]",
		`{"vector":[1,0],"filter":{"not":{"text":{"exists":true}}}}`:          "[]",
		`{"vector":[1,0],"exact":true,"k":1}`:                                 "[welder]",
	} {
		found := struct {
			Results []vector.Result
			Exact   bool
		}{}
		if err := d.JSON(t.Context(), http.MethodPost, "/vectors/index/jobs/search", nil, json.RawMessage(body), &found); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if got := fmt.Sprint(ids(found.Results)); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
		for _, r := range found.Results {
			both := strings.Contains(body, `"text":"`) && strings.Contains(body, `"vector"`)
			if (r.Parts != nil) != both || (r.Distance == nil) != (strings.HasPrefix(body, `{"text"`)) {
				t.Errorf("%s: %+v", body, r)
			}
		}
	}
	d.want(400, "bad_filter", "POST", "/vectors/index/jobs/search", `{"vector":[1,0],"filter":{"text":"nurse"}}`)
}

// An index that is full takes changes of what it holds, and a restart finds them.
func TestAFullIndexIsChanged(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.mustCreate("x", vector.Shape{Dimension: 2, MaxItems: 3})
	for range 4 {
		d.mustAdd("x", items(0, 3, 2)...)
	}
	d.want(200, "", "POST", "/vectors/index/x/metadata", `{"ids":["`+item(1, 2).ID+`"],"set":{"changed":true}}`)
	doc := d.want(507, "index_full", "POST", "/vectors/index/x/add", `{"items":[{"id":"`+item(0, 2).ID+`","vector":[1,0]},{"id":"new","vector":[1,0]}]}`)
	if doc["room"] != 0.0 || doc["limit"] != 3.0 {
		t.Errorf("%v", doc)
	}
	d.stop()
	d = start(t, store)
	d.mustAdd("x", items(0, 3, 2)...)
	d.want(507, "index_full", "POST", "/vectors/index/x/add", `{"items":[{"id":"new","vector":[1,0]}]}`)
}

// What does not fit into memory is refused, and what there is goes on.
func TestMemoryIsBounded(t *testing.T) {
	d := start(t, testbed.StartStoraged(t), func(c *vectord.Config) { c.MemoryBytes = 4 << 20 })
	d.mustCreate("x", vector.Shape{Dimension: 256})
	for n := 0; ; n += 100 {
		_, err := d.Add(t.Context(), "x", items(n, n+100, 256))
		if errors.Is(err, vector.ErrIndexMemory) {
			break
		}
		if err != nil || n > 10_000 {
			t.Fatalf("%d items are in: %v", n, err)
		}
	}
	if found, err := d.Search(t.Context(), "x", vector.Search{Vector: item(7, 256).Vector, K: new(1)}); err != nil || len(found.Results) != 1 || found.Results[0].ID != item(7, 256).ID {
		t.Errorf("%+v, %v", found, err)
	}
}

// Many vectors may stand anywhere in the object, written in any way, and what is wrong
// with them is told as of any other field.
func TestManyVectorsStandAnywhere(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", vector.Item{ID: "a", Vector: vector.Vector{1, 0}}, vector.Item{ID: "b", Vector: vector.Vector{0, 1}})
	const path = "/vectors/index/x/search"
	for _, body := range []string{
		`{"vectors":[[1,0],[0,1]],"k":1}`, `{"k":1,"filter":{},"vectors" : [ [ 1.0 , 0e0 ],
			[0,1]] }` + "\n ", `{"with_vector":false,"k":1,"vect\u006frs":[[1,0],[-0,1]]}`,
	} {
		doc := d.want(200, "", "POST", path, body)
		batches, _ := doc["batches"].([]any)
		var got []string
		for _, batch := range batches {
			for _, r := range batch.(map[string]any)["results"].([]any) {
				got = append(got, r.(map[string]any)["id"].(string))
			}
		}
		if !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("%s: %v", body, got)
		}
	}
	for body, code := range map[string]string{
		`{"vectors":[[1,0]],"vectors":[[1,0]]}`: "bad_request", `{"vectors"[[1,0]]}`: "bad_request", `{"vectors"::[[1,0]]}`: "bad_request",
		`{"vectors":[[1,0]]`: "bad_request", `{"vectors":[[1,0]]}}`: "bad_request", `{"vectors":[[1,0]],}`: "bad_request", `{"vectors":[[01,0]]}`: "bad_request",
		`{"vectors":[[1,0]],"extra":1}`: "unknown_field", `{"vectors":[[1,0],[1]]}`: "dimension_mismatch", `{"vectors":[[1e39,0]]}`: "bad_vector",
	} {
		d.want(400, code, "POST", path, body)
	}
}
