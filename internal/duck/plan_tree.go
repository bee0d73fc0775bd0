package duck

import (
	"encoding/json"
	"strconv"
	"strings"
)

// planNode is an operator in the answer to EXPLAIN (FORMAT json).
type planNode struct {
	Operator      string            `json:"operator"`
	EstimatedRows *int64            `json:"estimated_rows,omitempty"`
	Rows          *int64            `json:"rows,omitempty"`       // that it gave; with ANALYZE
	ElapsedMS     *float64          `json:"elapsed_ms,omitempty"` // its own; with ANALYZE
	Info          map[string]string `json:"info,omitempty"`
	Children      []planNode        `json:"children"`
}

// infoEstimate is the entry of an operator that tells how many rows DuckDB expects.
const infoEstimate = "Estimated Cardinality"

// tree writes the plan as JSON: {"plan":[OPERATOR]}, with "elapsed_ms" of the whole
// where it was analyzed.
func (p *plan) tree() string {
	answer := struct {
		ElapsedMS *float64   `json:"elapsed_ms,omitempty"`
		Plan      []planNode `json:"plan"`
	}{Plan: p.nodes(p.operators)}
	if p.analyzed {
		answer.ElapsedMS = elapsed(p.seconds)
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return "null" // numbers and texts always have a form in JSON
	}
	return strings.TrimSpace(out.String())
}

func (p *plan) nodes(operators []operator) []planNode {
	nodes := make([]planNode, len(operators))
	for i, o := range operators {
		n := planNode{Operator: strings.TrimSpace(o.Name + o.Measured), Info: o.info(p.names), Children: p.nodes(o.Children)}
		if estimate, err := strconv.ParseInt(n.Info[infoEstimate], 10, 64); err == nil {
			n.EstimatedRows = &estimate
			delete(n.Info, infoEstimate)
		}
		if p.analyzed {
			rows := int64(o.Rows)
			n.Rows, n.ElapsedMS = &rows, elapsed(o.Timing)
		}
		nodes[i] = n
	}
	return nodes
}

// elapsed gives seconds as milliseconds, to the microsecond.
func elapsed(seconds float64) *float64 {
	ms := float64(int64(seconds*1e6+0.5)) / 1e3
	return &ms
}
