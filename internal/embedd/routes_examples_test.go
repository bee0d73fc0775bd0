package embedd_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
)

// The specification's examples are taken by the model that is built in, and answered with the
// fields that they show, of fewer numbers.
func TestExamplesAreAnsweredAsTheyStand(t *testing.T) {
	d := startWith(t)
	for _, route := range embedd.Routes() {
		body := ""
		if route.Body != nil {
			body = route.Body.Example
		}
		resp, text, err := d.send(t.Context(), route.Method, route.Path, body)
		if err != nil || resp.StatusCode != route.Answers[0].Status {
			t.Fatalf("%s: %v %s", route.ID, err, text)
		}
		var answer, shown map[string]any
		if err := json.Unmarshal(text, &answer); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(route.Answers[0].Example), &shown); err != nil {
			t.Fatalf("%s: %v", route.ID, err)
		}
		if got, want := fieldsOf(answer), fieldsOf(shown); !slices.Equal(got, want) {
			t.Errorf("%s is answered with %v, and the specification shows %v", route.ID, got, want)
		}
	}
}

// fieldsOf names the fields of an answer and of what is in it, in order.
func fieldsOf(x any) (names []string) {
	switch x := x.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			names = append(append(names, name), fieldsOf(x[name])...)
		}
	case []any:
		for _, one := range x {
			names = append(names, fieldsOf(one)...)
		}
	}
	return names
}
