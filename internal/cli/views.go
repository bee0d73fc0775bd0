package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

func newViews(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "views",
		Short: "List the views and what they read",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			views, err := allViews(cmd.Context(), *client)
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
}

// newView is the verb whose subcommands are about one view.
func newView(g *Globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "view",
		Short: "Make, show and drop views: SELECTs that statements read like datasets",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("say what to do with a view: lakehouse view create|show|drop|restore NAME")}
		},
	}
	cmd.AddCommand(newViewCreate(g), newViewShow(g), newViewDrop(g), newViewRestore(g))
	return cmd
}

func newViewCreate(g *Globals) *cobra.Command {
	var sql, file, said string
	var replace bool
	cmd := &cobra.Command{
		Use:   "create NAME --sql STATEMENT|--file FILE",
		Short: "Make a view, or with --replace a new version of one",
		Example: "  lakehouse view create texas --sql \"SELECT * FROM placements WHERE state = 'TX'\"\n" +
			"  lakehouse view create hr.margins --file margins.sql --replace",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (sql == "") == (file == "") {
				return usageError{errors.New("give the view its statement by --sql or by --file, one of them")}
			}
			if file != "" {
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				sql = string(text)
			}
			v := catalog.NewView{Name: args[0], SQL: sql, Mode: catalog.Create}
			if replace {
				v.Mode = catalog.Replace
			}
			if cmd.Flags().Changed("text") {
				v.Description = &said
			}
			client, err := g.catalog()
			if err != nil {
				return err
			}
			answer, _, err := client.CreateView(cmd.Context(), v, "")
			if err != nil {
				showPosition(cmd.ErrOrStderr(), sql, err)
				return viewWords(err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			said := "%s: version %d reads %s\n"
			if answer.Unchanged {
				said = "%s: version %d is that already, and reads %s\n"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), said, called(answer.Namespace, answer.Name), answer.Version, sourceNames(answer.Reads))
			return err
		},
	}
	cmd.Flags().StringVar(&sql, "sql", "", "the `STATEMENT`, one SELECT without parameters")
	cmd.Flags().StringVar(&file, "file", "", "a `FILE` that holds it")
	cmd.Flags().StringVar(&said, "text", "", "`TEXT` that says what the view is")
	cmd.Flags().BoolVar(&replace, "replace", false, "give a view that is there a new version")
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
				return viewWords(err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			return showView(cmd, v)
		},
	}
	cmd.Flags().StringVar(&version, "at", "", "`VERSION` to show: a number, or the time at which it was current (default the current one)")
	return cmd
}

func showView(cmd *cobra.Command, v catalog.View) error {
	out := cmd.OutOrStdout()
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
	return nil
}

func newViewDrop(g *Globals) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "drop NAME",
		Short: "Drop a view; it can be restored for a while",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			v, err := client.View(cmd.Context(), args[0], catalog.At{})
			if err != nil {
				return viewWords(err)
			}
			what := fmt.Sprintf("The view %s is dropped with all of its versions; the current one is %d. What it reads stays. It can be restored for a while.", args[0], v.Version)
			if err := confirm(cmd, yes, what); err != nil {
				return err
			}
			answer, err := client.DropView(cmd.Context(), args[0], "")
			if err != nil {
				return viewWords(err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is dropped; until %s 'lakehouse view restore %s' brings it back\n", args[0], shown(answer.RestorableUntil), args[0])
			return err
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without being asked")
	return cmd
}

func newViewRestore(g *Globals) *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use:   "restore NAME",
		Short: "Bring a dropped view back",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			v, err := client.RestoreView(cmd.Context(), args[0], id, "")
			if err != nil {
				return viewWords(err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is there again, at version %d\n", args[0], v.Version)
			return err
		},
	}
	cmd.Flags().StringVar(&id, "id", "", "`VIEW_ID` of the one to restore, where several of the name were dropped")
	return cmd
}

// allViews gives every page of the listing.
func allViews(ctx context.Context, client catalog.Client) ([]catalog.ListedView, error) {
	views := []catalog.ListedView{}
	for cursor := ""; ; {
		page, err := client.Views(ctx, cursor, 0)
		if err != nil {
			return nil, err
		}
		views = append(views, page.Views...)
		if page.NextCursor == nil {
			return views, nil
		}
		cursor = *page.NextCursor
	}
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
