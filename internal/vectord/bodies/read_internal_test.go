package bodies

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// FuzzBody: what is read here is what every other daemon would read, and nothing is that
// they would refuse.
func FuzzBody(f *testing.F) {
	for _, text := range []string{
		`{"items":[{"id":"a","vector":[1,2.5e-3],"text":"t","metadata":{"a":[1,{"b":null}]}}]}`, `{"ids":["a"],"filter":{"a":1},"set":{"x":1}}`,
		`{"vectors":[[1],[2]],"k":3,"with_metadata":false,"min_score":0.5,"fusion":{"alpha":0.5}}`, `{"vector":[1,-2.5e-3],"k":3}`, `{"k":3, "vector" : [ 1 ] }`, `{"vector":[1],"vector":[2]}`, `{"vector":[1],"vectors":[[1]]}`, `{"vector":[01]}`, `{"K":1}`, `{"k":1,"k":2}`, `{"k":1.0}`, `{"k":null}`, `null`, `{"vector":null}`, `[]`, "{\"text\":\"\xff\"}", `{"k":1} {}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		readsSame(t, body, Read[vector.Add])
		readsSame(t, body, Read[vector.Search])
		readsSame(t, body, Read[vector.Update])
		readsSame(t, body, func(r *http.Request) (vector.Search, error) { return ReadSearch(r, used(1<<10)) })
		readsSame(t, body, func(r *http.Request) (vector.Search, error) { return ReadSearch(r, used(1<<20)) })
	})
}

func readsSame[T any](t *testing.T, body []byte, read func(*http.Request) (T, error)) {
	request := func() *http.Request { return httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body)) }
	var want T
	errWant := wire.ReadJSON(request(), &want)
	got, errGot := read(request())
	if errWant != nil && errGot == nil || errGot == nil && !reflect.DeepEqual(got, want) {
		t.Errorf("%T of %q: %+v, %v, want %+v, %v", want, body, got, errGot, want, errWant)
	}
}
