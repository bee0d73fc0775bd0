package texts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Bounds of the calls of embedd.
const (
	callTexts    = 128              // texts of one, so that its answer comes in seconds
	callBytes    = 1 << 20          // of these texts, about
	callsAtOnce  = 2                // of one batch: one is computed while another is on its way
	answerWithin = 30 * time.Second // of a question, or of what models there are
)

// Field is that of its metadata where the text is kept that an item was added with.
const Field = "text"

// Maker is what makes the vectors of an index.
type Maker struct {
	Model     string
	Revision  string // that its vectors are of; "": of nothing that embedd knows
	Dimension int
}

// StandIn stands for a vector that is not made yet, where a whole item or query is checked.
func (m Maker) StandIn() vector.Vector {
	v := make(vector.Vector, m.Dimension)
	v[0] = 1
	return v
}

// TextError says that no vector can be made of a text.
type TextError struct {
	Text   int // among those that were given, from 0
	Reason string
}

func (e *TextError) Error() string { return e.Reason }

// AwayError is one of embedd's, or of who computes for it, that is over some time.
type AwayError struct{ error }

func (e *AwayError) Unwrap() error { return e.error }

// Check tells what of a text alone keeps a vector from being made of it, in a [TextError].
func Check(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return &TextError{Reason: "the text is missing, empty or of spaces alone, and no vector can be made of it; give another one, or a vector in its place"}
	case !utf8.ValidString(text):
		return &TextError{Reason: "the text is not UTF-8"}
	}
	return nil
}

// Embedder asks embedd.
type Embedder struct {
	Client embedding.Client
	Within time.Duration // of one call with texts that are found, which embedd should give up before
}

// Model describes the model of a name, which is ready, with its dimension. Where embedd has no
// such model it is [embedding.ErrModelNotFound], which names those that it has.
func (e *Embedder) Model(ctx context.Context, name string) (embedding.Model, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	list, err := e.Client.Models(ctx)
	if err != nil {
		return embedding.Model{}, notInTime(ctx, err, answerWithin)
	}
	known := []string{}
	for _, m := range list.Models {
		if m.Name == name {
			return e.measured(ctx, m)
		}
		known = append(known, m.Name)
	}
	return embedding.Model{}, embedding.ErrModelNotFound.Errorf("embedd has no model %q; it has %s", name, strings.Join(known, ", ")).
		With("field", "model").With("models", known)
}

// measured has a model make a vector where its dimension is not known before, or what was the
// matter with it a moment ago: whether that is so still, embedd finds out.
func (e *Embedder) measured(ctx context.Context, m embedding.Model) (embedding.Model, error) {
	switch {
	case !m.Ready && m.Revision == "":
		return m, embedding.ErrProviderDown.Errorf("the model %s cannot be had: %s", m.Name, m.Reason).With("model", m.Name).After(time.Second)
	case m.Revision == "":
		return m, embedding.ErrBadProvider.Errorf("embedd tells no revision of the model %s, by which its vectors would be known", m.Name).With("model", m.Name)
	case m.Ready && m.Dimension > 0:
		return m, nil
	}
	answer, err := e.Client.Embed(ctx, embedding.Request{Texts: []string{"dimension"}, Model: m.Name, Revision: m.Revision})
	m.Dimension = answer.Dimension
	return m, notInTime(ctx, err, answerWithin)
}

// Question makes the vector of a text that is searched with, and tells whether the model did
// not read that to its end.
func (e *Embedder) Question(ctx context.Context, by Maker, text string) (v vector.Vector, truncated bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := e.ask(ctx, by, embedding.Query, []string{text})
	if err != nil {
		return nil, false, refusal(notInTime(ctx, err, answerWithin), 1)
	}
	return answer.Vectors[0], slices.Contains(answer.Truncated, true), nil
}

// Documents makes the vectors of texts that are found, and tells how many of these the model
// did not read to their ends. Its error is a [TextError] where one of them is wrong.
func (e *Embedder) Documents(ctx context.Context, by Maker, list []string) (vectors []vector.Vector, truncated int, err error) {
	vectors = make([]vector.Vector, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	var cut atomic.Int64
	for from := 0; from < len(list); {
		first, call := from, list[from:from+callOf(list[from:])]
		group.Go(func() error {
			n, err := e.documents(ctx, by, call, vectors[first:])
			if wrong, is := errors.AsType[*TextError](err); is {
				wrong.Text += first
			}
			cut.Add(int64(n))
			return err
		})
		from += len(call)
	}
	err = group.Wait()
	return vectors, int(cut.Load()), err
}

// callOf tells how many of the first texts go in one call.
func callOf(list []string) (n int) {
	for bytes := 0; n < min(len(list), callTexts) && (n == 0 || bytes+len(list[n]) <= callBytes); n++ {
		bytes += len(list[n])
	}
	return n
}

// documents is one call, which puts the vectors in the first places of a list.
func (e *Embedder) documents(ctx context.Context, by Maker, call []string, vectors []vector.Vector) (truncated int, err error) {
	ctx, cancel := context.WithTimeout(ctx, e.Within)
	defer cancel()
	answer, err := e.ask(ctx, by, embedding.Document, call)
	if err != nil {
		return 0, refusal(notInTime(ctx, err, e.Within), len(call))
	}
	copy(vectors, answer.Vectors)
	for _, cut := range answer.Truncated {
		if cut {
			truncated++
		}
	}
	return truncated, nil
}

// ask makes a call whose vectors are as many and as long as they have to be.
func (e *Embedder) ask(ctx context.Context, by Maker, as embedding.InputType, texts []string) (embedding.Answer, error) {
	if by.Revision == "" {
		return embedding.Answer{}, e.unknown(ctx, by)
	}
	answer, err := e.Client.Embed(ctx, embedding.Request{Texts: texts, Model: by.Model, Revision: by.Revision, InputType: as})
	if err != nil {
		return answer, err
	}
	if len(answer.Vectors) != len(texts) {
		return answer, embedding.ErrBadProvider.Errorf("embedd gave %d vectors of %d texts", len(answer.Vectors), len(texts)).With("model", by.Model)
	}
	for _, v := range answer.Vectors {
		if len(v) != by.Dimension {
			return answer, vector.ErrDimension.Errorf("the model %s makes vectors of %d numbers, and those of the index have %d: it is another model than that which the index was made for; make an index of its own for it, or send vectors of the one that it was", by.Model, len(v), by.Dimension).
				With("model", by.Model).With("expected", by.Dimension).With("got", len(v))
		}
	}
	return answer, nil
}

// unknown is why no vectors are made for an index that has no revision, ever.
func (e *Embedder) unknown(ctx context.Context, by Maker) error {
	forGood := fmt.Sprintf("the index was made when embedd had no model %s, so it takes no texts, for good: make an index anew with a model that embedd has, and load it", by.Model)
	_, err := e.Model(ctx, by.Model)
	if p, is := errors.AsType[*wire.Problem](err); is && p.Is(embedding.ErrModelNotFound) {
		return p.Advise(forGood)
	}
	if err != nil {
		return err
	}
	return embedding.ErrModelChanged.Errorf("%s. That its vectors are of the %s which embedd has now is not known", forGood, by.Model).With("model", by.Model)
}

// refusal tells why embedd did not make the vectors of so many texts: by the number of a text
// which one it refuses, and by an [AwayError] that it may make them another time.
func refusal(err error, texts int) error {
	p, is := errors.AsType[*wire.Problem](err)
	if !is {
		return err
	}
	switch p.Kind.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return &AwayError{p}
	}
	if !p.Is(embedding.ErrBadText) {
		return p
	}
	number, _ := p.Fields["item"].(json.Number)
	at, err := number.Int64()
	if err != nil || at < 0 || at >= int64(texts) {
		return p
	}
	return &TextError{Text: int(at), Reason: p.Detail}
}

// notInTime names embedd where the time of a call, so long, was over.
func notInTime(ctx context.Context, err error, limit time.Duration) error {
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return wire.ErrUnavailable.Errorf("embedd did not answer within %s; it may be busy with the texts of others, or what computes for it is slow: try again later", limit).
			With("service", "embedd").After(time.Second).Because(err)
	}
	return err
}
