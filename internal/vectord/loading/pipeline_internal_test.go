package loading

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// embedd makes a vector of any text but "refused", and of "held" none until the caller leaves.
func embedd(t *testing.T) *texts.Embedder {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked embedding.Request
		err := json.NewDecoder(r.Body).Decode(&asked)
		switch {
		case err != nil:
		case asked.Texts[0] == "held":
			<-r.Context().Done()
		case asked.Texts[0] == "refused":
			err = embedding.ErrBadText.Errorf("no").With("item", 0)
		default:
			err = wire.WriteJSON(w, http.StatusOK, embedding.Answer{Vectors: []vector.Vector{{0, 1}}, Truncated: []bool{false}})
		}
		if err != nil {
			wire.WriteProblem(w, r, err)
		}
	}))
	t.Cleanup(server.Close)
	return &texts.Embedder{Client: embedding.Client{Client: wire.Client{Service: "embedd", Base: server.URL}}, Within: time.Minute}
}

// of is a batch of one row, without a vector where there is a text.
func of(id, text string) *batch {
	item := row{Item: engine.Item{ID: id, Metadata: []byte(`{}`)}, text: new(text)}
	if text == "" {
		item.Vector = vector.Vector{1, 0}
	}
	return (&rows{waiting: []row{item}}).next()
}

// A batch with texts is ahead until the next one comes, or the rows end, and what no vector is
// made of ends a load with its id. When the load has ended nothing goes in, and nothing is left.
func TestAPipeline(t *testing.T) {
	j := (&Loader{ctx: t.Context()}).newJob(&Target{}, record{})
	defer j.end()
	p := &pipeline{open: create(t, testbed.StartStoraged(t)), tally: newTally(j, func(int, int, int) {}), admit: func([]engine.Item, int) error { return nil },
		embedder: embedd(t), maker: texts.Maker{Model: "m", Revision: "r", Dimension: 2}, making: t.Context()}
	ctx, cancel := context.WithCancel(t.Context())
	defer p.wait()
	defer cancel()
	for _, step := range []struct {
		do    func() error
		held  int
		ahead string
	}{
		{func() error { return p.drain(ctx) }, 0, ""},
		{func() error { return p.push(ctx, of("a", "text")) }, 0, "a"},
		{func() error { return p.push(ctx, of("b", "text")) }, 1, "b"},
		{func() error { return p.push(ctx, of("c", "")) }, 3, ""},
		{func() error { return p.push(ctx, of("d", "text")) }, 3, "d"},
		{func() error { return p.drain(ctx) }, 4, ""},
		{func() error { return p.push(ctx, of("e", "refused")) }, 4, "e"},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if n := p.open.Engine().Len(); n != step.held || (p.ahead != nil) != (step.ahead != "") || step.ahead != "" && !p.has(step.ahead) {
			t.Errorf("%d are held, and %q is not ahead", n, step.ahead)
		}
	}
	err := p.push(ctx, of("f", "held"))
	if q := wire.AsProblem(err); !q.Is(embedding.ErrBadText) || q.Fields["id"] != "e" || !p.has("f") {
		t.Errorf("%v", err)
	}
	cancel()
	p.wait()
	if err := p.drain(ctx); !errors.Is(err, context.Canceled) || p.open.Engine().Len() != 4 {
		t.Errorf("%v", err)
	}
}
