package duck

import (
	_ "embed"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
)

// steadyNames are the names of all functions of which DuckDB says that the same
// arguments give the same value, whichever of a name's meanings is meant. DuckDB needs
// 20 ms to list them, so a test does, by steadySQL.
//
//go:embed steady.txt
var steadyNames string

const steadySQL = `SELECT function_name FROM duckdb_functions() WHERE function_type NOT IN ('table', 'pragma')
	GROUP BY function_name HAVING bool_and(function_type IN ('scalar', 'aggregate') AND stability = 'CONSISTENT') ORDER BY 1`

// unsteady are functions of which DuckDB says so though they read the clock, or draw
// lots.
var unsteady = []string{"age", "current_localtime", "current_localtimestamp", "reservoir_quantile"}

// steadyWords are functions that DuckDB's list of functions does not have, or not with
// a word on their stability: those of windows, the table functions that the guard lets
// pass, and macros that are made of steady functions.
var steadyWords = []string{
	"row_number", "rank", "dense_rank", "rank_dense", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value",
	"nth_value", "fill",
	"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree",
}

// steadyMacros are macros that are made of steady functions alone.
var steadyMacros = []string{
	"nullif", "split_part", "date_add", "round_even", "roundbankers", "fdiv", "fmod", "days_in_month", "geomean", "geometric_mean", "wavg",
	"weighted_avg", "md5_number_lower", "md5_number_upper", "map_contains_entry", "map_contains_value", "array_to_string",
	"array_append", "array_prepend", "array_push_back", "array_push_front", "array_pop_back", "array_pop_front", "array_reverse",
	"list_append", "list_prepend", "list_reverse", "list_sum", "list_min", "list_max", "list_avg", "list_count", "list_first", "list_last",
	"list_median", "list_mode", "list_product", "list_string_agg", "list_any_value", "list_bool_and", "list_bool_or",
	"json_group_array",
}

// steadyFunctions gives the functions whose values do not change.
func steadyFunctions() map[string]bool {
	steady := map[string]bool{}
	for _, name := range slices.Concat(strings.Fields(steadyNames), steadyWords, steadyMacros) {
		steady[name] = !slices.Contains(unsteady, name)
	}
	return steady
}

// repeatable tells whether a statement gives the same answer again. What is not known
// to, does not.
func (p *parser) repeatable(s *guard.Statement) bool {
	switch s.Kind {
	case guard.Select, guard.Describe, guard.Summarize:
	default:
		return false
	}
	return !s.Changing && !slices.ContainsFunc(s.Functions, func(name string) bool { return !p.steady[name] })
}
