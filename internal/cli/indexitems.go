package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newIndexShow(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME ID...",
		Short:             "Show items of an index with all that they have, each as a line of JSON that 'index load --file' takes",
		Example:           "  lakehouse index show resumes c-1",
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			for _, id := range args[1:] {
				item, err := client.Item(cmd.Context(), args[0], id)
				if err == nil {
					err = writeItem(cmd.OutOrStdout(), item)
				}
				if err != nil {
					return with(ofIndexes(args[0], remedy{vector.ErrItemNotFound, "lakehouse index items " + args[0]}), err)
				}
			}
			return nil
		},
	}
}

// writeItem writes an item as a line of JSON, with nothing in it that a terminal acts on.
func writeItem(w io.Writer, item vector.Item) error {
	line, err := json.Marshal(item)
	if err == nil {
		_, err = fmt.Fprintln(w, printable(string(line), ""))
	}
	return err
}

func newIndexItems(g *Globals) *cobra.Command {
	var filter string
	var s vector.Scroll
	var most int
	cmd := &cobra.Command{
		Use:   "items NAME",
		Short: "List items of an index in order of their ids, all or those that a filter matches",
		Long: "List items of an index in order of their ids, all or those that a filter matches. With --json each is\n" +
			"a line, which 'index load --file' takes: in an index with a model, which makes its vector of the text in\n" +
			"its metadata, or with --with-vector in any of that dimension. Nobody sees of which model vectors are.",
		Example: "  lakehouse index items resumes --filter '{\"city\": \"Austin\"}' --limit 20\n" +
			"  lakehouse index items resumes --limit 0 --with-vector --json > resumes.ndjson",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if s.Filter, err = filterOf(filter); err == nil && most < 0 {
				err = fmt.Errorf("--limit is %d; it takes how many items are shown, and 0 for all", most)
			}
			if err != nil {
				return usageError{err}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			return with(ofIndexes(args[0]), listItems(cmd, g, client, args[0], s, most))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&filter, "filter", "", "`JSON` that says which items are listed, as '{\"city\": \"Austin\"}'")
	flags.IntVar(&most, "limit", 100, "`N` items at most; 0 for all")
	flags.BoolVar(&s.WithVector, "with-vector", false, "show their vectors too")
	return cmd
}

// listItems shows so many items at most, 0 for all, and says whether there are more.
func listItems(cmd *cobra.Command, g *Globals, client *vector.Client, index string, s vector.Scroll, most int) error {
	if s.Limit = vector.MaxPage; most > 0 {
		s.Limit = min(most+1, vector.MaxPage)
	}
	var listed vector.Found // in the form of what is found, to be drawn like that
	n, more := 0, false
	for item, err := range client.EachItem(cmd.Context(), index, s) {
		if err != nil {
			return err
		}
		if more = n == most && most > 0; more {
			break
		}
		n++
		if !g.JSON {
			listed.Results = append(listed.Results, vector.Result{ID: item.ID, Vector: item.Vector, Metadata: item.Metadata})
		} else if err := writeItem(cmd.OutOrStdout(), item); err != nil {
			return err
		}
	}
	if !g.JSON {
		drawItems(cmd, listed.Results, s.WithVector)
	}
	rest := ""
	if more {
		rest = "; there are more, see --limit"
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s%s\n", counted(n, "item"), rest)
	return err
}

// drawItems draws items in a table as wide as the screen.
func drawItems(cmd *cobra.Command, items []vector.Result, withVector bool) {
	header, rows := []string{"id"}, [][]string{}
	if withVector {
		header = append(header, "vector")
	}
	header = append(header, "metadata")
	for _, item := range items {
		row := []string{printable(item.ID, "")}
		if withVector {
			numbers, _ := json.Marshal(item.Vector) // what came as JSON goes as JSON
			row = append(row, shortened(string(numbers)))
		}
		rows = append(rows, append(row, printable(string(item.Metadata), "")))
	}
	cutLast(header, rows, columnsOf(cmd))
	drawTable(cmd.OutOrStdout(), header, rows, make([]bool, len(header)))
}

func newIndexCount(g *Globals) *cobra.Command {
	var filter string
	cmd := &cobra.Command{
		Use:               "count NAME",
		Short:             "Count the items of an index, all or those that a filter matches",
		Example:           "  lakehouse index count resumes --filter '{\"years\": {\"gte\": 3}}'",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			which, err := filterOf(filter)
			if err != nil {
				return usageError{err}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			n, err := client.Count(cmd.Context(), args[0], which)
			switch {
			case err != nil:
				return with(ofIndexes(args[0]), err)
			case g.JSON:
				return printJSON(cmd.OutOrStdout(), vector.Counted{Count: n})
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), n)
			return err
		},
	}
	cmd.Flags().StringVar(&filter, "filter", "", "`JSON` that says which items are counted, as '{\"city\": \"Austin\"}'")
	return cmd
}
