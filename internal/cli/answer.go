package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// narrowest is how many characters of a text a table shows at least before it
// rather leaves columns out.
const narrowest = 12

// WriteAnswer draws a result as a table, a plan as it is.
func WriteAnswer(w io.Writer, answer query.Answer) { writeFitting(w, answer, 0) }

// writeFitting is WriteAnswer for a screen of so many columns, 0 for any. Texts are
// cut before columns are left out, and numbers never. note says what is not shown.
func writeFitting(w io.Writer, answer query.Answer, columns int) (note string) {
	if len(answer.Columns) == 2 && answer.Columns[0].Name == "explain_key" && answer.Columns[1].Name == "explain_value" {
		for _, row := range answer.Rows {
			fmt.Fprintln(w, strings.TrimSuffix(printable(cell(row[1]), "\n"), "\n"))
		}
		return ""
	}
	g := newGrid(answer)
	if columns > 0 {
		note = g.fit(columns)
	}
	WriteTable(w, g.header, g.rows, g.right)
	return note
}

// grid is a result as texts, before it is drawn.
type grid struct {
	header []string
	rows   [][]string
	right  []bool // numbers
	widths []int
}

func newGrid(answer query.Answer) *grid {
	header, right, rows := make([]string, len(answer.Columns)), make([]bool, len(answer.Columns)), make([][]string, len(answer.Rows))
	for i, c := range answer.Columns {
		header[i], right[i] = c.Name, numeric(c.Type)
	}
	for r, row := range answer.Rows {
		rows[r] = make([]string, len(row))
		for i, raw := range row {
			rows[r][i] = cell(raw)
		}
	}
	return gridOf(header, rows, right)
}

// gridOf takes the texts of a table over.
func gridOf(header []string, rows [][]string, right []bool) *grid {
	g := &grid{header: header, rows: rows, right: right, widths: make([]int, len(header))}
	for i := range header {
		header[i] = oneLine(header[i])
		g.widths[i] = text.StringWidth(header[i])
		for _, row := range rows {
			row[i] = oneLine(row[i])
			g.widths[i] = max(g.widths[i], text.StringWidth(row[i]))
		}
	}
	return g
}

// fit makes the grid no wider than so many columns of the screen, frame included.
func (g *grid) fit(columns int) (note string) {
	limit := maxCell
	for limit > narrowest && g.total(limit) > columns {
		limit--
	}
	all := len(g.header)
	for len(g.header) > 2 && g.total(limit) > columns {
		g.leaveOut(len(g.header) / 2)
	}
	for i := range g.header {
		g.header[i] = text.Snip(g.header[i], g.allowed(i, limit), "…")
		for _, row := range g.rows {
			row[i] = text.Snip(row[i], g.allowed(i, limit), "…")
		}
	}
	if out := all - len(g.header); out > 0 {
		at := len(g.header) / 2
		g.header, g.right = slices.Insert(g.header, at, "…"), slices.Insert(g.right, at, false)
		for r := range g.rows {
			g.rows[r] = slices.Insert(g.rows[r], at, "…")
		}
		note = fmt.Sprintf("\n%d of %d columns are left out; \\x shows them all, and so does \\pager on.", out, all)
	}
	return note
}

// total is the width of the table, with room for a column that stands for those
// left out.
func (g *grid) total(limit int) int {
	sum := 1 + 4
	for i := range g.header {
		sum += g.allowed(i, limit) + 3
	}
	return sum
}

func (g *grid) allowed(i, limit int) int {
	if g.right[i] {
		return g.widths[i]
	}
	return min(g.widths[i], limit)
}

func (g *grid) leaveOut(i int) {
	g.header, g.right, g.widths = slices.Delete(g.header, i, i+1), slices.Delete(g.right, i, i+1), slices.Delete(g.widths, i, i+1)
	for r := range g.rows {
		g.rows[r] = slices.Delete(g.rows[r], i, i+1)
	}
}

// writeVertical draws each row as a block, a line for each column, with nothing
// cut.
func writeVertical(w io.Writer, answer query.Answer) {
	names := make([]string, len(answer.Columns))
	width := 0
	for i, c := range answer.Columns {
		names[i] = printable(c.Name, "")
		width = max(width, text.StringWidth(names[i]))
	}
	under := "\n" + strings.Repeat(" ", width) + " │ "
	for n, row := range answer.Rows {
		fmt.Fprintf(w, "── row %d %s\n", n+1, strings.Repeat("─", 20))
		for i, raw := range row {
			value := strings.ReplaceAll(printable(cell(raw), "\n"), "\n", under)
			fmt.Fprintf(w, "%s │ %s\n", text.Pad(names[i], width, ' '), value)
		}
	}
}

// copyResult writes a result in the request's format as it comes.
func copyResult(ctx context.Context, client query.Client, req query.Request, w io.Writer) error {
	stream, err := client.Stream(ctx, req)
	if err != nil {
		return err
	}
	defer stream.Close()
	if _, err := io.Copy(w, stream); err != nil {
		return fmt.Errorf("the result is not whole: %w", err)
	}
	return nil
}
