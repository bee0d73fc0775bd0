package guard

import (
	"slices"
	"strings"
	"unicode"
)

// tableFunctions are the table functions that touch nothing outside the
// statement.
var tableFunctions = []string{
	"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree",
}

// bannedFunctions take names out of strings, where no parser sees them, or read
// or change what belongs to the process and not to the data.
var bannedFunctions = []string{
	"query", "query_table", "histogram_values", "json_serialize_plan", "json_serialize_sql", "json_deserialize_sql",
	"current_setting", "getvariable", "nextval", "currval", "setseed", "write_log", "sleep_ms",
	"pg_sleep", "current_query", "pg_get_viewdef", "get_block_size",
}

// valueNames are calls without parentheses: where no column has such a name, it is
// the clock or the session that DuckDB asks.
var valueNames = []string{
	"current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
	"current_user", "localtime", "localtimestamp", "session_user", "user",
}

// namesValue reports whether a column's name may be such a call.
func namesValue(column []any) bool {
	return slices.ContainsFunc(column, func(part any) bool {
		name, _ := part.(string)
		return slices.Contains(valueNames, strings.ToLower(name))
	})
}

// systemPrefixes begin the names of DuckDB's own views.
var systemPrefixes = []string{"duckdb_", "pg_", "sqlite_", "pragma_"}

// plainName reports whether a name can be no file: DuckDB reads a file in a
// table's place when the name ends in a known extension, or holds a glob or an
// address, and each of these takes a character that is not allowed here.
func plainName(name string) bool {
	if name == "" || len(name) > 255 {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_$ -", r)
	})
}

// systemName reports whether a name is that of one of DuckDB's own views.
func systemName(name string) bool {
	name = strings.ToLower(name)
	return name == "information_schema" || slices.ContainsFunc(systemPrefixes, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

// checkFunction refuses a function that may not be called anywhere.
func checkFunction(name string, position int) error {
	if slices.Contains(bannedFunctions, strings.ToLower(name)) {
		return refuse(position, "the function %s is not allowed in a query", name)
	}
	return nil
}

// checkTableFunction refuses a function after FROM that is not on the list.
func checkTableFunction(schema, catalog, name string, position int) error {
	known := slices.Contains(tableFunctions, strings.ToLower(name))
	if !known || catalog != "" || schema != "" && !strings.EqualFold(schema, "main") {
		return refuse(position, "the table function %s is not allowed: allowed are %s; "+
			"to query a file, ingest it and name its dataset", name, strings.Join(tableFunctions, ", "))
	}
	return nil
}
