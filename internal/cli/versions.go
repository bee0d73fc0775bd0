package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// catalog gives the client of the catalog.
func (g *Globals) catalog() (*catalog.Client, error) {
	client, err := g.client()
	return &catalog.Client{Client: client}, err
}

func shown(t time.Time) string { return t.Local().Format(time.DateTime) }

func newVersions(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "versions NAME",
		Short: "List the versions of a dataset that are kept, newest first",
		Long: "List the versions of a dataset that are kept, newest first. rows are those of the version, and\n" +
			"added those in the files that it wrote: an upsert writes whole files anew, so rows that it left\n" +
			"as they were count too. What it replaced and what was new is in the answer of the load.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := g.catalog()
			if err != nil {
				return err
			}
			versions, err := wire.Gather(client.EachVersion(cmd.Context(), args[0], 0))
			if err != nil {
				return with(ofHistory(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), versions)
			}
			var rows [][]string
			for _, v := range versions {
				rows = append(rows, []string{
					strconv.FormatInt(v.Version, 10), shown(v.CreatedAt), v.Operation,
					strconv.FormatInt(v.Rows, 10), strconv.FormatInt(v.AddedRows, 10), strings.Join(v.Tags, ", "),
				})
			}
			WriteTable(cmd.OutOrStdout(), []string{"version", "made", "operation", "rows", "added", "tags"}, rows, []bool{true, false, false, true, true, false})
			return nil
		},
	}
}

func newDiff(g *Globals) *cobra.Command {
	return &cobra.Command{
		Use:   "diff NAME FROM [TO]",
		Short: "Show what separates two versions: columns, rows, files",
		Long: "Show what separates two versions of a dataset: columns, rows, files. A version is a number,\n" +
			"tag:NAME or a time (2026-11-01T00:00:00Z); without TO it is the current one.\n" +
			"added and removed are the files that only one of the two has, and all rows in them.",
		Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, err := catalog.ParseAt(args[1])
			if err != nil {
				return usageError{err}
			}
			var to catalog.At
			if len(args) == 3 {
				if to, err = catalog.ParseAt(args[2]); err != nil {
					return usageError{err}
				}
			}
			client, err := g.catalog()
			if err != nil {
				return err
			}
			d, err := client.Diff(cmd.Context(), args[0], from, to)
			if err != nil {
				return with(ofHistory(), err)
			}
			if g.JSON {
				return printJSON(cmd.OutOrStdout(), d)
			}
			writeDiff(cmd.OutOrStdout(), d)
			return nil
		},
	}
}

func writeDiff(w io.Writer, d catalog.VersionDiff) {
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	WriteTable(w, []string{"", "version " + n(d.From.Version), "version " + n(d.To.Version), "added", "removed"}, [][]string{
		{"made", shown(d.From.CreatedAt), shown(d.To.CreatedAt), "", ""},
		{"rows", n(d.From.Rows), n(d.To.Rows), n(d.RowsAdded), n(d.RowsRemoved)},
		{"files", n(d.From.Files), n(d.To.Files), n(d.FilesAdded), n(d.FilesRemoved)},
		{"size", bytesText(d.From.Bytes), bytesText(d.To.Bytes), bytesText(d.BytesAdded), bytesText(d.BytesRemoved)},
	}, []bool{false, true, true, true, true})
	if d.RowsAdded > 0 && d.RowsRemoved > 0 {
		fmt.Fprintln(w, "Added and removed are the rows of files written and taken away; one that was written anew as it was counts in both.")
	}
	if len(d.Schema) == 0 {
		fmt.Fprintln(w, "The columns are the same.")
		return
	}
	var rows [][]string
	for _, c := range d.Schema {
		rows = append(rows, []string{c.Column, c.Change, orNothing(c.From), orNothing(c.To)})
	}
	WriteTable(w, []string{"column", "change", "from", "to"}, rows, make([]bool, 4))
}

func orNothing(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func newRollback(g *Globals) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "rollback NAME VERSION",
		Short: "Make a new version with the content and the schema of an older one",
		Long: "Make a new version with the content and the schema of an older one, which is a number,\n" +
			"tag:NAME or a time (2026-11-01T00:00:00Z). The versions between stay.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := catalog.ParseAt(args[1])
			if err != nil {
				return usageError{err}
			}
			client, err := g.catalog()
			if err != nil {
				return err
			}
			d, err := aheadOf(cmd.Context(), client, args[0], to)
			if err != nil {
				return with(ofHistory(), err)
			}
			what := fmt.Sprintf("%s is at version %d with %d rows. A new version gets the content of version %d, of %s: %d rows, %d of them added, and %d that are there now removed%s.",
				args[0], d.From.Version, d.From.Rows, d.To.Version, shown(d.To.CreatedAt), d.To.Rows, d.RowsAdded, d.RowsRemoved, columnWords(d.Schema))
			if err := confirm(cmd, yes, what); err != nil {
				return err
			}
			// The version that was shown is the one that is taken, also of a tag that moves.
			made, err := client.Rollback(cmd.Context(), args[0], catalog.At{Version: d.To.Version}, "")
			if err != nil {
				return with(ofHistory(), err)
			}
			return writeRollback(cmd.OutOrStdout(), g, args[0], made)
		},
	}
	yesFlag(cmd, &yes)
	return cmd
}

// aheadOf tells what a rollback would change.
func aheadOf(ctx context.Context, client *catalog.Client, name string, to catalog.At) (catalog.VersionDiff, error) {
	now, err := client.Manifest(ctx, name, 0)
	if err != nil {
		return catalog.VersionDiff{}, err
	}
	return client.Diff(ctx, name, catalog.At{Version: now.Version}, to)
}

func writeRollback(w io.Writer, g *Globals, name string, made catalog.RolledBack) error {
	if g.JSON {
		return printJSON(w, made)
	}
	if made.Unchanged {
		_, err := fmt.Fprintf(w, "%s has the content of version %d already; nothing changed\n", name, made.To)
		return err
	}
	_, err := fmt.Fprintf(w, "%s: version %d has the content of version %d, %d rows\n", name, made.Version, made.To, made.Rows)
	return err
}

func columnWords(changes []catalog.SchemaChange) string {
	if len(changes) == 0 {
		return "; the columns are the same"
	}
	var words []string
	for _, c := range changes {
		words = append(words, c.Column+" "+c.Change)
	}
	const most = 5
	if more := len(words) - most; more > 0 {
		words = append(words[:most], fmt.Sprintf("%d more", more))
	}
	return "; columns: " + strings.Join(words, ", ")
}
