package bodies

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// Found is what a search found.
type Found struct {
	Query engine.Query
	Near  bool           // it went by vectors, if not by them alone
	Many  bool           // it asked for many vectors, and is answered with batches
	Lists [][]engine.Hit // of each vector, the best first

	Truncated bool        // its vector is of the beginning of its text
	Mode      vector.Mode // that is told, "" for none
}

// Write answers a search, as Arrow where that is asked for.
func (f Found) Write(w http.ResponseWriter, r *http.Request, mine *Arena) error {
	if slices.ContainsFunc(r.Header.Values("Accept"), func(s string) bool { return strings.Contains(s, arrowin.Media) }) {
		return f.writeArrow(w, mine)
	}
	return f.writeJSON(w, mine)
}

// count is how many results there are.
func (f Found) count() (total int) {
	for _, hits := range f.Lists {
		total += len(hits)
	}
	return total
}

// contract is the answer as its contract has it.
func (f Found) contract() any {
	if !f.Many {
		return vector.Found{Results: f.resultsOf(f.Lists[0]), Exact: f.Query.Exact, Truncated: f.Truncated, Mode: f.Mode}
	}
	all := vector.FoundMany{Batches: make([]vector.Results, len(f.Lists)), Exact: f.Query.Exact}
	for i, hits := range f.Lists {
		all.Batches[i].Results = f.resultsOf(hits)
	}
	return all
}

// resultsOf says of hits what was asked for.
func (f Found) resultsOf(hits []engine.Hit) []vector.Result {
	list := make([]vector.Result, len(hits))
	for i, hit := range hits {
		list[i] = vector.Result{ID: hit.ID, Score: hit.Score, Metadata: hit.Metadata, Vector: hit.Vector}
		if f.Near {
			list[i].Distance = &hits[i].Distance
		}
		if f.Near && f.Query.Text != "" {
			list[i].Parts = &vector.Parts{Vector: vector.Part(hit.ByVector), Lexical: vector.Part(hit.ByWords)}
		}
	}
	return list
}

// answer sends a body in one piece: its length is told, and the gateway need not hand on
// each part as it comes.
func answer(w http.ResponseWriter, media string, body []byte) error {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return err
}
