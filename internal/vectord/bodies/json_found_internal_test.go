package bodies

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Answers are, byte for byte, what encoding/json makes of the contract's types.
func TestFoundIsWrittenAsEncodingJSONWould(t *testing.T) {
	score := func(f float32) engine.Hit { return engine.Hit{ID: "a", Score: f, Distance: 1 - f} }
	meta := func(text string) engine.Hit { return engine.Hit{ID: "a", Metadata: json.RawMessage(text)} }
	odd := []engine.Hit{{}, {ID: "a-1/ü"}, {ID: `a"b\\c<d>&`}, {ID: "a\x00\n\u2028\x7f"}, {ID: "\xff"}, score(1e-7), score(-1e-7), score(1e21), score(3e38), score(0.1),
		score(float32(math.Copysign(0, -1))), score(1e-6), score(9.999999e-7), score(16777216), meta(`{"a":1}`), meta(` { "a" : [ 1 , "x y" ] } `), meta(`{"h":"<&>\u2028"}`),
		{ID: "v", Vector: []float32{1, -2.5e-9, 3e20, 1e6}}, {ID: "p", ByVector: engine.Part{Score: 1, Rank: 1}}}
	var lists [][]engine.Hit
	for i := range odd {
		lists = append(lists, odd[i:i+1])
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		if f := math.Float32frombits(r.Uint32()); f-f == 0 {
			lists = append(lists, []engine.Hit{{ID: "r", Score: f, Distance: float32(r.NormFloat64())}})
		}
	}
	lists = append(lists, nil, odd)
	for _, q := range []engine.Query{{}, {Exact: true}, {Text: "words"}} {
		for _, near := range []bool{true, false} {
			for _, list := range lists {
				sameAnswer(t, Found{Query: q, Near: near, Lists: [][]engine.Hit{list}})
				sameAnswer(t, Found{Query: q, Near: near, Lists: [][]engine.Hit{list}, Truncated: true, Mode: vector.Hybrid})
			}
			sameAnswer(t, Found{Query: q, Near: near, Many: true, Lists: lists})
			sameAnswer(t, Found{Query: q, Near: near, Many: true, Lists: lists[:1]})
			sameAnswer(t, Found{Query: q, Near: near, Many: true, Lists: nil})
		}
	}
	if err := (Found{Near: true, Lists: [][]engine.Hit{{score(float32(math.NaN()))}}}).writeJSON(httptest.NewRecorder(), &Arena{}); err == nil {
		t.Error("NaN was written")
	}
}

func sameAnswer(t *testing.T, f Found) {
	t.Helper()
	got, want := httptest.NewRecorder(), httptest.NewRecorder()
	if err := f.writeJSON(got, used(1<<10+2*f.count()*resultBytes)); err != nil {
		t.Fatal(err)
	}
	if err := wire.WriteJSON(want, http.StatusOK, f.contract()); err != nil {
		t.Fatal(err)
	}
	if got.Body.String() != want.Body.String() || got.Header().Get("Content-Length") != want.Header().Get("Content-Length") || got.Header().Get("Content-Type") != want.Header().Get("Content-Type") {
		t.Errorf("near %v, many %v:\n%.500s\nis not\n%.500s", f.Near, f.Many, got.Body, want.Body)
	}
}
