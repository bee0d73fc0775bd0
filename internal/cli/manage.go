package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newTag(g *Globals) *cobra.Command {
	var version int64
	var move, remove bool
	cmd := &cobra.Command{
		Use:   "tag NAME TAG",
		Short: "Give a version a name that keeps it from expiry, or take that away",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if remove && (move || cmd.Flags().Changed("version")) {
				return usageError{fmt.Errorf("--delete takes the tag from the version that has it; leave out --version and --move")}
			}
			if version < 1 && cmd.Flags().Changed("version") {
				return usageError{fmt.Errorf("--version: versions count 1, 2, 3, ..., not %d", version)}
			}
			client, err := g.catalog()
			if err != nil {
				return err
			}
			var answer catalog.Tagged
			said := "%s: the tag %s is at version %d\n"
			if remove {
				said = "%s: the tag %s is gone; it was at version %d\n"
				answer, err = client.Untag(cmd.Context(), args[0], args[1], "")
			} else {
				answer, err = client.Tag(cmd.Context(), args[0], args[1], catalog.At{Version: version}, move, "")
			}
			if err != nil {
				return with(ofHistory(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), said, args[0], answer.Tag, answer.Version)
			return err
		},
	}
	cmd.Flags().Int64Var(&version, "version", 0, "`N`umber of the version (default the current one)")
	cmd.Flags().BoolVar(&move, "move", false, "take the tag from the version that has it")
	cmd.Flags().BoolVar(&remove, "delete", false, "take the tag away")
	return cmd
}

func newDrop(g *Globals) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "drop NAME",
		Short: "Drop a dataset; it can be restored for a while",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			m, err := client.Manifest(cmd.Context(), args[0], 0)
			if err != nil {
				return with(ofHistory(), err)
			}
			views, err := readers(cmd.Context(), client, canonical(args[0]))
			if err != nil {
				return err
			}
			what := fmt.Sprintf("This would drop %s with all of its versions; the current one is %d, %d rows in %s, %s. It could be restored for a while.%s",
				args[0], m.Version, m.Rows, counted(len(m.Objects), "file"), bytesText(m.Bytes), brokenWords("would fail without it", views))
			if err := confirm(cmd, yes, what); err != nil {
				return err
			}
			answer, err := client.Drop(cmd.Context(), args[0], "")
			if err != nil {
				return with(ofHistory(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is dropped; until %s 'lakehouse restore %s' brings it back\n", args[0], shown(answer.RestorableUntil), args[0])
			return err
		},
	}
	yesFlag(cmd, &yes)
	return cmd
}

func newRestore(g *Globals) *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use:   "restore NAME",
		Short: "Bring a dropped dataset back",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			d, err := client.Restore(cmd.Context(), args[0], id, "")
			if errors.Is(err, catalog.ErrDroppedNotFound) {
				if view, sought := wasView(cmd.Context(), client, args[0]); view && sought == nil {
					return with([]remedy{{catalog.ErrDroppedNotFound, "lakehouse view restore " + args[0] + ", for it was a view"}}, err)
				}
			}
			if err != nil {
				return with(ofHistory(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), d)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is there again, at version %d with %d rows\n", args[0], d.Version, d.Rows)
			return err
		},
	}
	cmd.Flags().StringVar(&id, "id", "", "`DATASET_ID` of the one to restore, where several of the name were dropped")
	return cmd
}

func newDropped(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "dropped",
		Short: "List the dropped datasets that can be restored",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			datasets, err := wire.Gather(client.EachDropped(cmd.Context(), 0))
			if err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), datasets)
			}
			var rows [][]string
			for _, d := range datasets {
				name := catalog.Name{Namespace: d.Namespace, Name: d.Name}
				rows = append(rows, []string{
					name.String(), d.DatasetID, strconv.FormatInt(d.Version, 10), strconv.FormatInt(d.Rows, 10), bytesText(d.Bytes), shown(d.DroppedAt), shown(d.RestorableUntil),
				})
			}
			WriteTable(cmd.OutOrStdout(), []string{"dataset", "id", "version", "rows", "size", "dropped", "restorable until"}, rows, []bool{false, false, true, true, true, false, false})
			return nil
		},
	}
}

func newRename(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "rename NAME NEW",
		Short: "Give a dataset another name; its history goes with it",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			answer, err := client.Rename(cmd.Context(), args[0], args[1], "")
			if err != nil {
				return with(ofRename(args[0], args[1]), err)
			}
			if err := warnReaders(cmd, client, answer); err != nil {
				return err
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), answer)
			}
			more := ""
			if answer.Quarantine != nil {
				more = ", and its bad rows are in " + *answer.Quarantine
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is called %s now%s\n", answer.From, answer.To, more)
			return err
		},
	}
}

// warnReaders names the views that read a dataset by the name that it had.
func warnReaders(cmd *cobra.Command, client *catalog.Client, answer catalog.Renamed) error {
	names := []string{canonical(answer.From)}
	if answer.Quarantine != nil {
		names = append(names, canonical(answer.From)+catalog.QuarantineSuffix)
	}
	views, err := readers(cmd.Context(), client, names...)
	if err != nil {
		return fmt.Errorf("%s is called %s now; which views read it was not learned: %w", answer.From, answer.To, err)
	}
	if len(views) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "note:%s Rename it back, or make them anew: lakehouse view create NAME --replace\n", brokenWords("fail without its old name", views))
	}
	return nil
}
