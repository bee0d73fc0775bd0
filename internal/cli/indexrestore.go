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

func newIndexRestore(g *Globals) *cobra.Command {
	var want vector.Restore
	var yes bool
	cmd := &cobra.Command{
		Use:   "restore NAME --snapshot SNAPSHOT [--as OTHER]",
		Short: "Make an index of a snapshot: in place of the one that is there, or as another one",
		Long: "Make an index of a snapshot of NAME: in place of the index that is there, which serves until the other\n" +
			"one does, or, with --as, as another one, whose name has to be free. Before it replaces something it\n" +
			"asks. An index that was dropped comes back so, if it has a snapshot.",
		Example: "  lakehouse index restore resumes --snapshot monday\n" +
			"  lakehouse index restore resumes --snapshot monday --as resumes-monday",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			if want.Snapshot == "" {
				return usageError{errors.New("say by --snapshot which one; 'lakehouse index snapshot list " + args[0] + "' shows those that there are")}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			return restoreIndex(cmd, g, client, args[0], want, yes)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&want.Snapshot, "snapshot", "", "`NAME` of the snapshot")
	flags.StringVar(&want.As, "as", "", "`NAME` of the index that is made (default: that of the snapshot's index)")
	flags.BoolVar(&yes, "yes", false, "replace what is there without being asked")
	_ = cmd.RegisterFlagCompletionFunc("snapshot", g.completeSnapshot)
	return cmd
}

func restoreIndex(cmd *cobra.Command, g *Globals, client *vector.Client, name string, want vector.Restore, yes bool) error {
	ofRestore := ofIndexes(name, remedy{vector.ErrIndexExists, "--as with a name that is free"})
	s, err := snapshotOf(cmd.Context(), client, name, want.Snapshot)
	if err != nil {
		return with(ofRestore, err)
	}
	if want.As == "" || want.As == s.Index {
		switch x, err := client.Get(cmd.Context(), s.Index, 0); {
		case err == nil:
			if err := confirm(cmd, yes, replaceWords(x, s)); err != nil {
				return err
			}
		case !errors.Is(err, vector.ErrIndexNotFound):
			return with(ofRestore, err)
		}
	}
	x, err := client.Restore(cmd.Context(), s.Index, want)
	if err != nil {
		return with(ofRestore, err)
	}
	if g.JSON {
		return printJSON(cmd.OutOrStdout(), x)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is as %s of %s has it: %s\n", x.Name, s.Name, shown(s.CreatedAt), counted(x.Count, "item"))
	return err
}

// replaceWords says what a restoration would take away.
func replaceWords(x vector.Index, s vector.Snapshot) string {
	holds := "what it holds (it is " + x.State + ")"
	if x.Stats != nil {
		holds = "the " + counted(x.Count, "item") + " that it holds"
	}
	return fmt.Sprintf("This would put the snapshot %s, of %s with %s, in place of the index %s with %s, and its changes since would be gone. With --as it becomes another index.",
		s.Name, shown(s.CreatedAt), counted(s.Count, "item"), x.Name, holds)
}

// snapshotOf finds a snapshot of an index or of an alias's index.
func snapshotOf(ctx context.Context, client *vector.Client, index, name string) (vector.Snapshot, error) {
	all, err := client.Snapshots(ctx, index)
	if err != nil {
		return vector.Snapshot{}, err
	}
	at := slices.IndexFunc(all, func(s vector.Snapshot) bool { return s.Name == name })
	if at < 0 {
		return vector.Snapshot{}, vector.ErrSnapshotNotFound.Errorf("there is no snapshot %.128q of an index %.128q", name, index)
	}
	return all[at], nil
}

// completeSnapshot completes the name of an index, and then that of one of its snapshots.
func (g *Globals) completeSnapshot(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	client, err := g.vectors()
	if len(args) == 0 {
		return g.completeIndex(cmd, args, typed)
	}
	if err != nil || len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	all, _ := client.Snapshots(ctx, args[0])
	var names []string
	for _, s := range all {
		if strings.HasPrefix(s.Name, typed) {
			names = append(names, s.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
