package duck

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// operator is one of a plan, as DuckDB writes it in JSON: for EXPLAIN with a name,
// for EXPLAIN ANALYZE with an operator_name and what was measured. Times are in
// seconds.
type operator struct {
	Name     string         `json:"name"`
	Measured string         `json:"operator_name"`
	Latency  float64        `json:"latency"` // of the root alone
	Timing   float64        `json:"operator_timing"`
	Rows     float64        `json:"operator_cardinality"`
	Info     map[string]any `json:"extra_info"`
	Children []operator     `json:"children"`
}

// The entries of an operator that name its files, and the table in their place.
const (
	infoFiles = "Filename(s)"
	infoTable = "Table"
)

// plan is a statement's plan, and for EXPLAIN ANALYZE what came of it.
type plan struct {
	analyzed  bool
	seconds   float64 // of the whole, where it was analyzed
	operators []operator
	names     *strings.Replacer // of the tables, for their files
}

// beginPlan has DuckDB explain a statement and begins a result that tells of it.
// DuckDB's own drawing of what it measured names data files, wrapped beyond
// recognition, and so does its JSON; so both are written here, with the tables' names.
func beginPlan(c *connection, q *query, r runRequest, texts casts) (*result, error) {
	explained, err := begin(c, q.sql(r.Limit), r.Params, texts)
	if err != nil {
		return nil, err
	}
	rows, err := gather(explained)
	explained.close()
	if err != nil {
		return nil, err
	}
	p, err := readPlan(rows, r.Views)
	if err != nil {
		return nil, err
	}
	text, typ := p.text(), varchar
	if q.Tree {
		text, typ = p.tree(), "JSON"
	}
	param, err := json.Marshal(text)
	if err != nil {
		return nil, err
	}
	return begin(c, fmt.Sprintf("SELECT '%s' AS explain_key, ?::%s AS explain_value", p.key(), typ), []json.RawMessage{param}, texts)
}

// readPlan reads the one row of DuckDB's answer. EXPLAIN gives a list of operators,
// EXPLAIN ANALYZE the statement with an operator for the EXPLAIN itself below it.
func readPlan(rows [][]json.RawMessage, views []View) (*plan, error) {
	var text string
	if len(rows) != 1 || len(rows[0]) != 2 {
		return nil, fmt.Errorf("a plan of %d rows", len(rows))
	}
	if err := json.Unmarshal(rows[0][1], &text); err != nil {
		return nil, err
	}
	p := &plan{names: tableNames(views)}
	if strings.HasPrefix(text, "[") {
		return p, json.Unmarshal([]byte(text), &p.operators)
	}
	var root operator
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return nil, err
	}
	p.analyzed, p.seconds = true, root.Latency
	for _, explain := range root.Children {
		p.operators = append(p.operators, explain.Children...)
	}
	return p, nil
}

// key is what DuckDB calls such a plan.
func (p *plan) key() string {
	if p.analyzed {
		return "analyzed_plan"
	}
	return "physical_plan"
}

// tableNames puts the tables' names in the place of their files.
func tableNames(views []View) *strings.Replacer {
	var pairs []string
	for _, view := range views {
		for _, file := range view.Files {
			pairs = append(pairs, file, strings.TrimPrefix(view.Schema+"."+view.Name, "."))
		}
	}
	return strings.NewReplacer(pairs...)
}

// text draws the plan.
func (p *plan) text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "Total time: %s\n\n", milliseconds(p.seconds))
	for _, o := range p.operators {
		o.write(&out, 0, p.names)
	}
	return out.String()
}

func (o operator) write(out *strings.Builder, depth int, names *strings.Replacer) {
	indent := strings.Repeat("  ", depth)
	unit := "rows"
	if o.Rows == 1 {
		unit = "row"
	}
	fmt.Fprintf(out, "%s- %s: %.0f %s, %s\n", indent, o.Measured, o.Rows, unit, milliseconds(o.Timing))
	info := o.info(names)
	for _, key := range slices.Sorted(maps.Keys(info)) {
		fmt.Fprintf(out, "%s    %s: %s\n", indent, key, info[key])
	}
	for _, child := range o.Children {
		child.write(out, depth+1, names)
	}
}

// info gives what DuckDB says of an operator, each entry on one line, without a
// file's name.
func (o operator) info(names *strings.Replacer) map[string]string {
	info := make(map[string]string, len(o.Info))
	for key, value := range o.Info {
		text := names.Replace(infoText(value))
		if key == infoFiles {
			table, _, _ := strings.Cut(text, ", ") // one scan reads one table
			key, text = infoTable, table
		}
		if text != "" {
			info[key] = text
		}
	}
	return info
}

// infoText gives one entry of an operator on one line.
func infoText(value any) string {
	if list, ok := value.([]any); ok {
		items := make([]string, len(list))
		for i, item := range list {
			items[i] = infoText(item)
		}
		return strings.Join(items, ", ")
	}
	return strings.ReplaceAll(strings.TrimSpace(fmt.Sprint(value)), "\n", ", ")
}

func milliseconds(seconds float64) string { return fmt.Sprintf("%.3f ms", seconds*1000) }
