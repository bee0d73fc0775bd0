package service

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// sample has every kind of field that the APIs use.
type sample struct {
	At       time.Time           `json:"at"`
	Ended    *time.Time          `json:"ended"`
	Raw      json.RawMessage     `json:"raw,omitempty"`
	Rows     [][]json.RawMessage `json:"rows"`
	Cursor   *string             `json:"cursor"`
	Limit    *int64              `json:"limit,omitempty"`
	Part     *part               `json:"part"`
	Optional *part               `json:"optional,omitempty"`
	Parts    []part              `json:"parts"`
	Labels   map[string]string   `json:"labels"`
	Took     Duration            `json:"took"`
	Ratio    float64             `json:"ratio"`
	Hidden   string              `json:"-"`
}

type part struct {
	Name string `json:"name"`
	Sub  []part `json:"sub,omitempty"`
}

type question struct {
	SQL  string `json:"sql"`
	Part part   `json:"part"`
}

func specOf(t *testing.T, groups ...Group) map[string]any {
	t.Helper()
	text, err := Spec("Test", "v1", nil, groups...)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// at walks into a document: at(doc, "paths", "/v1/sql", "post").
func at(t *testing.T, doc any, path ...string) any {
	t.Helper()
	for i, key := range path {
		m, isObject := doc.(map[string]any)
		next, there := m[key]
		if !isObject || !there {
			t.Fatalf("nothing at %s", strings.Join(path[:i+1], " > "))
		}
		doc = next
	}
	return doc
}

// want compares a part of a document with the JSON that it should be.
func want(t *testing.T, doc any, text string, path ...string) {
	t.Helper()
	var wanted any
	if err := json.Unmarshal([]byte(text), &wanted); err != nil {
		t.Fatal(err)
	}
	if got := at(t, doc, path...); !reflect.DeepEqual(got, wanted) {
		shown, _ := json.Marshal(got)
		t.Errorf("%s is %s, want %s", strings.Join(path, " > "), shown, text)
	}
}

func TestGoTypesBecomeTheJSONThatIsWritten(t *testing.T) {
	doc := specOf(t, Group{Name: "d", Routes: []Route{
		{Method: "GET", Path: "/s", ID: "s", Answers: []Answer{{Status: 200, Type: sample{}}}},
	}})
	schemas := at(t, doc, "components", "schemas")
	for property, schema := range map[string]string{
		"at":       `{"type":"string","format":"date-time"}`,
		"ended":    `{"type":["string","null"],"format":"date-time"}`,
		"raw":      `{}`,
		"rows":     `{"type":"array","items":{"type":"array","items":{}}}`,
		"cursor":   `{"type":["string","null"]}`,
		"limit":    `{"type":"integer","format":"int64"}`,
		"part":     `{"anyOf":[{"$ref":"#/components/schemas/ServicePart"},{"type":"null"}]}`,
		"optional": `{"$ref":"#/components/schemas/ServicePart"}`,
		"parts":    `{"type":"array","items":{"$ref":"#/components/schemas/ServicePart"}}`,
		"labels":   `{"type":"object","additionalProperties":{"type":"string"}}`,
		"took":     `{"type":"string"}`,
		"ratio":    `{"type":"number","format":"double"}`,
	} {
		want(t, schemas, schema, "ServiceSample", "properties", property)
	}
	want(t, schemas, `["at","ended","rows","cursor","part","parts","labels","took","ratio"]`, "ServiceSample", "required")
	if _, there := at(t, schemas, "ServiceSample", "properties").(map[string]any)["Hidden"]; there {
		t.Error("a field that JSON leaves out is in the schema")
	}
	want(t, schemas, `{"type":"array","items":{"$ref":"#/components/schemas/ServicePart"}}`, "ServicePart", "properties", "sub")
}

func TestRequestsAreStrictAndAnswersMayGrow(t *testing.T) {
	doc := specOf(t, Group{Name: "d", Routes: []Route{
		{Method: "POST", Path: "/s", ID: "s", Body: &Body{Type: question{}}, Answers: []Answer{{Status: 200, Type: sample{}}}},
	}})
	schemas := at(t, doc, "components", "schemas").(map[string]any)
	want(t, schemas, "false", "ServiceQuestion", "additionalProperties")
	want(t, schemas, "false", "ServicePart", "additionalProperties") // a request holds it too
	if _, there := schemas["ServiceSample"].(map[string]any)["additionalProperties"]; there {
		t.Error("an answer may not grow a field")
	}
}

func TestAnOperationSaysWhatItsRouteSays(t *testing.T) {
	gone := &wire.Kind{Status: http.StatusNotFound, Code: "gone", Title: "Gone"}
	doc := specOf(t, Group{Name: "stored", Prefix: "/v1", Routes: []Route{
		{Method: "PUT", Path: "/objects/*", ID: "put", Summary: "Store", MaxBody: Unbounded,
			Query:   []Param{{Name: "bucket", Type: "string", Doc: "which"}, {Name: "size", Type: "integer"}, {Name: "tag", Type: "string", Repeats: true}},
			Headers: []Param{{Name: "If-Match", Type: "string"}}, Body: &Body{Media: []string{"application/octet-stream"}},
			Answers: []Answer{{Status: 201, Doc: "new"}, {Status: 404, Doc: "odd", Type: part{}}}, Errors: []*wire.Kind{gone}},
		{Method: "GET", Path: "/queries/{id}", ID: "get", Access: Read, Answers: []Answer{{Status: 200, Media: []string{"text/csv", "application/json"}, Type: part{}}}},
		{Method: "HEAD", Path: "/queries/{id}", ID: "head", Access: Read},
		{Method: "GET", Path: "/open", ID: "open", Access: Open},
		{Path: "/pass/*", Handle: ok},
	}})
	put := at(t, doc, "paths", "/v1/objects/{key}", "put")
	want(t, put, `["stored"]`, "tags")
	want(t, put, `"write"`, "x-access")
	want(t, put, `[
		{"name":"key","in":"path","required":true,"schema":{"type":"string"}},
		{"name":"bucket","in":"query","description":"which","schema":{"type":"string"}},
		{"name":"size","in":"query","schema":{"type":"integer"}},
		{"name":"tag","in":"query","schema":{"type":"array","items":{"type":"string"}}},
		{"name":"If-Match","in":"header","schema":{"type":"string"}}]`, "parameters")
	want(t, put, `{"required":true,"content":{"application/octet-stream":{}}}`, "requestBody")
	want(t, put, `{"description":"new"}`, "responses", "201")
	want(t, put, `"odd; Gone"`, "responses", "404", "description")
	want(t, put, `{"$ref":"#/components/schemas/ServicePart"}`, "responses", "404", "content", "application/json", "schema")
	want(t, put, `{"allOf":[{"$ref":"#/components/schemas/Problem"},{"type":"object","properties":{"code":{"type":"string","enum":["gone"]}}}]}`,
		"responses", "404", "content", "application/problem+json", "schema")

	get := at(t, doc, "paths", "/v1/queries/{id}", "get")
	want(t, get, `"read"`, "x-access")
	want(t, get, `{"text/csv":{},"application/json":{"schema":{"$ref":"#/components/schemas/ServicePart"}}}`, "responses", "200", "content")
	if _, there := at(t, doc, "paths", "/v1/queries/{id}", "head", "responses", "401").(map[string]any)["content"]; there {
		t.Error("a HEAD is said to have a body")
	}
	want(t, doc, `[{"bearer":[]}]`, "security")
	want(t, doc, `[{}]`, "paths", "/v1/open", "get", "security")
	if n := len(at(t, doc, "paths").(map[string]any)); n != 3 {
		t.Errorf("%d paths, want 3: what passes requests on is no operation", n)
	}
}

// What the specification says that a route answers is what a daemon answers.
func TestTheCommonErrorsAreThoseOfADaemon(t *testing.T) {
	route := Route{Method: "POST", Path: "/q", ID: "q", Body: &Body{Type: question{}}, Handle: func(w http.ResponseWriter, r *http.Request) error {
		var in question
		if err := wire.ReadJSON(r, &in); err != nil {
			return err
		}
		return ok(w, r)
	}}
	doc := specOf(t, Group{Name: "d", Routes: []Route{route}})
	s := setup{tokens: Tokens{Current: NewSecret("current"), Read: NewSecret("read")}, fleet: func(f *Fleet) { f.AllowedIPs = []string{"127.0.0.1"} }}.run(t, route)
	auth := "Authorization: Bearer current"
	for name, resp := range map[string]*http.Response{
		"no token":          s.do("POST", "/q", strings.NewReader("{}")),
		"read token":        s.do("POST", "/q", strings.NewReader("{}"), "Authorization: Bearer read"),
		"cross-origin":      s.do("POST", "/q", strings.NewReader("{}"), auth, "Origin: https://evil.example"),
		"unknown parameter": s.do("POST", "/q?x=1", strings.NewReader("{}"), auth),
		"unknown field":     s.do("POST", "/q", strings.NewReader(`{"sequel":1}`), auth),
		"no JSON":           s.do("POST", "/q", strings.NewReader(`{`), auth),
		"too large":         s.do("POST", "/q", zeros(DefaultMaxBody+1), auth),
	} {
		var p wire.Problem
		if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
			t.Fatal(err)
		}
		schema := at(t, doc, "paths", "/q", "post", "responses", fmt.Sprint(resp.StatusCode), "content", "application/problem+json", "schema")
		codes := at(t, schema.(map[string]any)["allOf"].([]any)[1], "properties", "code", "enum")
		if !strings.Contains(fmt.Sprint(codes), p.Kind.Code) {
			t.Errorf("%s: %d %s is not among %v", name, resp.StatusCode, p.Kind.Code, codes)
		}
	}
}

func TestASpecificationIsTheSameEveryTime(t *testing.T) {
	groups := []Group{{Name: "d", Routes: append(CommonRoutes(), Route{Method: "POST", Path: "/s", ID: "s", Body: &Body{Type: sample{}},
		Query: []Param{{Name: "b", Type: "string"}, {Name: "a", Type: "string"}}, Headers: []Param{{Name: "H", Type: "string"}}})}}
	first, err := Spec("Test", "v1", nil, groups...)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := Spec("Test", "v1", nil, groups...)
		if err != nil || string(again) != string(first) {
			t.Fatalf("another text the second time (%v)", err)
		}
	}
}

func TestRoutesThatCannotBeToldApartAreRefused(t *testing.T) {
	for _, routes := range [][]Route{
		{{Method: "GET", Path: "/a", ID: "x"}, {Method: "GET", Path: "/b", ID: "x"}},
		{{Method: "GET", Path: "/a", ID: "x"}, {Method: "GET", Path: "/a", ID: "y"}},
		{{Method: "GET", Path: "/a"}},
		{{Method: "BREW", Path: "/a", ID: "x"}},
	} {
		if _, err := Spec("Test", "v1", nil, Group{Name: "d", Routes: routes}); err == nil {
			t.Errorf("%+v was taken", routes)
		}
	}
}
