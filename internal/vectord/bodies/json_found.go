package bodies

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// WriteJSON answers a search with JSON: one that asked for many vectors with batches.
// It is written by hand, in a quarter of the time that encoding/json takes for a thousand
// results, and byte for byte as that would.
func WriteJSON(w http.ResponseWriter, mine *Arena, q engine.Query, near, many bool, lists [][]engine.Hit) error {
	out := jsonFound{near: near, query: q, text: mine.bytes(64 + 2*countOf(lists)*resultBytes)[:0]}
	if many {
		out.batches(lists)
	} else {
		out.raw("{")
		out.results(lists[0])
	}
	out.raw(`,"exact":`)
	out.text = append(strconv.AppendBool(out.text, q.Exact), "}\n"...)
	if out.odd {
		return wire.WriteJSON(w, http.StatusOK, found(q, near, many, lists))
	}
	return answer(w, "application/json", out.text)
}

// found is the answer as its contract has it.
func found(q engine.Query, near, many bool, lists [][]engine.Hit) any {
	if !many {
		return vector.Found{Results: results(lists[0], q, near), Exact: q.Exact}
	}
	all := vector.FoundMany{Batches: make([]vector.Results, len(lists)), Exact: q.Exact}
	for i, hits := range lists {
		all.Batches[i].Results = results(hits, q, near)
	}
	return all
}

// results says of hits what was asked for.
func results(hits []engine.Hit, q engine.Query, near bool) []vector.Result {
	list := make([]vector.Result, len(hits))
	for i, hit := range hits {
		list[i] = vector.Result{ID: hit.ID, Score: hit.Score, Metadata: hit.Metadata, Vector: hit.Vector}
		if near {
			list[i].Distance = &hits[i].Distance
		}
		if near && q.Text != "" {
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

// jsonFound writes what was found.
type jsonFound struct {
	query engine.Query
	near  bool
	text  []byte
	odd   bool // there is something that is left to encoding/json
}

func (f *jsonFound) raw(text string) { f.text = append(f.text, text...) }

func (f *jsonFound) batches(lists [][]engine.Hit) {
	f.raw(`{"batches":[`)
	for i, hits := range lists {
		if i > 0 {
			f.raw(",")
		}
		f.raw("{")
		f.results(hits)
		f.raw("}")
	}
	f.raw("]")
}

func (f *jsonFound) results(hits []engine.Hit) {
	f.raw(`"results":[`)
	for i := range hits {
		if i > 0 {
			f.raw(",")
		}
		f.hit(&hits[i])
	}
	f.raw("]")
}

func (f *jsonFound) hit(hit *engine.Hit) {
	f.raw(`{"id":`)
	f.string(hit.ID)
	f.raw(`,"score":`)
	f.number(hit.Score)
	if f.near {
		f.raw(`,"distance":`)
		f.number(hit.Distance)
	}
	if len(hit.Metadata) > 0 {
		f.raw(`,"metadata":`)
		f.object(hit.Metadata)
	}
	if len(hit.Vector) > 0 {
		f.raw(`,"vector":`)
		f.vector(hit.Vector)
	}
	f.odd = f.odd || f.near && f.query.Text != "" // both sides say something of it
	f.raw("}")
}

// string writes a text of ASCII in which nothing has to be escaped.
func (f *jsonFound) string(s string) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\' {
			f.odd = true
			return
		}
	}
	f.text = append(append(append(f.text, '"'), s...), '"')
}

// number writes a number of the size that scores have, which has no exponent.
func (f *jsonFound) number(n float32) {
	if abs := math.Abs(float64(n)); abs != 0 && !(float32(abs) >= 1e-6 && abs < 1e21) {
		f.odd = true
		return
	}
	f.text = strconv.AppendFloat(f.text, float64(n), 'f', -1, 32)
}

func (f *jsonFound) object(raw json.RawMessage) {
	out := bytes.NewBuffer(f.text)
	f.odd = json.Compact(out, raw) != nil || f.odd
	f.text = out.Bytes()
}

func (f *jsonFound) vector(v vector.Vector) {
	text, err := v.AppendJSON(f.text)
	f.text, f.odd = text, f.odd || err != nil
}
