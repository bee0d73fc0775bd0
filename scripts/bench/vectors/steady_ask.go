package main

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// asked is one search among adds.
type asked struct {
	query   []float32
	there   int // items that were answered when it was sent: these it has to find
	took    time.Duration
	results []vector.Result
}

// ask sends the n-th search.
func (s *stream) ask(ctx context.Context, n int) (asked, error) {
	a := asked{query: s.queries[n%len(s.queries)], there: s.there()}
	body, err := json.Marshal(vector.Search{Vector: a.query, K: new(k), Ef: new(steadyEf)})
	if err != nil {
		return a, err
	}
	answer, took, err := s.search.post(ctx, body)
	if err != nil {
		return a, err
	}
	var found vector.Found
	err = json.Unmarshal(answer, &found)
	a.took, a.results = took, found.Results
	return a, err
}

// askAll sends each search once, when nothing else is to be done.
func (s *stream) askAll(ctx context.Context) ([]asked, error) {
	var list []asked
	for n := range s.queries {
		a, err := s.ask(ctx, n)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// times gives how long each took.
func times(list []asked) []time.Duration {
	var all []time.Duration
	for _, a := range list {
		all = append(all, a.took)
	}
	return all
}

// recallOf is the part of the nearest among the items that were there that the searches
// found. An item that came later may stand in the place of one of them, if it is nearer.
func recallOf(list []asked, base []float32, dim int) float64 {
	missed, due := 0, 0
	for _, a := range list {
		want := truth(base[:a.there*dim], [][]float32{a.query}, dim, k, nil)[0]
		missed += a.missed(want, base, dim)
		due += len(want)
	}
	return 1 - float64(missed)/float64(max(1, due))
}

// missed counts those of the nearest that are neither in the answer nor behind it.
func (a asked) missed(nearest []int, base []float32, dim int) int {
	ids := idsOf(a.results)
	missed := 0
	for _, id := range nearest {
		dot := make([]float32, 1)
		simd.Best().DotRange(a.query, base[id*dim:][:dim], dot)
		full := len(ids) == k
		if !slices.Contains(ids, id) && !(full && dot[0] <= a.results[k-1].Score+1e-5) {
			missed++
		}
	}
	return missed
}
