package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// maxCell is the widest cell of a table, in characters; longer ones are cut
// with an ellipsis. --format csv or json shows everything.
const maxCell = 60

func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc
}

// WriteTable draws rows under a header. Columns named in right are aligned to
// the right, as numbers are.
func WriteTable(w io.Writer, header []string, rows [][]string, right []bool) {
	cut := make([][]string, len(rows))
	for i, row := range rows {
		cut[i] = make([]string, len(row))
		for j, cell := range row {
			cut[i][j] = oneLine(cell)
		}
	}
	drawTable(w, header, cut, right)
}

// drawTable is WriteTable for rows whose cells are printable and as wide as they are to
// be.
func drawTable(w io.Writer, header []string, rows [][]string, right []bool) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	head := make(table.Row, len(header))
	configs := make([]table.ColumnConfig, len(header))
	for i, name := range header {
		head[i] = name
		configs[i] = table.ColumnConfig{Number: i + 1}
		if right[i] {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.AppendHeader(head)
	t.SetColumnConfigs(configs)
	for _, row := range rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			cells[i] = cell
		}
		t.AppendRow(cells)
	}
	t.Render()
}

// printable makes spaces of control characters, which could steer a terminal,
// but for those that are kept.
func printable(s, kept string) string {
	return strings.Map(func(r rune) rune {
		if (r < ' ' || r >= 0x7f && r < 0xa0) && !strings.ContainsRune(kept, r) {
			return ' '
		}
		return r
	}, s)
}

// oneLine makes a cell of any text; an over-long one is cut.
func oneLine(s string) string {
	s = printable(s, "")
	if runes := []rune(s); len(runes) > maxCell {
		return string(runes[:maxCell-1]) + "…"
	}
	return s
}

// null is how a value that is not there is shown; the empty string is shown as
// nothing.
const null = "NULL"

// cell shows a JSON value: strings without quotes.
func cell(raw json.RawMessage) string {
	var s string
	switch {
	case string(raw) == "null":
		return null
	case len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil:
		return s
	}
	return string(raw)
}

// numeric tells whether a column of DuckDB's type is aligned to the right.
func numeric(duckType string) bool {
	for _, prefix := range []string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"} {
		if strings.HasPrefix(duckType, prefix) && !strings.HasSuffix(duckType, "]") {
			return true
		}
	}
	return false
}

// bytesText words a size for a person.
func bytesText(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	v, unit := float64(n), 0
	for v >= 1024 && unit < len(units)-1 {
		v, unit = v/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[unit])
}
