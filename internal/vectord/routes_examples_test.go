package vectord_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
)

// Who sends an example of the specification as it stands, to a fleet that has the README's
// index, is answered, and with what it says.
func TestExamplesAreAnsweredAsTheyStand(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("people", vector.Shape{Dimension: 3})
	people := func() {
		d.mustAdd("people",
			vector.Item{ID: "A-0107", Vector: vector.Vector{0.9, 0.1, 0.2}, Text: new("forklift operator, nights"), Metadata: json.RawMessage(`{"state":"MA","years":4}`)},
			vector.Item{ID: "A-0212", Vector: vector.Vector{0.8, 0.3, 0.1}, Text: new("forklift operator, welder"), Metadata: json.RawMessage(`{"state":"TX","years":9}`)},
			vector.Item{ID: "A-0031", Vector: vector.Vector{0.1, 0.2, 0.9}, Text: new("nurse, nights"), Metadata: json.RawMessage(`{"state":"TX","years":2}`)})
	}
	path := strings.NewReplacer("{name}", "people", "{alias}", "crew", "*", "A-0107")
	tried := 0
	for _, route := range vectord.Routes() {
		if route.Body == nil && exampleOf(route) == "" {
			continue
		}
		tried++
		people()
		at, body := path.Replace(route.Path), ""
		if route.Body != nil {
			if body = route.Body.Example; body == "" {
				t.Errorf("%s takes a body and shows none that is taken", route.ID)
			}
		}
		if route.ID == "scroll_items" {
			at += "?limit=1&filter=" + `{"state":"MA"}`
		}
		status, answer := d.send(route.Method, at, body)
		if status < 200 || status > 299 {
			t.Errorf("%s %s of %s: %d %v", route.Method, at, body, status, answer["detail"])
		}
		var shown map[string]any
		if text := exampleOf(route); text != "" {
			if err := json.Unmarshal([]byte(text), &shown); err != nil {
				t.Fatal(err)
			}
			if got, want := rounded(answer), rounded(shown); got != want {
				t.Errorf("%s is answered\n%s, and the specification shows\n%s", route.ID, got, want)
			}
		}
	}
	if tried < 12 {
		t.Errorf("only %d examples were tried", tried)
	}
}

// What is shown of texts is taken by an index that has a model.
func TestExamplesOfTextsAreTaken(t *testing.T) {
	d, _ := startWithWords(t, "http://127.0.0.1:1")
	d.want(201, "", "POST", "/vectors/index", `{"name":"people","model":"words"}`)
	tried := 0
	for _, route := range vectord.Routes() {
		if route.Body == nil {
			continue
		}
		for _, other := range route.Body.Others {
			tried++
			at, body := strings.ReplaceAll(route.Path, "{name}", "people"), strings.ReplaceAll(other.Body, "minilm", "words")
			if status, answer := d.send(route.Method, at, body); status < 200 || status > 299 {
				t.Errorf("%s %s of %s: %d %v", route.Method, at, body, status, answer["detail"])
			}
		}
	}
	if tried < 5 {
		t.Errorf("only %d examples were tried", tried)
	}
}

func exampleOf(route service.Route) string {
	if len(route.Answers) == 0 {
		return ""
	}
	return route.Answers[0].Example
}

// rounded is what an answer says, its numbers to three digits: the last ones are the
// processor's.
func rounded(x any) string {
	switch x := x.(type) {
	case float64:
		return fmt.Sprint(math.Round(x*1000) / 1000)
	case map[string]any:
		parts := map[string]string{}
		for name, value := range x {
			parts[name] = rounded(value)
		}
		return fmt.Sprint(parts)
	case []any:
		var parts []string
		for _, value := range x {
			parts = append(parts, rounded(value))
		}
		return fmt.Sprint(parts)
	}
	return fmt.Sprint(x)
}
