package duck

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// profile is what DuckDB measured of a statement that it ran for EXPLAIN
// (ANALYZE, FORMAT json): a tree of operators. Times are in seconds.
type profile struct {
	Latency  float64        `json:"latency"`
	Name     string         `json:"operator_name"`
	Timing   float64        `json:"operator_timing"`
	Rows     float64        `json:"operator_cardinality"`
	Info     map[string]any `json:"extra_info"`
	Children []profile      `json:"children"`
}

// The entries of an operator that name its files, and the table in their place.
const (
	infoFiles = "Filename(s)"
	infoTable = "Table"
)

// beginAnalyze runs the statement and begins a result that tells what DuckDB
// measured. DuckDB's own drawing of it names data files, wrapped beyond
// recognition, so the tree is written here, with the tables' names.
func beginAnalyze(c *connection, q *query, r runRequest, texts casts) (*result, error) {
	measured, err := begin(c, q.sql(r.Limit), r.Params, texts)
	if err != nil {
		return nil, err
	}
	rows, err := gather(measured)
	measured.close()
	if err != nil {
		return nil, err
	}
	plan, err := readPlan(rows, r.Views)
	if err != nil {
		return nil, err
	}
	return begin(c, "SELECT 'analyzed_plan' AS explain_key, ?::VARCHAR AS explain_value", []json.RawMessage{plan}, texts)
}

// readPlan gives the text of a plan as JSON, from the one row that holds it.
func readPlan(rows [][]json.RawMessage, views []View) (json.RawMessage, error) {
	var text string
	var root profile
	if len(rows) != 1 || len(rows[0]) != 2 {
		return nil, fmt.Errorf("a plan of %d rows", len(rows))
	}
	if err := json.Unmarshal(rows[0][1], &text); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return nil, err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Total time: %s\n\n", milliseconds(root.Latency))
	names := tableNames(views)
	for _, explain := range root.Children {
		for _, operator := range explain.Children {
			operator.write(&out, 0, names)
		}
	}
	return json.Marshal(out.String())
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

func (p profile) write(out *strings.Builder, depth int, names *strings.Replacer) {
	indent := strings.Repeat("  ", depth)
	unit := "rows"
	if p.Rows == 1 {
		unit = "row"
	}
	fmt.Fprintf(out, "%s- %s: %.0f %s, %s\n", indent, p.Name, p.Rows, unit, milliseconds(p.Timing))
	for _, key := range slices.Sorted(maps.Keys(p.Info)) {
		value := names.Replace(infoText(p.Info[key]))
		if key == infoFiles {
			tables, _, _ := strings.Cut(value, ", ") // one scan reads one table
			key, value = infoTable, tables
		}
		if value != "" {
			fmt.Fprintf(out, "%s    %s: %s\n", indent, key, value)
		}
	}
	for _, child := range p.Children {
		child.write(out, depth+1, names)
	}
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
