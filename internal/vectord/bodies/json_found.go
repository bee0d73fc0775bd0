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

// writeJSON answers a search with JSON: one that asked for many vectors with batches.
// It is written by hand, in a quarter of the time that encoding/json takes for a thousand
// results, and byte for byte as that would.
func (f Found) writeJSON(w http.ResponseWriter, mine *Arena) error {
	out := jsonFound{Found: f, text: mine.bytes(64 + 2*f.count()*resultBytes)[:0]}
	if f.Many {
		out.batches()
	} else {
		out.raw("{")
		out.results(f.Lists[0])
	}
	out.raw(`,"exact":`)
	out.text = strconv.AppendBool(out.text, f.Query.Exact)
	if f.Truncated {
		out.raw(`,"truncated":true`)
	}
	if f.Mode != "" {
		out.raw(`,"mode":"` + string(f.Mode) + `"`)
	}
	out.raw("}\n")
	if out.odd {
		return wire.WriteJSON(w, http.StatusOK, f.contract())
	}
	return answer(w, "application/json", out.text)
}

// jsonFound writes what was found.
type jsonFound struct {
	Found
	text []byte
	odd  bool // there is something that is left to encoding/json
}

func (f *jsonFound) raw(text string) { f.text = append(f.text, text...) }

func (f *jsonFound) batches() {
	f.raw(`{"batches":[`)
	for i, hits := range f.Lists {
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
	if f.Near {
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
	f.odd = f.odd || f.Near && f.Query.Text != "" // both sides say something of it
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
