package mcpd_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestDatasetsAreListedShort(t *testing.T) {
	e := startEdge(t, 0)
	e.handle("GET /catalog/list", func(w http.ResponseWriter, r *http.Request) {
		limit, next := 0, "next"
		_, _ = fmt.Sscan(r.URL.Query().Get("limit"), &limit)
		page := catalog.List{Datasets: []catalog.Dataset{}}
		for i := range limit {
			page.Datasets = append(page.Datasets, catalog.Dataset{Namespace: "hr", Name: fmt.Sprintf("%s%d", strings.Repeat("n", 100), i), Version: 2, Rows: 7,
				DatasetID: "id", Fingerprint: "sha256:0", Description: strings.Repeat("what it is ", 100)})
		}
		page.NextCursor = &next
		_ = wire.WriteJSON(w, http.StatusOK, page)
	})
	var list struct {
		Datasets   []map[string]any
		NextCursor string `json:"next_cursor"`
	}
	text := e.ok("list_datasets", object{"limit": 200, "cursor": "before"}, &list)
	if n := len(list.Datasets); n < 30 || n >= 200 || list.NextCursor != "next" {
		t.Errorf("%d datasets, then %q", n, list.NextCursor)
	}
	if !strings.HasPrefix(fmt.Sprint(list.Datasets[0]["name"]), "hr.nnn") || strings.Contains(text, "sha256") || strings.Contains(text, `"id"`) {
		t.Errorf("a row is %v", list.Datasets[0])
	}
	if asked := e.requests(); asked[0] != "GET /catalog/list cursor=before&limit=200" {
		t.Errorf("asked %s", asked[0])
	}
}

func TestAManifestHasItsColumnsAndNotItsFiles(t *testing.T) {
	e := startEdge(t, 0)
	m := catalog.Manifest{Namespace: "default", Name: "people", Version: 3, Rows: 9, Fingerprint: "sha256:f", Objects: make([]catalog.DataObject, 500)}
	for i := range 2000 {
		m.Columns = append(m.Columns, catalog.Column{Name: fmt.Sprintf("column_%d", i), Type: "decimal(18,2)"})
	}
	e.handle("GET /catalog/manifest/people", func(w http.ResponseWriter, _ *http.Request) { _ = wire.WriteJSON(w, http.StatusOK, m) })
	var got struct {
		Name        string
		Files       int
		Columns     []map[string]any
		MoreColumns int `json:"more_columns"`
	}
	e.ok("get_manifest", object{"name": "people", "version": "tag:payroll"}, &got)
	if got.Name != "people" || got.Files != 500 || len(got.Columns) < 200 || len(got.Columns)+got.MoreColumns != 2000 {
		t.Errorf("%s with %d files and %d columns and %d more", got.Name, got.Files, len(got.Columns), got.MoreColumns)
	}
	if asked := e.requests(); asked[0] != "GET /catalog/manifest/people tag=payroll" {
		t.Errorf("asked %s", asked[0])
	}
	e.refused("get_manifest", object{"name": "people", "version": "latest"}, "bad_request", "is no version")
}

func TestASearchShowsWhatWasFound(t *testing.T) {
	e := startEdge(t, 0)
	long := strings.Repeat("forklift ", 200)
	result := fmt.Sprintf(`{"id":"c-1","score":0.5,"distance":0.5,"metadata":{"city":"Austin","n":9007199254740993,"text":%q,"code":[%s1]}}`, long, strings.Repeat("0.5,", 300))
	e.on("POST /vectors/index/people/search", `{"results":[`+strings.TrimSuffix(strings.Repeat(result+",", 100), ",")+`],"exact":false}`)
	var got struct {
		Results   []map[string]any
		Truncated bool
		CellsCut  int `json:"cells_cut"`
	}
	text := e.ok("search_vectors", object{"index": "people", "text": "forklift", "k": 100, "mode": "lexical", "filter": object{"city": "Austin"}}, &got)
	if n := len(got.Results); n < 15 || n == 100 || !got.Truncated || got.CellsCut != 2*n || !strings.Contains(text, `"n":9007199254740993`) {
		t.Errorf("%d results, truncated %t, %d cut: %.300s", n, got.Truncated, got.CellsCut, text)
	}
	if asked := e.requests(); asked[0] != `POST /vectors/index/people/search {"text":"forklift","mode":"lexical","k":100,"filter":{"city":"Austin"}}` {
		t.Errorf("asked %s", asked[0])
	}
	e.ok("search_vectors", object{"index": "people", "vector": []float64{0.5, 1}}, &got)
	if asked := e.requests(); asked[1] != `POST /vectors/index/people/search {"vector":[0.5,1],"k":10}` {
		t.Errorf("asked %s", asked[1])
	}
	e.fails("POST /vectors/index/nobody/search", vector.ErrIndexNotFound.Errorf("there is no index nobody; GET /vectors/index lists those that there are"))
	e.on("GET /vectors/index", `{"indexes":[{"name":"people"},{"name":"resumes"}],"next_cursor":null}`)
	e.refused("search_vectors", object{"index": "nobody", "text": "x"}, "index_not_found", `there is no index "nobody"`+"\n", `"indexes":["people","resumes"]`)
	e.on("GET /vectors/index", `{"indexes":[],"next_cursor":null}`)
	e.refused("search_vectors", object{"index": "nobody", "text": "x"}, "index_not_found", "nor any other")
	e.on("POST /vectors/index/both/search", `{"results":[{"id":"a","score":0.8,"parts":{"vector":{"score":0.1,"rank":1},"lexical":{"score":0.7,"rank":2}}}],"exact":false,"truncated":true,"mode":"hybrid"}`)
	text = e.ok("search_vectors", object{"index": "both", "text": "x"}, &got)
	for _, part := range []string{`"parts":{"vector":{"score":0.1,"rank":1},"lexical":{"score":0.7,"rank":2}}`, `"truncated":false`, `"question_cut":true`, `"mode":"hybrid"`} {
		if !strings.Contains(text, part) {
			t.Errorf("there is no %s in %s", part, text)
		}
	}
}

// Where no index is named the only one with a model is searched, as the command line does.
func TestASearchFindsItsIndex(t *testing.T) {
	e := startEdge(t, 0)
	list := func(indexes string) { e.on("GET /vectors/index", `{"indexes":[`+indexes+`],"next_cursor":null}`) }
	const plain, one, two = `{"name":"plain"},{"name":"brought","model":"another"}`, `,{"name":"one","model":"m","model_revision":"r"}`, `,{"name":"two","model":"m","model_revision":"r"}`
	e.on("POST /vectors/index/one/search", `{"results":[],"exact":false,"mode":"hybrid"}`)
	list(plain + one)
	if text := e.ok("search_vectors", object{"text": "nurse"}, &struct{}{}); !strings.Contains(text, `"index":"one"`) {
		t.Errorf("which was searched is not told: %s", text)
	}
	e.refused("search_vectors", object{"vector": []float64{1}}, "index_not_named", "for a text alone", `"indexes":["plain","brought","one"]`)
	list(plain + one + two)
	e.refused("search_vectors", object{"text": "nurse"}, "index_not_named", "What to do: ", "several have a model", `"indexes":["one","two"]`)
	list(plain)
	e.refused("search_vectors", object{"text": "nurse"}, "index_not_named", "none has a model", `"indexes":["plain","brought"]`)
}

func TestAVectorIsToldOfAndNotGiven(t *testing.T) {
	e := startEdge(t, 0)
	e.on("POST /embed", `{"model":"minilm","dimension":384,"vectors":[[0.6,0.8`+strings.Repeat(",0", 382)+`]],"truncated":[true]}`)
	text := e.ok("embed_text", object{"text": "night shift", "input_type": "query"}, &struct{}{})
	if text != `{"model":"minilm","dimension":384,"norm":1,"first":[0.6,0.8,0,0,0,0,0,0],"truncated":true}` && !strings.HasPrefix(text, `{"model":"minilm","dimension":384,"norm":1.0000000`) {
		t.Error(text)
	}
	if asked := e.requests(); asked[0] != `POST /embed {"texts":["night shift"],"input_type":"query"}` {
		t.Errorf("asked %s", asked[0])
	}
	e.fails("POST /embed", embedding.ErrModelNotFound.Errorf("there is no model x"))
	e.refused("embed_text", object{"text": "a", "model": "x"}, "model_not_found", "leave model out")
}

func TestResourcesPromptsAndCompletions(t *testing.T) {
	e := startEdge(t, 0)
	e.handle("GET /catalog/list", func(w http.ResponseWriter, _ *http.Request) {
		_ = wire.WriteJSON(w, http.StatusOK, catalog.List{Datasets: []catalog.Dataset{{Namespace: "default", Name: "people"}, {Namespace: "hr", Name: "paid"}}})
	})
	e.handle("GET /catalog/manifest/hr.paid", func(w http.ResponseWriter, _ *http.Request) {
		_ = wire.WriteJSON(w, http.StatusOK, catalog.Manifest{Namespace: "hr", Name: "paid", Version: 5})
	})
	e.fails("GET /catalog/manifest/nobody", catalog.ErrDatasetNotFound.Errorf("there is no dataset nobody"))
	e.on("GET /vectors/index", `{"indexes":[{"name":"plain","dimension":2,"count":7,"state":"ready"},{"name":"resumes-1","aliases":["resumes"],"model":"minilm","model_revision":"r1","dimension":384,"text_fields":["text"],"count":9,"state":"ready","stats":{"waiting":1}}],"next_cursor":null}`)
	e.on("GET /vectors/index/resumes", `{"name":"resumes-1","aliases":["resumes"],"model":"minilm","model_revision":"r1","dimension":384,"text_fields":["text"],"count":9,"state":"ready"}`)
	e.fails("GET /vectors/index/nobody", vector.ErrIndexNotFound.Errorf("there is no index nobody"))
	said := func(method string, params any) string { return fmt.Sprintf("%+v", e.request(method, params)) }
	for _, c := range []struct {
		method string
		params any
		words  []string
	}{
		{"resources/read", object{"uri": "lakehouse://datasets"}, []string{`"name":"people"`, "application/json"}},
		{"resources/read", object{"uri": "lakehouse://datasets/hr.paid/schema"}, []string{`"name":"hr.paid"`, `"version":5`}},
		{"resources/read", object{"uri": "lakehouse://datasets/nobody/schema"}, []string{"-32603", "dataset_not_found", "list_datasets"}},
		{"resources/read", object{"uri": "lakehouse://indexes"}, []string{`{"indexes":[{"name":"plain","by_meaning":false,"dimension":2,"items":7,"state":"ready"},{"name":"resumes-1","aliases":["resumes"],"model":"minilm","by_meaning":true,"dimension":384,"text_fields":["text"],"items":9,"state":"ready"}],"more_indexes":false}`}},
		{"resources/read", object{"uri": "lakehouse://indexes/resumes"}, []string{`{"name":"resumes-1","aliases":["resumes"],"model":"minilm"`}},
		{"resources/read", object{"uri": "lakehouse://indexes/nobody"}, []string{"index_not_found", `"indexes":["plain","resumes-1"]`}},
		{"completion/complete", object{"ref": object{"type": "ref/resource", "uri": "lakehouse://indexes/{name}"}, "argument": object{"name": "name", "value": "re"}}, []string{"[resumes-1 resumes]"}},
		{"resources/read", object{"uri": "lakehouse://other"}, []string{"-32002"}},
		{"prompts/get", object{"name": "explore", "arguments": object{"dataset": "hr.paid"}}, []string{"SUMMARIZE hr.paid"}},
		{"prompts/get", object{"name": "write_query", "arguments": object{"question": "who is paid?"}}, []string{"who is paid?", "query_sql"}},
		{"prompts/get", object{"name": "explore"}, []string{"needs its argument dataset"}},
		{"completion/complete", object{"ref": object{"type": "ref/prompt", "name": "explore"}, "argument": object{"name": "dataset", "value": "Hr"}}, []string{"[hr.paid]"}},
		{"completion/complete", object{"ref": object{"type": "ref/resource", "uri": "lakehouse://datasets/{name}/schema"}, "argument": object{"name": "name", "value": ""}}, []string{"[people hr.paid]"}},
		{"completion/complete", object{"ref": object{"type": "ref/prompt", "name": "write_query"}, "argument": object{"name": "question", "value": ""}}, []string{"Values:[]"}},
	} {
		got := said(c.method, c.params)
		for _, w := range c.words {
			if !strings.Contains(got, w) {
				t.Errorf("%s %v: %q is not in %s", c.method, c.params, w, got)
			}
		}
	}
}

// Whatever is called, what reaches the gateway is on this list, and all of it reads.
func TestNothingIsWritten(t *testing.T) {
	reads := []string{"GET /vectors/index/x", "GET /catalog/list", "GET /catalog/manifest/x", "POST /sql", "POST /sql/reads", "POST /embed", "POST /vectors/index/x/search", "GET /vectors/index"}
	e := startEdge(t, 0)
	for _, entry := range e.request("tools/list", object{}).(mcp.JSONRPCResponse).Result.(mcp.ListToolsResult).Tools {
		e.call(entry.Name, object{"name": "x"})
		e.call(entry.Name, object{"sql": "DROP TABLE x"})
		e.call(entry.Name, object{"text": "x"})
		e.call(entry.Name, object{"index": "x", "text": "x"})
		e.call(entry.Name, object{})
	}
	for _, uri := range []string{"lakehouse://datasets", "lakehouse://datasets/x/schema", "lakehouse://indexes", "lakehouse://indexes/x"} {
		e.request("resources/read", object{"uri": uri})
	}
	for _, asked := range e.requests() {
		method, rest, _ := strings.Cut(asked, " ")
		path, _, _ := strings.Cut(rest, " ")
		if !slices.Contains(reads, method+" "+path) {
			t.Errorf("it asked %s", asked)
		}
	}
	if len(e.requests()) < 5 {
		t.Errorf("it asked only %q", e.requests())
	}
}
