package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

const (
	// profileColumns is how many columns one statement looks at, so that a table of
	// a thousand needs no more memory than one of these.
	profileColumns = 64
	topValues      = 5
	// profileTimeout is long enough for a great table on a small box.
	profileTimeout = 10 * time.Minute
)

// Profile is what a look at every row of a table tells of it.
type Profile struct {
	Table   string          `json:"table"`
	Rows    int64           `json:"rows"`
	Columns []ColumnProfile `json:"columns"`
}

// ColumnProfile is what is in one column. Distinct is DuckDB's estimate, a tenth or
// two off where there are many; which values are the most frequent is an estimate too,
// and how often those are is exact. Min, Max and Avg of a list or a map are those of its length.
type ColumnProfile struct {
	Name     string          `json:"name"`
	Type     string          `json:"type"` // DuckDB's
	Nulls    int64           `json:"nulls"`
	Distinct int64           `json:"distinct_approx"`
	Min      json.RawMessage `json:"min"`
	Max      json.RawMessage `json:"max"`
	Avg      json.RawMessage `json:"avg"` // null where there is none
	Top      []TopValue      `json:"top"` // none where every value is there once
}

// TopValue is a value and how many rows have it.
type TopValue struct {
	Value json.RawMessage `json:"value"`
	Rows  int64           `json:"rows"`
}

func newProfile(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "profile NAME",
		Short: "Show what is in the columns of a table: nulls, distinct, min, max, average, top values",
		Example: "  lakehouse profile placements\n" +
			"  lakehouse profile '(SELECT bill_rate, state FROM placements WHERE start_date > DATE '\\''2026-01-01'\\'')'",
		Long: "Show what is in the columns of a table or view, or of a SELECT in parentheses: nulls, distinct values, least, greatest, average and the most\n" +
			"frequent values. The number of distinct values is an estimate, a tenth or two off where there are\n" +
			"many, and so is which values are the most frequent; how often those are is counted. Every row is read, twice.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeTable,
		RunE: func(cmd *cobra.Command, args []string) error {
			gateway, err := g.client()
			if err != nil {
				return err
			}
			p := profiler{query: query.Client{Client: gateway}, from: args[0]}
			if !strings.HasPrefix(p.from, "(") {
				p.from = quoteName(p.from)
			}
			profile, err := p.profile(cmd.Context(), args[0])
			if err != nil {
				return viewWords(err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), profile)
			}
			return profile.write(cmd)
		},
	}
}

// write draws the profile, as wide as the screen is.
func (p Profile) write(cmd *cobra.Command) error {
	rows := make([][]string, len(p.Columns))
	for i, c := range p.Columns {
		rows[i] = c.row(p.Rows)
	}
	g := gridOf([]string{"column", "type", "nulls", "distinct ~", "min", "max", "average", "top values"}, rows,
		[]bool{false, false, true, true, false, false, true, false})
	note := ""
	if screen := newTerminal(cmd.InOrStdin(), cmd.OutOrStdout()); screen != nil {
		columns, _ := screen.size()
		if g.fit(columns) != "" {
			note = "; not all fits the screen, --json shows everything"
		}
	}
	WriteTable(cmd.OutOrStdout(), g.header, g.rows, g.right)
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%d rows; distinct is an estimate%s\n", p.Rows, note)
	return err
}

// row words a column for the table; numbers keep their digits, texts are cut.
func (c ColumnProfile) row(rows int64) []string {
	nulls := strconv.FormatInt(c.Nulls, 10)
	if c.Nulls > 0 && rows > 0 {
		nulls += fmt.Sprintf(" (%.1f%%)", 100*float64(c.Nulls)/float64(rows))
	}
	var top []string
	for _, v := range c.Top {
		top = append(top, fmt.Sprintf("%s (%d)", shortened(cell(v.Value)), v.Rows))
	}
	return []string{c.Name, shortened(c.Type), nulls, strconv.FormatInt(c.Distinct, 10),
		known(c.Min), known(c.Max), average(c.Avg), strings.Join(top, ", ")}
}

// shownValue is how much of a value a profile shows, in characters.
const shownValue = 24

func shortened(s string) string {
	if runes := []rune(printable(s, "")); len(runes) > shownValue {
		return string(runes[:shownValue-1]) + "…"
	}
	return s
}

// known shows a value, and nothing where there is none.
func known(raw json.RawMessage) string {
	if string(raw) == "null" {
		return ""
	}
	return shortened(cell(raw))
}

// average shows an average with as many digits as say something.
func average(raw json.RawMessage) string {
	v, err := strconv.ParseFloat(cell(raw), 64)
	switch {
	case err != nil || math.IsInf(v, 0):
		return known(raw)
	case v > -1 && v < 1:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// profiler asks about one table.
type profiler struct {
	query query.Client
	from  string // as SQL names it
}

func (p profiler) profile(ctx context.Context, name string) (Profile, error) {
	columns, err := p.query.Run(ctx, query.Request{SQL: "DESCRIBE SELECT * FROM " + p.from})
	if err != nil {
		return Profile{}, err
	}
	profile := Profile{Table: name, Columns: []ColumnProfile{}}
	for some := range slices.Chunk(columns.Rows, profileColumns) {
		part := make([]ColumnProfile, len(some))
		for i, row := range some {
			part[i] = ColumnProfile{Name: cell(row[0]), Type: cell(row[1]), Top: []TopValue{}}
		}
		if profile.Rows, err = p.look(ctx, part); err != nil {
			return profile, err
		}
		profile.Columns = append(profile.Columns, part...)
	}
	return profile, nil
}

// look fills the columns with one statement, and counts their most frequent values
// with another.
func (p profiler) look(ctx context.Context, columns []ColumnProfile) (rows int64, err error) {
	asked := []string{"count(*)"}
	for _, c := range columns {
		asked = append(asked, c.questions()...)
	}
	answer, err := p.ask(ctx, asked, nil)
	if err != nil {
		return 0, err
	}
	values := answer.Rows[0]
	if err := json.Unmarshal(values[0], &rows); err != nil {
		return 0, err
	}
	for i := range columns {
		c, of := &columns[i], values[1+perColumn*i:]
		if err := c.take(of[:perColumn], rows); err != nil {
			return 0, fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	return rows, p.countTop(ctx, columns)
}

// ask gives the one row of answers over all rows of the table.
func (p profiler) ask(ctx context.Context, what []string, params []json.RawMessage) (query.Answer, error) {
	timeout := profileTimeout.Milliseconds()
	return p.query.Run(ctx, query.Request{SQL: "SELECT " + strings.Join(what, ", ") + " FROM " + p.from, Params: params, TimeoutMS: &timeout})
}

// perColumn is how many questions there are about a column.
const perColumn = 6

func (c ColumnProfile) questions() []string {
	name, measured := quotedName(c.Name), quotedName(c.Name)
	average, frequent := "NULL", fmt.Sprintf("approx_top_k(%s, %d)", name, topValues)
	distinct := "approx_count_distinct(" + name + ")"
	switch {
	case strings.HasSuffix(c.Type, "]"), strings.HasPrefix(c.Type, "MAP("):
		measured = "cardinality(" + name + ")"
		if strings.HasSuffix(c.Type, "]") {
			measured = "len(" + name + ")"
		}
		average, frequent, distinct = "avg("+measured+")", "NULL", "approx_count_distinct("+name+"::VARCHAR)"
	case strings.HasPrefix(c.Type, "STRUCT("), c.Type == "BLOB":
		measured, frequent, distinct = "NULL", "NULL", "approx_count_distinct("+name+"::VARCHAR)"
	case numeric(c.Type):
		average = "avg(" + name + ")"
	}
	return []string{"count(" + name + ")", distinct, "min(" + measured + ")", "max(" + measured + ")", average, frequent}
}

// take reads the answers to questions.
func (c *ColumnProfile) take(of []json.RawMessage, rows int64) error {
	var values int64
	if err := json.Unmarshal(of[0], &values); err != nil {
		return err
	}
	c.Nulls = rows - values
	if err := json.Unmarshal(of[1], &c.Distinct); err != nil {
		return err
	}
	c.Distinct = min(c.Distinct, values) // the estimate does not know
	c.Min, c.Max, c.Avg = of[2], of[3], of[4]
	var frequent []json.RawMessage
	if err := json.Unmarshal(of[5], &frequent); err != nil {
		return err
	}
	for _, value := range frequent {
		c.Top = append(c.Top, TopValue{Value: value})
	}
	return nil
}

// countTop counts the rows of the values that seem to be the most frequent.
func (p profiler) countTop(ctx context.Context, columns []ColumnProfile) error {
	var asked []string
	var params []json.RawMessage
	for _, c := range columns {
		for _, v := range c.Top {
			asked = append(asked, fmt.Sprintf("count(*) FILTER (WHERE %s = CAST(? AS %s))", quotedName(c.Name), c.Type))
			params = append(params, v.Value)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	answer, err := p.ask(ctx, asked, params)
	if err != nil {
		return err
	}
	next := 0
	for i := range columns {
		c := &columns[i]
		for j := range c.Top {
			if err := json.Unmarshal(answer.Rows[0][next], &c.Top[j].Rows); err != nil {
				return err
			}
			next++
		}
		slices.SortStableFunc(c.Top, func(a, b TopValue) int { return int(b.Rows - a.Rows) })
		if len(c.Top) > 0 && c.Top[0].Rows <= 1 {
			c.Top = []TopValue{}
		}
	}
	return nil
}

// quotedName makes SQL of one name.
func quotedName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
