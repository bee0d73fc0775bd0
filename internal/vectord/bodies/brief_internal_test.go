package bodies

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What is wrong with a large body has the code that it has in a small one, and is said; what
// is there too often is counted, and not made.
func TestLargeBodiesAreRefusedBriefly(t *testing.T) {
	room := strings.Repeat(" ", mostAgain)
	for body, want := range map[string]struct{ code, says string }{
		`{"items":[{"id":"a"},{"id":7}]}`:                         {"bad_request", `field "items.1.id" takes a string, not number; write it in quotes`},
		`{"items":[{"id":["a"]}]}`:                                {"bad_request", `field "items.0.id" takes a string, not array`},
		`{"items":[{"id":"a","vektor":[1]}]}`:                     {"unknown_field", `unknown field "vektor"`},
		`{"items":[{"id":"a","vector":[1,"x"]}]}`:                 {"bad_request", `field "items.0.vector": a vector is an array of numbers, and number 2 of it is a text`},
		`{"items":[{"id":"a","vector":"secret"}]}`:                {"bad_request", `field "items.0.vector": a vector is an array of numbers, and not a text`},
		`{"items":[{"id":"a","id":"b"}]}`:                         {"bad_request", `the key "id" is given twice`},
		`{"items":[{"id":"a",}]}`:                                 {"bad_request", "the body is not JSON"},
		`{"items":[{"id":"a"}]} {}`:                               {"bad_request", "the body is not JSON"},
		"{\"items\":[{\"id\":\"a\xff\"}]}":                        {"bad_request", "not UTF-8"},
		`{"items":[{"id":"a","text":"secret \ud800 secret"}]}`:    {"bad_request", "the body is not JSON"},
		`[{"id":"a"}]`:                                            {"bad_request", "takes an object, not array"},
		`{"items":[{"id":"a","vector":[1,NaN]}]}`:                 {"bad_vector", "number 2 of the vector is NaN"},
		`{"items":[{}` + strings.Repeat(",{}", 10_000) + `]}`:     {"body_too_large", "there are 10001 rows at least; send at most 10000 at once"},
		`{"ITEMS":[1` + strings.Repeat(",1", 1_000_000) + `]}`:    {"body_too_large", "there are 10001 rows at least"},
		`{"items":[{}` + strings.Repeat(",{}", 9_999) + `],"x":1`: {"unknown_field", `unknown field "x"`},
	} {
		_, err := Read[vector.Add](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(room+body)))
		if p := wire.AsProblem(err); err == nil || p.Kind.Code != want.code || !strings.Contains(p.Detail, want.says) || strings.Contains(p.Detail, "secret") {
			t.Errorf("%.60s: %v, want %v", body, err, want)
		}
	}
}

func TestSearchesAndSelectionsAreBounded(t *testing.T) {
	for field, code := range map[string]string{"vectors": "body_too_large", "positive": "bad_search", "negative": "bad_search"} {
		_, err := ReadSearch(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"`+field+`":[[]`+strings.Repeat(",1", 10_000)+`]}`)), &Arena{})
		if p := wire.AsProblem(err); err == nil || p.Kind.Code != code || p.Fields["limit"] == nil {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, value := range []string{`"ids":[1`, `"remove":["a"`, `"set":{"a":1`} {
		more := `,"a":1`
		if value[len(value)-2:] != ":1" {
			more = `,"a"`
		}
		_, err := Read[vector.Update](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{`+value+strings.Repeat(more, 10_000)+`}`)))
		if p := wire.AsProblem(err); err == nil || p.Kind.Code != "bad_request" || p.Fields["limit"] != vector.MaxItems {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// A body that is refused takes little more than itself.
func TestARefusedBodyTakesFewTimesItsBytes(t *testing.T) {
	body := `{"items":[{}` + strings.Repeat(",{}", 9_000) + strings.Repeat(" ", 8<<20) + `,{"id":7}]}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Read[vector.Add](httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))); err == nil {
		t.Error("it was taken")
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 6*uint64(len(body)) {
		t.Errorf("%d bytes took %d", len(body), took)
	}
}
