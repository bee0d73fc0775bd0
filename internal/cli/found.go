package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// showFound draws what a search found, as wide as the screen is.
func showFound(cmd *cobra.Command, found vector.Found, withVector bool) error {
	writeFound(cmd.OutOrStdout(), found, withVector, columnsOf(cmd))
	how := modeTaken(found.Mode)
	if found.Exact {
		how += "; every item that may be found was looked at"
	}
	if found.Truncated {
		how += "; the text is longer than the model reads, and its beginning was searched for"
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s%s\n", counted(len(found.Results), "result"), how)
	return err
}

// modeTaken says by what a search was that did not say it.
func modeTaken(mode vector.Mode) string {
	switch mode {
	case "":
		return ""
	case vector.ByWords:
		return " by words alone, since the index has no model"
	}
	return ", mode " + string(mode)
}

// columnsOf is how wide the screen is, 0 where there is none.
func columnsOf(cmd *cobra.Command) (columns int) {
	if screen := newTerminal(cmd.InOrStdin(), cmd.OutOrStdout()); screen != nil {
		columns, _ = screen.size()
	}
	return columns
}

// writeFound draws results in a table of so many columns, 0 for any. Metadata are cut,
// and ids, by which an item is asked for, never.
func writeFound(w io.Writer, found vector.Found, withVector bool, columns int) {
	header, right := []string{"rank", "score", "id"}, []bool{true, true, false}
	hybrid := len(found.Results) > 0 && found.Results[0].Parts != nil
	if hybrid {
		header, right = append(header, "by vector", "by words"), append(right, false, false)
	}
	if withVector {
		header, right = append(header, "vector"), append(right, false)
	}
	header, right = append(header, "metadata"), append(right, false)
	var rows [][]string
	for i, r := range found.Results {
		row := []string{strconv.Itoa(i + 1), score(r.Score), printable(r.ID, "")}
		if hybrid {
			row = append(row, part(r.Parts.Vector), part(r.Parts.Lexical))
		}
		if withVector {
			numbers, _ := json.Marshal(r.Vector) // what came as JSON goes as JSON
			row = append(row, shortened(string(numbers)))
		}
		rows = append(rows, append(row, printable(string(r.Metadata), "")))
	}
	cutLast(header, rows, columns)
	drawTable(w, header, rows, right)
}

// cutLast makes the cells of the last column fit what the others leave of so many
// columns, or the widest cell that there is elsewhere.
func cutLast(header []string, rows [][]string, columns int) {
	last, room := len(header)-1, maxCell
	if columns > 0 {
		room = columns - 1
		for i, name := range header[:last] {
			width := text.StringWidth(name)
			for _, row := range rows {
				width = max(width, text.StringWidth(row[i]))
			}
			room -= width + 3
		}
		room = max(room-3, narrowest)
	}
	for _, row := range rows {
		row[last] = text.Snip(row[last], room, "…")
	}
}

// score shows a number with four digits that say something.
func score(f float32) string {
	if f == 0 {
		f = 0 // and not -0
	}
	if f > -0.001 && f < 0.001 && f != 0 {
		return strconv.FormatFloat(float64(f), 'g', 3, 32)
	}
	return strconv.FormatFloat(float64(f), 'f', 4, 32)
}

// part shows what one side of a hybrid search says of an item, with its rank there if it
// found it by itself.
func part(p vector.Part) string {
	switch {
	case p == vector.Part{}:
		return ""
	case p.Rank == 0:
		return score(p.Score)
	}
	return fmt.Sprintf("%s (%d)", score(p.Score), p.Rank)
}
