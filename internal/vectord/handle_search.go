package vectord

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// defaultK is how many results a search gives that does not say.
const defaultK = 10

// search serves POST /vectors/index/{name}/search.
func (s *server) search(w http.ResponseWriter, r *http.Request) error {
	mine := s.arenas.Enter()
	defer s.arenas.Leave(mine)
	want, err := bodies.ReadSearch(r, mine)
	if err != nil {
		return err
	}
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	untold := want.Mode == "" && want.Text != ""
	want, ofText := byModel(x.pointer.Shape, want)
	query, err := queryOf(want, ofText)
	if err != nil {
		return err
	}
	found := bodies.Found{Near: nearness(want) || ofText, Many: want.Vectors != nil}
	if untold {
		found.Mode = modeOf(want)
	}
	if ofText {
		if query.Vector, found.Truncated, err = s.question(r.Context(), x, query, want.Text); err != nil {
			return err
		}
	}
	found.Query = query
	err = s.inside(r, func(now *index, open *durable.Index) (err error) {
		if err := sameMaker(x, now); err != nil {
			return err
		}
		if err := bodies.CheckSearch(query, len(want.Vectors), open.Engine(), s.config.MaxAnswerBytes); err != nil {
			return err
		}
		began := time.Now()
		if found.Lists, err = s.find(r.Context(), open.Engine(), query, want.Vectors); err != nil {
			return err
		}
		s.metrics.searched(modeOf(want), len(found.Lists), began)
		return found.Check(s.config.MaxAnswerBytes)
	})
	if err != nil {
		return err
	}
	return found.Write(w, r, mine)
}

// find answers one query, or the same for each of many vectors.
func (s *server) find(ctx context.Context, e *engine.Index, query engine.Query, vectors []vector.Vector) ([][]engine.Hit, error) {
	if vectors == nil {
		hits, err := e.Search(query)
		return [][]engine.Hit{hits}, err
	}
	return e.SearchMany(ctx, many(query, vectors), s.config.Workers)
}

// byModel tells whether the text of a search is to become its vector, by the model of an index
// of a shape, and gives the search the mode that it has then.
func byModel(shape vector.Shape, want vector.Search) (with vector.Search, ofText bool) {
	if shape.Model == "" || nearness(want) {
		return want, false
	}
	if want.Mode == "" {
		want.Mode = vector.Hybrid
		if len(shape.TextFields) == 0 {
			want.Mode = vector.ByVector
		}
	}
	return want, want.Mode == vector.ByVector || want.Mode == vector.Hybrid
}

// queryOf reads what is asked for; its vector is missing where there are many, or it is to be
// made of the text.
func queryOf(want vector.Search, ofText bool) (engine.Query, error) {
	if err := checkSearch(want, ofText); err != nil {
		return engine.Query{}, err
	}
	filter, err := filterOf(want.Filter)
	if err != nil {
		return engine.Query{}, err
	}
	q := engine.Query{
		Vector: want.Vector, Positive: want.Positive, Negative: want.Negative, Text: want.Text,
		K: defaultK, Filter: filter, Exact: want.Exact,
		WithMetadata: want.WithMetadata == nil || *want.WithMetadata, WithVector: want.WithVector,
	}
	if ofText && want.Mode == vector.ByVector {
		q.Text = "" // which its vector stands for
	}
	if want.K != nil {
		q.K = *want.K
	}
	if want.Ef != nil {
		q.Ef = *want.Ef
	}
	if want.MinScore != nil {
		least := float32(*want.MinScore)
		q.Least = &least
	}
	if f := want.Fusion; f != nil {
		q.Fusion = engine.Fusion{Ranks: f.Method == vector.RRF, Alpha: f.Alpha, Constant: f.Constant, Depth: f.Depth}
	}
	return q, nil
}

// nearness tells whether a search goes by vectors, if not by them alone.
func nearness(s vector.Search) bool {
	return s.Vector != nil || s.Vectors != nil || len(s.Positive) > 0
}

// modeOf gives the mode of a search, which follows from what is given.
func modeOf(s vector.Search) vector.Mode {
	switch {
	case s.Mode != "":
		return s.Mode
	case s.Text == "":
		return vector.ByVector
	case nearness(s):
		return vector.Hybrid
	}
	return vector.ByWords
}

// checkSearch tells what of a search contradicts itself; the engine checks the rest.
func checkSearch(s vector.Search, ofText bool) error {
	near, mode := nearness(s) || ofText, modeOf(s)
	switch {
	case s.Vector != nil && s.Vectors != nil:
		return vector.ErrBadSearch.Errorf(`"vector" and "vectors" are both given; give one of them`)
	case s.Vectors != nil && (s.Text != "" || len(s.Positive)+len(s.Negative) > 0):
		return vector.ErrBadSearch.Errorf(`"vectors" are searched for by themselves; ask for a text, or items like others, in requests of their own`)
	case s.Vectors != nil && len(s.Vectors) == 0:
		return vector.ErrBadSearch.Errorf(`"vectors" has none; send those that are searched for`)
	case mode != vector.ByVector && mode != vector.ByWords && mode != vector.Hybrid:
		return vector.ErrBadSearch.Errorf("there is no mode %.40q; there are vector, lexical and hybrid", mode)
	case len(s.Text) > vector.MaxText:
		return vector.ErrBadSearch.Errorf("the text has %d bytes; it may have %d: send its beginning, or what matters of it", len(s.Text), vector.MaxText).With("limit", vector.MaxText)
	case s.Mode == "" && s.Text == "" && !near:
		return vector.ErrBadSearch.Errorf(`nothing is searched for: give "vector", "vectors", "positive" with ids of items, or "text" with words`)
	case mode != vector.ByVector && s.Text == "" && !ofText:
		return vector.ErrBadSearch.Errorf(`mode %s needs "text"`, mode)
	case mode == vector.ByWords && near:
		return vector.ErrBadSearch.Errorf("mode lexical goes by words alone; leave the vector out, or take mode hybrid")
	case mode != vector.ByWords && !near && s.Text != "":
		return vector.ErrBadSearch.Errorf(`mode %s needs a vector, and this index has no model to make one of "text"; give "vector" or "positive" with ids of items, or take mode lexical`, mode)
	case mode != vector.ByWords && !near:
		return vector.ErrBadSearch.Errorf(`mode %s needs "vector", "vectors", "positive" with ids of items, or in an index with a model "text"`, mode)
	case mode == vector.ByVector && s.Text != "" && !ofText:
		return vector.ErrBadSearch.Errorf("mode vector does not look at the text; leave it out, or take mode hybrid")
	case s.K != nil && (*s.K < 1 || *s.K > vector.MaxK):
		return vector.ErrBadSearch.Errorf("k is %d; it can be 1 to %d, or left out for %d", *s.K, vector.MaxK, defaultK)
	case s.Ef != nil && (*s.Ef < 1 || *s.Ef > vector.MaxEf):
		return vector.ErrBadSearch.Errorf("ef is %d; it can be 1 to %d, or left out", *s.Ef, vector.MaxEf)
	}
	return checkFusion(s.Fusion, mode)
}

func checkFusion(f *vector.Fusion, mode vector.Mode) error {
	switch {
	case f == nil:
	case mode != vector.Hybrid:
		return vector.ErrBadSearch.Errorf(`"fusion" joins the two sides of mode hybrid; leave it out`)
	case f.Method != "" && f.Method != vector.Convex && f.Method != vector.RRF:
		return vector.ErrBadSearch.Errorf("there is no fusion %.40q; there are convex and rrf", f.Method)
	case f.Method == vector.RRF && f.Alpha != nil:
		return vector.ErrBadSearch.Errorf(`"alpha" is of fusion convex, and rrf joins by ranks; leave it out, or take convex`)
	case f.Method != vector.RRF && f.Constant != 0:
		return vector.ErrBadSearch.Errorf(`"constant" is of fusion rrf; leave it out, or take rrf`)
	}
	return nil
}

// many makes a query of each vector.
func many(q engine.Query, vectors []vector.Vector) []engine.Query {
	list := make([]engine.Query, len(vectors))
	for i, v := range vectors {
		list[i] = q
		list[i].Vector = v
	}
	return list
}
