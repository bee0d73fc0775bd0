package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newIndexAlias(g *Globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alias",
		Short: "Give indexes other names, which can be led elsewhere while searches go on",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("say what to do: lakehouse index alias set ALIAS INDEX, or lakehouse index alias drop ALIAS, or lakehouse index alias list")}
		},
	}
	cmd.AddCommand(newAliasSet(g), newAliasDrop(g), newAliasList(g))
	return cmd
}

func newAliasSet(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "set ALIAS INDEX",
		Short: "Let a name lead to an index, in place of where it led",
		Args:  cobra.ExactArgs(2),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				args = nil // the index is the second
			}
			return g.completeIndex(cmd, args, typed)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			set, err := client.SetAlias(cmd.Context(), args[0], args[1])
			if err != nil {
				return with(ofIndexes(args[0], remedy{vector.ErrIndexExists, "an index keeps its name for good: lakehouse index drop " + args[0] + ", and then the same again; searches by that name fail in between"}), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), set)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s leads to %s\n", set.Alias, set.Index)
			return err
		},
	}
}

func newAliasDrop(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:               "drop ALIAS",
		Short:             "Take an alias away, and not its index",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeAlias,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			if err := client.DropAlias(cmd.Context(), args[0]); err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), map[string]string{"dropped": args[0]})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s leads nowhere any more\n", args[0])
			return err
		},
	}
}

func newAliasList(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the aliases and where they lead",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			aliases, err := client.Aliases(cmd.Context())
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), aliases)
			}
			var rows [][]string
			for _, a := range aliases {
				rows = append(rows, []string{a.Alias, a.Index})
			}
			WriteTable(cmd.OutOrStdout(), []string{"alias", "index"}, rows, make([]bool, 2))
			return nil
		},
	}
}
