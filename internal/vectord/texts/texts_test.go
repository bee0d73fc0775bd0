package texts_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// embedd answers each call as it is told, and gives who asks it.
func embedd(t *testing.T, answer func(embedding.Request) (embedding.Answer, error)) *texts.Embedder {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked embedding.Request
		err := json.NewDecoder(r.Body).Decode(&asked)
		if err == nil {
			var said embedding.Answer
			if said, err = answer(asked); err == nil {
				err = wire.WriteJSON(w, http.StatusOK, said)
			}
		}
		if err != nil {
			wire.WriteProblem(w, r, err)
		}
	}))
	t.Cleanup(server.Close)
	return &texts.Embedder{Client: embedding.Client{Client: wire.Client{Service: "embedd", Base: server.URL}}, Within: time.Minute}
}

// lengths makes vectors of one number, how long the text is.
func lengths(asked embedding.Request) (said embedding.Answer, err error) {
	for _, text := range asked.Texts {
		said.Vectors, said.Truncated = append(said.Vectors, vector.Vector{float32(len(text))}), append(said.Truncated, strings.HasPrefix(text, "cut"))
	}
	return said, nil
}

func one() texts.Maker { return texts.Maker{Model: "m", Revision: "r", Dimension: 1} }

// Calls are bounded in texts and bytes, two are under way at most, and each vector is its text's.
func TestCallsAreBounded(t *testing.T) {
	var list []string
	for i := range 300 {
		list = append(list, strings.Repeat("x", i+1))
	}
	for range 5 {
		list = append(list, "cut"+strings.Repeat("y", 600<<10))
	}
	var now, calls atomic.Int32
	var meet sync.WaitGroup // the first two are there at once
	meet.Add(2)
	e := embedd(t, func(asked embedding.Request) (embedding.Answer, error) {
		defer now.Add(-1)
		if n := now.Add(1); n > 2 {
			t.Errorf("%d calls at once", n)
		}
		if calls.Add(1) <= 2 {
			meet.Done()
			meet.Wait()
		}
		bytes := 0
		for _, text := range asked.Texts {
			bytes += len(text)
		}
		if len(asked.Texts) > 128 || len(asked.Texts) > 1 && bytes > 1<<20 || asked.Model != "m" || asked.Revision != "r" {
			t.Errorf("%d texts of %d bytes, model %q of %q", len(asked.Texts), bytes, asked.Model, asked.Revision)
		}
		return lengths(asked)
	})
	vectors, truncated, err := e.Documents(t.Context(), one(), list)
	if err != nil || truncated != 5 {
		t.Errorf("%d cut, %v", truncated, err)
	}
	for i, v := range vectors {
		if v[0] != float32(len(list[i])) {
			t.Errorf("text %d of %d bytes has %v", i, len(list[i]), v)
		}
	}
}

// Where embedd is at work for others it is not said to be starting alone.
func TestAnAnswerThatDoesNotComeInTime(t *testing.T) {
	e := embedd(t, lengths)
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	_, _, err := e.Question(ctx, one(), "a")
	_, away := errors.AsType[*texts.AwayError](err)
	if p, is := errors.AsType[*wire.Problem](err); !away || !is || !p.Is(wire.ErrUnavailable) || !strings.Contains(p.Detail, "may be busy") {
		t.Error(err)
	}
}

// What keeps vectors from being made is told as what it is: a text, something that passes, or
// vectors that would not fit.
func TestWhyThereAreNoVectors(t *testing.T) {
	is := func(kind *wire.Kind) func(error) bool {
		return func(err error) bool { return errors.Is(err, kind) }
	}
	away := func(err error) bool {
		_, is := errors.AsType[*texts.AwayError](err)
		return is
	}
	text := func(at int) func(error) bool {
		return func(err error) bool {
			wrong, is := errors.AsType[*texts.TextError](err)
			return is && wrong.Text == at
		}
	}
	plain := func(err error) bool { return is(embedding.ErrBadText)(err) && !text(0)(err) && !away(err) }
	badText := func(item any) error { return embedding.ErrBadText.Errorf("no").With("item", item) }
	list := make([]string, 200)
	for i := range list {
		list[i] = fmt.Sprint("text ", i)
	}
	for name, c := range map[string]struct {
		said embedding.Answer
		err  error
		want func(error) bool
	}{
		"a text":           {err: badText(3), want: func(err error) bool { return text(3)(err) || text(131)(err) }},
		"no such text":     {err: badText(500), want: plain},
		"no number":        {err: badText("x"), want: plain},
		"many calls":       {err: (&wire.Kind{Status: 429, Code: "too_many_requests"}).Errorf("no"), want: away},
		"too long":         {err: (&wire.Kind{Status: 504, Code: "embed_timeout"}).Errorf("no"), want: away},
		"a provider":       {err: embedding.ErrProviderDown.Errorf("no"), want: away},
		"another revision": {err: embedding.ErrModelChanged.Errorf("no"), want: func(err error) bool { return is(embedding.ErrModelChanged)(err) && !away(err) }},
		"no vectors":       {want: is(embedding.ErrBadProvider)},
	} {
		e := embedd(t, func(embedding.Request) (embedding.Answer, error) { return c.said, c.err })
		if _, _, err := e.Documents(t.Context(), one(), list); !c.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := embedd(t, lengths)
	if _, _, err := e.Documents(t.Context(), texts.Maker{Model: "m", Revision: "r", Dimension: 2}, []string{"a"}); !is(vector.ErrDimension)(err) {
		t.Error(err)
	}
	if _, _, err := e.Question(t.Context(), texts.Maker{Model: "m", Revision: "r", Dimension: 2}, "a"); !is(vector.ErrDimension)(err) {
		t.Error(err)
	}
}

// A call that embedd does not end is given up when its time is over, and may be made again.
func TestNoCallIsWaitedForWithoutEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // and so its end is noticed
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	e := &texts.Embedder{Client: embedding.Client{Client: wire.Client{Service: "embedd", Base: server.URL, HTTP: http.DefaultClient}}, Within: time.Millisecond}
	_, _, err := e.Documents(t.Context(), one(), []string{"a"})
	_, away := errors.AsType[*texts.AwayError](err)
	if p := wire.AsProblem(err); !away || !p.Is(wire.ErrUnavailable) || p.Fields["service"] != "embedd" || !strings.Contains(p.Detail, "within 1ms") {
		t.Error(err)
	}
}
