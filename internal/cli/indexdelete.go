package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newIndexDelete(g *Globals) *cobra.Command {
	var filter string
	cmd := &cobra.Command{
		Use:   "delete NAME ID... | --filter JSON",
		Short: "Take items out of an index",
		Long: "Take items out of an index: those with these ids, or all that a filter matches. They are not found\n" +
			"any more; what is in storage of them goes later. 'lakehouse index erase' leaves nothing of them.",
		Example: "  lakehouse index delete resumes c-1 c-7\n" +
			"  lakehouse index delete resumes --filter '{\"city\": \"Austin\"}'",
		Args:              itemsMeant(&filter),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			which, err := selectOf(args[1:], filter)
			if err != nil {
				return usageError{err}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			deleted, err := client.Delete(cmd.Context(), args[0], which)
			if err != nil {
				return with(ofIndexes(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), deleted)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s taken out; it holds %d\n", args[0], counted(deleted.Deleted, "item"), deleted.Count)
			return err
		},
	}
	filterFlag(cmd, &filter)
	return cmd
}

func newIndexErase(g *Globals) *cobra.Command {
	var filter string
	var yes bool
	cmd := &cobra.Command{
		Use:   "erase NAME ID... | --filter JSON",
		Short: "Take items out of an index for good, and its snapshots with them",
		Long: "Take items out of an index for good: those with these ids, or all that a filter matches. The index is\n" +
			"written anew, so that nothing in storage holds them, nor any item that was deleted before. Its snapshots\n" +
			"may hold them, so all of them go too, and are named before. It does not reach backups and copies, nor\n" +
			"other indexes, nor what the items were loaded from.",
		Example: "  lakehouse index erase resumes c-1\n" +
			"  lakehouse index erase resumes --filter '{\"candidate_id\": \"C-0107\"}' --yes",
		Args:              itemsMeant(&filter),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			which, err := selectOf(args[1:], filter)
			if err != nil {
				return usageError{err}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			return eraseItems(cmd, g, client, args[0], vector.Erase{Select: which}, yes)
		},
	}
	filterFlag(cmd, &filter)
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without being asked")
	return cmd
}

func filterFlag(cmd *cobra.Command, filter *string) {
	cmd.Flags().StringVar(filter, "filter", "", "`JSON` that says which items are meant, as '{\"city\": \"Austin\"}'")
}

// itemsMeant checks that it is said which items are meant, and in one way.
func itemsMeant(filter *string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return errors.New("no index is named; write NAME, and which of its items are meant: by their ids, or by --filter JSON")
		case (len(args) == 1) == (*filter == ""):
			return errors.New("say which items are meant, either by their ids or by --filter JSON")
		}
		return nil
	}
}

// selectOf reads which items are meant.
func selectOf(ids []string, filter string) (which vector.Select, err error) {
	if len(ids) > 0 {
		which.IDs = ids
	}
	which.Filter, err = filterOf(filter)
	return which, err
}

// eraseItems asks, and erases with all snapshots that were named then.
func eraseItems(cmd *cobra.Command, g *Globals, client *vector.Client, index string, which vector.Erase, yes bool) error {
	what, err := erasureOf(cmd.Context(), client, index, &which)
	if err == nil {
		err = confirm(cmd, yes, what)
	}
	var erased vector.Erased
	if err == nil {
		erased, err = client.Erase(cmd.Context(), index, which)
	}
	if err != nil {
		return with(ofIndexes(remedy{vector.ErrEraseUnconfirmed, "the same again, which names them"}), err)
	}
	if g.JSON {
		return printJSON(cmd.OutOrStdout(), erased)
	}
	also := ""
	if len(erased.Snapshots) > 0 {
		also = ", and the snapshots " + strings.Join(erased.Snapshots, ", ")
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s erased; with them went %s and %s of storage, %s%s\n", index, counted(erased.Erased, "item"),
		counted(erased.LogObjects, "log object"), counted(erased.Generations, "generation"), bytesText(erased.Bytes), also)
	return err
}

// erasureOf says what an erasure would take, and puts the snapshots that go into it.
func erasureOf(ctx context.Context, client *vector.Client, index string, which *vector.Erase) (string, error) {
	x, err := client.Get(ctx, index, 0)
	if err != nil {
		return "", err
	}
	items := "the items of " + counted(len(slices.Compact(slices.Sorted(slices.Values(which.IDs)))), "id")
	if which.Filter != nil {
		matching, err := client.Count(ctx, x.Name, which.Filter)
		if err != nil {
			return "", err
		}
		items = counted(matching, "item") + " of " + fmt.Sprint(x.Count)
	}
	said := fmt.Sprintf("This would erase %s from the index %s, for good. ", items, x.Name)
	if x.Persist != nil && !*x.Persist {
		return said + "It is in memory alone.", nil
	}
	snapshots, err := client.Snapshots(ctx, x.Name)
	if err != nil {
		return "", err
	}
	for _, s := range snapshots {
		which.Snapshots = append(which.Snapshots, s.Name)
	}
	if len(snapshots) == 0 {
		return said + "It has no snapshot.", nil
	}
	return said + "Its snapshots go with it, whatever they hold: " + strings.Join(which.Snapshots, ", ") + ".", nil
}
