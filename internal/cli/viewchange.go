package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

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
			sql, err := viewStatement(sql, file)
			if err != nil {
				return err
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
				return with(ofViews(remedy{catalog.ErrViewExists, "--replace"}), err)
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

// viewStatement gives the statement of a view, or that of a file.
func viewStatement(sql, file string) (string, error) {
	if (sql == "") == (file == "") {
		return "", usageError{errors.New("give the view its statement by --sql or by --file, one of them")}
	}
	if file == "" {
		return sql, nil
	}
	text, err := os.ReadFile(file)
	return string(text), err
}

func newViewDescribe(g *Globals) *cobra.Command {
	var text string
	cmd := &cobra.Command{
		Use:   "describe NAME --text TEXT",
		Short: "Say what a view is",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("text") {
				return usageError{errors.New("say by --text what the view is, with nothing in it to take that away")}
			}
			client, err := g.catalog()
			if err != nil {
				return err
			}
			v, err := client.DescribeView(cmd.Context(), args[0], text, "")
			if err != nil {
				return with(ofViews(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), v)
			}
			showView(cmd.OutOrStdout(), v)
			return nil
		},
	}
	cmd.Flags().StringVar(&text, "text", "", "`TEXT` that says what the view is")
	return cmd
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
				return with(ofViews(), err)
			}
			views, err := readers(cmd.Context(), client, canonical(args[0]))
			if err != nil {
				return err
			}
			what := fmt.Sprintf("This would drop the view %s with all of its versions; the current one is %d. What it reads stays. It could be restored for a while.%s",
				args[0], v.Version, brokenWords("would fail without it", views))
			if err := confirm(cmd, yes, what); err != nil {
				return err
			}
			answer, err := client.DropView(cmd.Context(), args[0], "")
			if err != nil {
				return with(ofViews(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is dropped; until %s 'lakehouse view restore %s' brings it back\n", args[0], shown(answer.RestorableUntil), args[0])
			return err
		},
	}
	yesFlag(cmd, &yes)
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
			if errors.Is(err, catalog.ErrDroppedNotFound) {
				if dataset, sought := wasDataset(cmd.Context(), client, args[0]); dataset && sought == nil {
					return with([]remedy{{catalog.ErrDroppedNotFound, "lakehouse restore " + args[0] + ", for it was a dataset"}}, err)
				}
			}
			if err != nil {
				return with(ofViews(), err)
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
