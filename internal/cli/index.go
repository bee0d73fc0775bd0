package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// vectors gives the client of the indexes.
func (g *Globals) vectors() (*vector.Client, error) {
	client, err := g.client()
	return &vector.Client{Client: client}, err
}

// newIndex is the verb whose subcommands are about indexes.
func newIndex(g *Globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "index",
		Short: "Make, fill, look at, keep and drop indexes of vectors, which 'search' searches",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("say what to do: lakehouse index list, or lakehouse index create|load|stats|items|show|count|set|delete|erase|restore|drop NAME, or lakehouse index snapshot create|list|drop NAME, or lakehouse index alias set|drop|list")}
		},
	}
	cmd.AddCommand(newIndexCreate(g), newIndexList(g), newIndexStats(g), newIndexLoad(g), newIndexDrop(g), newIndexAlias(g))
	cmd.AddCommand(newIndexShow(g), newIndexItems(g), newIndexCount(g), newIndexSet(g))
	cmd.AddCommand(newIndexDelete(g), newIndexErase(g), newIndexSnapshot(g), newIndexRestore(g))
	return cmd
}

func newIndexList(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the indexes of vectors",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			indexes, err := wire.Gather(client.EachIndex(cmd.Context(), 0))
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), indexes)
			}
			var rows [][]string
			for _, x := range indexes {
				rows = append(rows, indexRow(x))
			}
			WriteTable(cmd.OutOrStdout(), []string{"index", "state", "dimension", "metric", "model", "items", "waiting", "memory", "aliases", "made"}, rows,
				[]bool{false, false, true, false, false, true, true, true, false, false})
			return nil
		},
	}
}

// indexRow says of an index that is not ready what it was made as, where its name tells that.
func indexRow(x vector.Index) []string {
	state, items, waiting, memory, dimension, made := x.State, "", "", "", "", ""
	if x.ID != "" {
		dimension, made = strconv.Itoa(x.Dimension), shown(x.CreatedAt)
	}
	if x.Stats != nil {
		if d := x.Stats.Durable; d != nil && len(d.Damage) > 0 {
			state += ", damaged" // index stats tells how
		}
		items, waiting, memory = strconv.Itoa(x.Count), strconv.Itoa(x.Stats.Waiting), bytesText(x.Stats.Memory.Taken())
	}
	return []string{x.Name, state, dimension, string(x.Metric), modelWords(x.Shape), items, waiting, memory, strings.Join(x.Aliases, ", "), made}
}

func newIndexDrop(g *Globals) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "drop NAME",
		Short: "Drop an index with its aliases and what is in storage of it, but for its snapshots",
		Long: "Drop an index with its aliases and all that is in storage of it. Only its snapshots stay, with\n" +
			"what they hold: 'lakehouse index restore NAME --snapshot SNAPSHOT' brings the index back,\n" +
			"'lakehouse index snapshot list NAME' shows them, and 'lakehouse index snapshot drop NAME SNAPSHOT'\n" +
			"removes one for good.",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			x, err := client.Get(cmd.Context(), args[0], 0)
			if err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if x.Name != args[0] {
				return vector.ErrBadIndex.Errorf("%s is an alias of the index %s: lakehouse index alias drop %s takes the alias away, and lakehouse index drop %s the index", args[0], x.Name, args[0], x.Name)
			}
			left, err := client.Snapshots(cmd.Context(), x.Name)
			if err != nil {
				return with(ofIndexes(x.Name), err)
			}
			if err := confirm(cmd, yes, dropWords(x, left)); err != nil {
				return err
			}
			if err := client.Drop(cmd.Context(), x.Name); err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), struct {
					Dropped string `json:"dropped"`
					ID      string `json:"index_id"`
				}{x.Name, x.ID})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is dropped%s\n", x.Name, leftWords(x.Name, left))
			return err
		},
	}
	yesFlag(cmd, &yes)
	return cmd
}

// dropWords says what a drop would take away, and what it leaves.
func dropWords(x vector.Index, left []vector.Snapshot) string {
	holds := "what it holds (it is " + x.State + ")"
	if x.Stats != nil {
		holds = "its " + counted(x.Count, "item")
	}
	aliases := "It has no alias"
	if len(x.Aliases) > 0 {
		aliases = "Its aliases go with it: " + strings.Join(x.Aliases, ", ")
	}
	back := "it has no snapshot that could bring it back"
	if len(left) > 0 {
		back = "only a snapshot could bring it back" + leftWords(x.Name, left)
	}
	return fmt.Sprintf("This would drop the index %s with %s; %s. %s.", x.Name, holds, back, aliases)
}

// leftWords names the snapshots that stay when an index is dropped, if there are any, and how
// they are removed.
func leftWords(index string, left []vector.Snapshot) string {
	if len(left) == 0 {
		return ""
	}
	var names []string
	for _, s := range left {
		names = append(names, s.Name)
	}
	return fmt.Sprintf("; what was kept of it stays until 'lakehouse index snapshot drop %s SNAPSHOT' removes it: %s", index, strings.Join(names, ", "))
}

// completeIndex completes the name of an index, or an alias, for the shell that asks.
func (g *Globals) completeIndex(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return g.completeNames(cmd, args, typed, func(x vector.Index) []string { return append(x.Aliases, x.Name) })
}

// completeAlias completes the name of an alias.
func (g *Globals) completeAlias(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return g.completeNames(cmd, args, typed, func(x vector.Index) []string { return x.Aliases })
}

func (g *Globals) completeNames(cmd *cobra.Command, args []string, typed string, of func(vector.Index) []string) ([]cobra.Completion, cobra.ShellCompDirective) {
	client, err := g.vectors()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	var names []string
	for x, err := range client.EachIndex(ctx, vector.MaxPage) {
		if err != nil {
			break // with what is known
		}
		names = append(names, of(x)...)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, typed) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

// ofIndexes are the remedies of the verbs of indexes, for the index of that name; more are
// one verb's own.
func ofIndexes(index string, more ...remedy) []remedy {
	return append(more, []remedy{
		{vector.ErrIndexNotFound, "lakehouse index list"},
		{vector.ErrAliasNotFound, "lakehouse index alias list"},
		{vector.ErrIndexLoading, "lakehouse index stats " + index},
		{vector.ErrSnapshotNotFound, "lakehouse index snapshot list " + index},
		{embedding.ErrModelChanged, madeAnew(index)},
	}...)
}

// madeAnew is how the texts of an index get vectors of the model that there is now.
func madeAnew(index string) string {
	return "lakehouse index create " + index + "-2 --model {model}, lakehouse index items " + index + " --limit 0 --json | lakehouse index load " + index +
		"-2 --file -, and lakehouse index alias set ALIAS " + index + "-2, where programs ask for an alias"
}
