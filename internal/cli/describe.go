package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

func newDescribe(g *Globals) *cobra.Command {
	var said string
	var columns []string
	cmd := &cobra.Command{
		Use:   "describe NAME",
		Short: "Say what a dataset and its columns are, or show what is said",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := readDescription(columns)
			if err != nil {
				return usageError{err}
			}
			if cmd.Flags().Changed("text") {
				d.Description = &said
			}
			client, err := g.catalog()
			if err != nil {
				return err
			}
			answer, err := described(cmd.Context(), client, args[0], d)
			if err != nil {
				return with(ofHistory(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			if answer.Description != "" {
				fmt.Fprintln(cmd.OutOrStdout(), printable(answer.Description, "\n"))
			}
			var rows [][]string
			for _, c := range answer.Columns {
				rows = append(rows, []string{c.Name, c.Type, c.Description})
			}
			WriteTable(cmd.OutOrStdout(), []string{"column", "type", "description"}, rows, make([]bool, 3))
			return nil
		},
	}
	cmd.Flags().StringVar(&said, "text", "", "`TEXT` that says what the dataset is")
	cmd.Flags().StringArrayVar(&columns, "column", nil, "`NAME=TEXT` that says what a column is; may be given again")
	return cmd
}

// readDescription reads what --column says of columns.
func readDescription(columns []string) (d catalog.Description, err error) {
	d.Columns = map[string]string{}
	for _, pair := range columns {
		name, text, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return d, fmt.Errorf("--column %q: write NAME=TEXT, with nothing after the = to take a description away", pair)
		}
		d.Columns[name] = text
	}
	return d, nil
}

// described changes what is said of a dataset, if there is anything to say, and
// gives all that is.
func described(ctx context.Context, client *catalog.Client, name string, d catalog.Description) (catalog.Described, error) {
	if d.Description != nil || len(d.Columns) > 0 {
		return client.Describe(ctx, name, d, "")
	}
	m, err := client.Manifest(ctx, name, 0)
	return catalog.Described{Dataset: m.Name, Namespace: m.Namespace, DatasetID: m.DatasetID, Description: m.Description, Columns: m.Columns}, err
}
