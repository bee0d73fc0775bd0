package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newIndexDelete(g *Globals) *cobra.Command {
	var filter string
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME ID... | --filter JSON",
		Short: "Take items out of an index",
		Long: "Take items out of an index: those with these ids, or all that a filter matches. They are not found\n" +
			"any more; what is in storage of them goes later. 'lakehouse index erase' leaves nothing of them. With a\n" +
			"filter it says how many there are, and asks.",
		Example: "  lakehouse index delete resumes c-1 c-7\n" +
			"  lakehouse index delete resumes --filter '{\"city\": \"Austin\"}' --yes",
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
			var deleted vector.Deleted
			if err = confirmMatching(cmd, client, args[0], which.Filter, yes, "This would take %s out of the index %s."); err == nil {
				deleted, err = client.Delete(cmd.Context(), args[0], which)
			}
			if err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), deleted)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s taken out%s; it holds %d\n", args[0], counted(deleted.Deleted, "item"), missingWords(which.IDs, deleted.Deleted), deleted.Count)
			return err
		},
	}
	filterFlag(cmd, &filter)
	yesFlag(cmd, &yes)
	return cmd
}

func newIndexErase(g *Globals) *cobra.Command {
	var filter string
	var yes, absent bool
	cmd := &cobra.Command{
		Use:   "erase NAME ID... | --filter JSON",
		Short: "Take items out of an index for good, and its snapshots with them",
		Long: "Take items out of an index for good: those with these ids, or all that a filter matches. The index is\n" +
			"written anew, so that nothing in storage holds them, nor any item that was deleted before. Its snapshots\n" +
			"may hold them, so all of them go too, whole, and are named before. It does not reach backups and copies, nor\n" +
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
			return eraseItems(cmd, g, client, args[0], vector.Erase{Select: which}, yes, absent)
		},
	}
	filterFlag(cmd, &filter)
	yesFlag(cmd, &yes)
	cmd.Flags().BoolVar(&absent, "absent", false, "with --yes: also where no such item is there any more, as one that was deleted before, and snapshots would go")
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

// missingWords says how many of some ids are not there, where so many are.
func missingWords(ids []string, there int) string {
	all := len(slices.Compact(slices.Sorted(slices.Values(ids))))
	switch missing := all - there; {
	case missing < 1:
		return ""
	case missing == all:
		return "; no such item is there"
	case missing == 1:
		return fmt.Sprintf("; 1 of the %d ids is not there", all)
	default:
		return fmt.Sprintf("; %d of the %d ids are not there", missing, all)
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
