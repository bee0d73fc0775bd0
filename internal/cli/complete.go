package cli

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/reeflective/readline"
	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/cli/statements"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// completionTimeout is how long a person waits for a completion at most.
const completionTimeout = 2 * time.Second

// completeTable completes the name of a table for the shell that asks.
func (g *Globals) completeTable(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	gateway, err := g.client()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	c := completer{ctx: cmd.Context(), query: query.Client{Client: gateway}}
	names := slices.DeleteFunc(slices.Clone(c.allTables()), func(name string) bool { return !strings.HasPrefix(name, typed) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completer knows what may follow a text: tables, columns, words of SQL, commands.
// What it learned of the catalog it keeps until forget.
type completer struct {
	ctx     context.Context // of the prompt, which calls with none
	query   query.Client
	tables  []string
	columns map[string][]string
}

// forget makes the completer ask the catalog anew.
func (c *completer) forget() { c.tables, c.columns = nil, nil }

// complete is readline's question. A catalog that does not answer leaves the words
// of SQL.
func (c *completer) complete(line []rune, cursor int) readline.Completions {
	before, after := string(line[:cursor]), string(line[cursor:])
	word := before[strings.LastIndexFunc(before, unicode.IsSpace)+1:]
	typed := word[strings.LastIndexFunc(word, notName)+1:]
	if strings.ContainsFunc(word, func(r rune) bool { return r > unicode.MaxASCII }) {
		return readline.Completions{} // the library would replace as many letters as these are bytes
	}
	head := strings.TrimSuffix(word, typed)
	candidates := []readline.Completion{}
	for _, value := range c.candidates(before, after, typed) {
		if len(value) >= len(typed) && strings.EqualFold(value[:len(typed)], typed) {
			candidates = append(candidates, readline.Completion{Value: head + value, Display: value})
		}
	}
	completions := readline.CompleteRaw(candidates)
	completions.PREFIX = word
	return completions
}

// notName tells what no name holds: a completion begins after it.
func notName(r rune) bool {
	return !(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`_."\`, r))
}

// fromClause finds the tables of a statement and what they are called there.
var fromClause = regexp.MustCompile(`(?i)\b(?:from|join|describe|summarize)\s+([\w."]+)(?:\s+(?:as\s+)?(\w+))?`)

// afterTable tells that a table's name comes next.
var afterTable = regexp.MustCompile(`(?i)\b(?:from|join|describe|summarize)\s+[\w."]*$`)

func (c *completer) candidates(before, after, typed string) []string {
	if command := strings.TrimSpace(before); strings.HasPrefix(command, `\`) {
		return c.ofCommand(before)
	}
	_, rest := statements.Split(before)
	if open := rest.Open(); open != "" && !strings.Contains(open, "name") {
		return nil
	}
	statement := rest.Rest().Text
	if afterTable.MatchString(statement) {
		return c.allTables()
	}
	end, _, _ := strings.Cut(after, ";")
	var values []string
	qualified := strings.Contains(typed, ".")
	for _, m := range fromClause.FindAllStringSubmatch(statement+end, -1) {
		for _, column := range c.columnsOf(m[1]) {
			switch name := plainName(column); {
			case qualified && m[2] != "":
				values = append(values, m[2]+"."+name, m[1]+"."+name)
			case qualified:
				values = append(values, m[1]+"."+name)
			default:
				values = append(values, name)
			}
		}
	}
	if qualified {
		return values
	}
	return slices.Concat(values, c.allTables(), keywords(typed))
}

func (c *completer) ofCommand(before string) []string {
	fields := strings.Fields(before)
	if len(fields) == 1 && !strings.HasSuffix(before, " ") {
		var names []string
		for _, command := range commands() {
			names = append(names, command.name)
		}
		return names
	}
	switch fields[0] {
	case `\d`:
		return c.allTables()
	case `\format`:
		return sessionFormats()
	case `\timing`, `\pager`:
		return []string{"on", "off"}
	}
	return nil
}

func (c *completer) allTables() []string {
	if c.tables == nil {
		ctx, cancel := context.WithTimeout(c.ctx, completionTimeout)
		defer cancel()
		names, err := tableNames(ctx, c.query)
		if err != nil {
			return nil
		}
		c.tables = names
	}
	return c.tables
}

func (c *completer) columnsOf(table string) []string {
	columns, known := c.columns[table]
	if known {
		return columns
	}
	ctx, cancel := context.WithTimeout(c.ctx, completionTimeout)
	defer cancel()
	answer, err := c.query.Run(ctx, query.Request{SQL: "DESCRIBE " + quoteName(table)})
	if err == nil {
		for _, row := range answer.Rows {
			columns = append(columns, cell(row[0]))
		}
	}
	if c.columns == nil {
		c.columns = map[string][]string{}
	}
	c.columns[table] = columns
	return columns
}

// bareName is a name that SQL takes without quotes.
var bareName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

func plainName(column string) string {
	if bareName.MatchString(column) {
		return column
	}
	return `"` + strings.ReplaceAll(column, `"`, `""`) + `"`
}

// keywords gives the words of SQL, in the case that was begun.
func keywords(typed string) []string {
	words := strings.Fields(`SELECT FROM WHERE GROUP ORDER BY HAVING LIMIT OFFSET JOIN LEFT RIGHT FULL INNER CROSS ASOF
		ON USING AS AND OR NOT IN IS NULL LIKE ILIKE BETWEEN EXISTS CASE WHEN THEN ELSE END DISTINCT ALL UNION EXCEPT
		INTERSECT WITH RECURSIVE VALUES DESCRIBE SUMMARIZE EXPLAIN ANALYZE SHOW TABLES ASC DESC NULLS FIRST LAST OVER
		PARTITION WINDOW QUALIFY FILTER CAST TRY_CAST EXTRACT INTERVAL DATE TIMESTAMP TRUE FALSE SAMPLE PIVOT UNPIVOT
		count( sum( avg( min( max( median( round( coalesce( date_trunc( strftime( lower( upper( length( substring( regexp_matches(
		approx_count_distinct( row_number( rank( lag( lead( list( unnest( string_agg(`)
	if typed == strings.ToUpper(typed) {
		return words
	}
	for i := range words {
		words[i] = strings.ToLower(words[i])
	}
	return words
}
