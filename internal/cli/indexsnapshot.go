package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func newIndexSnapshot(g *Globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Keep indexes as they are at a moment, for 'lakehouse index restore'",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("say what to do: lakehouse index snapshot create NAME [SNAPSHOT], or lakehouse index snapshot list NAME, or lakehouse index snapshot drop NAME SNAPSHOT")}
		},
	}
	cmd.AddCommand(newSnapshotCreate(g), newSnapshotList(g), newSnapshotDrop(g))
	return cmd
}

func newSnapshotCreate(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:               "create NAME [SNAPSHOT]",
		Short:             "Keep an index as it is now, also if it is dropped; without SNAPSHOT it is called after the time",
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			name := ""
			if len(args) > 1 {
				name = args[1]
			}
			made, err := client.CreateSnapshot(cmd.Context(), args[0], name)
			if err != nil {
				return with(ofIndexes(args[0], remedy{vector.ErrSnapshotExists, "lakehouse index snapshot drop " + args[0] + " " + name}), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), made)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: snapshot %s, %s, %s\n", made.Index, made.Name, counted(made.Count, "item"), bytesText(made.Bytes))
			return err
		},
	}
}

func newSnapshotList(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:               "list NAME",
		Short:             "List the snapshots of an index, the oldest first, also of one that was dropped",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			snapshots, err := client.Snapshots(cmd.Context(), args[0])
			if err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), snapshots)
			}
			var rows [][]string
			for _, s := range snapshots {
				rows = append(rows, []string{s.Name, s.Index, strconv.Itoa(s.Count), bytesText(s.Bytes), shown(s.CreatedAt)})
			}
			WriteTable(cmd.OutOrStdout(), []string{"snapshot", "index", "items", "size", "made"}, rows, []bool{false, false, true, true, false})
			for _, s := range snapshots {
				if s.Damage != "" {
					fmt.Fprintf(cmd.OutOrStdout(), "%s is damaged and cannot be restored: %s\n", s.Name, s.Damage)
				}
			}
			return nil
		},
	}
}

func newSnapshotDrop(g *Globals) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:               "drop NAME SNAPSHOT",
		Short:             "Remove a snapshot of an index",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: g.completeSnapshot,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.vectors()
			if err != nil {
				return err
			}
			s, err := snapshotOf(cmd.Context(), client, args[0], args[1])
			if err == nil {
				err = confirm(cmd, yes, fmt.Sprintf("This would drop the snapshot %s of the index %s with its %s, made %s, and it could not be restored.",
					s.Name, s.Index, counted(s.Count, "item"), shown(s.CreatedAt)))
			}
			if err == nil {
				err = client.DropSnapshot(cmd.Context(), s.Index, s.Name)
			}
			if err != nil {
				return with(ofIndexes(args[0]), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), map[string]string{"dropped": s.Name, "index": s.Index})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: the snapshot %s is dropped\n", s.Index, s.Name)
			return err
		},
	}
	yesFlag(cmd, &yes)
	return cmd
}
