package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newViews(g *Globals) *cobra.Command {
	var dropped bool
	cmd := &cobra.Command{
		Use:   "views",
		Short: "List the views and what they read",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			if dropped {
				return listDroppedViews(cmd, g, client)
			}
			views, err := wire.Gather(client.EachView(cmd.Context(), 0))
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), views)
			}
			var rows [][]string
			for _, v := range views {
				rows = append(rows, []string{called(v.Namespace, v.Name), strconv.FormatInt(v.Version, 10), sourceNames(v.Reads), shown(v.UpdatedAt), v.Description})
			}
			WriteTable(cmd.OutOrStdout(), []string{"view", "version", "reads", "updated", "description"}, rows, []bool{false, true, false, false, false})
			return nil
		},
	}
	cmd.Flags().BoolVar(&dropped, "dropped", false, "those that were dropped and can be restored")
	return cmd
}

func listDroppedViews(cmd *cobra.Command, g *Globals, client *catalog.Client) error {
	views, err := wire.Gather(client.EachDroppedView(cmd.Context(), 0))
	if err != nil {
		return err
	}
	if g.JSON {
		return printJSON(cmd.OutOrStdout(), views)
	}
	var rows [][]string
	for _, v := range views {
		rows = append(rows, []string{called(v.Namespace, v.Name), v.ViewID, strconv.FormatInt(v.Version, 10), shown(v.DroppedAt), shown(v.RestorableUntil)})
	}
	WriteTable(cmd.OutOrStdout(), []string{"view", "id", "version", "dropped", "restorable until"}, rows, []bool{false, false, true, false, false})
	return nil
}

// newView is the verb whose subcommands are about one view.
func newView(g *Globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "view",
		Short: "Make, show and drop views: SELECTs that statements read like datasets",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("say what to do with a view: lakehouse view create|show|describe|drop|restore NAME")}
		},
	}
	cmd.AddCommand(newViewCreate(g), newViewShow(g), newViewDescribe(g), newViewDrop(g), newViewRestore(g))
	return cmd
}

func newViewShow(g *Globals) *cobra.Command {
	var version string
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show a view: its statement, its columns, what it reads and its versions",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var at catalog.At
			var err error
			if version != "" {
				if at, err = catalog.ParseAt(version); err != nil {
					return usageError{err}
				}
			}
			client, err := g.catalog()
			if err != nil {
				return err
			}
			v, err := client.View(cmd.Context(), args[0], at)
			if err != nil {
				return with(ofViews(), err)
			}
			versions, err := wire.Gather(client.EachViewVersion(cmd.Context(), args[0], 0))
			if err != nil {
				return with(ofViews(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), struct {
					catalog.View
					Versions []catalog.ViewVersion `json:"versions"`
				}{v, versions})
			}
			showView(cmd.OutOrStdout(), v)
			showVersions(cmd.OutOrStdout(), versions)
			return nil
		},
	}
	cmd.Flags().StringVar(&version, "at", "", "`VERSION` to show: a number, or the time at which it was current (default the current one)")
	return cmd
}

func showView(out io.Writer, v catalog.View) {
	fmt.Fprintf(out, "%s, version %d of %s, reads %s\n", called(v.Namespace, v.Name), v.Version, shown(v.UpdatedAt), sourceNames(v.Reads))
	if v.Description != "" {
		fmt.Fprintln(out, printable(v.Description, "\n"))
	}
	fmt.Fprintf(out, "\n%s\n\n", strings.TrimSpace(printable(v.SQL, "\n\t")))
	var rows [][]string
	for _, c := range v.Columns {
		rows = append(rows, []string{c.Name, c.Type})
	}
	WriteTable(out, []string{"column", "type"}, rows, make([]bool, 2))
}

func showVersions(out io.Writer, versions []catalog.ViewVersion) {
	var rows [][]string
	for _, v := range versions {
		rows = append(rows, []string{strconv.FormatInt(v.Version, 10), shown(v.CreatedAt), strings.TrimSpace(v.SQL)})
	}
	fmt.Fprintln(out)
	WriteTable(out, []string{"version", "made", "statement"}, rows, []bool{true, false, false})
}

// sourceNames names what a view reads in a sentence.
func sourceNames(reads []catalog.Source) string {
	if len(reads) == 0 {
		return "nothing"
	}
	names := make([]string, len(reads))
	for i, r := range reads {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}
