package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newIngest(g *Globals) *cobra.Command {
	var opts ingest.Options
	var onError string
	var how sending
	cmd := &cobra.Command{
		Use:   "ingest FILE...",
		Short: "Load CSV, JSON or Parquet files, each as a new version of a dataset",
		Long: "Load files, each as a new version of the dataset that is named after it. Of a folder, the\n" +
			"files in it are loaded; a pattern in quotes, such as 'exports/*.csv', is expanded.",
		Example: "  lakehouse ingest placements.csv\n" +
			"  lakehouse ingest exports/\n" +
			"  lakehouse ingest 'weeks/*.csv' --name timesheets --mode append",
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("no file is named; write: lakehouse ingest FILE, or several")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, paths []string) error {
			opts.OnError = ingest.OnError(onError)
			files, err := findFiles(paths, cmd.ErrOrStderr())
			if err != nil {
				return usageError{err}
			}
			if err := how.check(opts, files); err != nil {
				return usageError{err}
			}
			gateway, err := g.client()
			if err != nil {
				return err
			}
			how.client, how.opts = ingest.Client{Client: gateway}, opts
			return how.send(cmd, files, g.JSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.Name, "name", "", "dataset `NAME` (default: after the file)")
	flags.StringVar(&opts.Mode, "mode", "", "replace (default), append, create or upsert")
	flags.StringVar(&opts.Schema, "schema", "", "strict (default), evolve or replace")
	flags.StringSliceVar(&opts.Key, "key", nil, "`COLUMN,...` by which --mode upsert knows a row again")
	flags.StringVar(&onError, "on-error", "", "reject (default) or quarantine: what becomes of bad rows. Where over half of a column's values do not fit, that is drift and no row's fault")
	flags.StringVar(&opts.Delimiter, "delimiter", "", "comma, semicolon, tab or pipe (default: sniffed)")
	flags.StringVar(&opts.Format, "format", "", "csv, json or parquet (default: found out)")
	flags.StringVar(&opts.Quote, "quote", "", "double (default), single or none; with --delimiter")
	flags.StringVar(&opts.Comment, "comment", "", "what begins a line that is left out: hash, percent, semicolon or exclamation; with --delimiter")
	flags.StringVar(&opts.Escape, "escape", "", "of quotes inside of quotes: double (default) or backslash; with --delimiter")
	flags.IntVar(&opts.Skip, "skip", 0, "lines before the header")
	flags.StringVar(&opts.Encoding, "encoding", "", "of the text, such as windows-1250 (default: found out where that is certain)")
	flags.StringVar(&opts.Types, "types", "", "types of columns, as `zip:string,rate:decimal(10,2),start:date(%d/%m/%Y)`")
	flags.BoolVar(&opts.NoHeader, "no-header", false, "the first record is data; columns are named column_1, column_2, ...")
	flags.BoolVar(&opts.AllowDuplicate, "allow-duplicate", false, "append content that the dataset holds already")
	flags.BoolVar(&how.async, "async", false, "load as jobs, which go on when this command is stopped, and wait for them")
	flags.BoolVar(&how.detach, "detach", false, "with --async: print the jobs and do not wait")
	flags.IntVar(&how.parallel, "parallel", defaultParallel, "files that are sent at once; into one dataset always 1")
	return cmd
}

// checkNames refuses files that would get one dataset's name, since each would
// replace the one before it. Appended, they are all kept.
func checkNames(opts ingest.Options, files []string) error {
	if opts.Mode == "append" || opts.Mode == "upsert" {
		return nil
	}
	first := map[string]string{}
	for _, file := range files {
		name := catalog.NameFromFile(file)
		if other, taken := first[name]; taken && name != "" {
			return fmt.Errorf("%s and %s would both be dataset %s, of which only the last would stay; load each by itself, with --name NAME", other, file, name)
		}
		first[name] = file
	}
	return nil
}

// IngestFile sends one file, with a progress bar where progress is a terminal.
func IngestFile(ctx context.Context, client ingest.Client, opts ingest.Options, file string, progress io.Writer) (ingest.Answer, error) {
	bars := newBars(progress)
	defer bars.wait()
	sent := (&sending{client: client, opts: opts}).one(ctx, file, bars)
	return sent.answer, sent.err
}

// Summary words an answer in one line.
func Summary(a ingest.Answer) string {
	if a.Unchanged {
		return fmt.Sprintf("%s: unchanged, version %d holds this content already", called(a.Namespace, a.Dataset), a.Version)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: version %d, %d rows, %d columns, %s in, %s stored, %d ms",
		called(a.Namespace, a.Dataset), a.Version, a.Rows, len(a.Columns), bytesText(a.BytesIn), bytesText(a.BytesStored), a.ElapsedMS)
	if a.Updated != nil && a.Inserted != nil {
		fmt.Fprintf(&b, "; %d updated, %d new", *a.Updated, *a.Inserted)
	}
	if a.Duplicates != nil && *a.Duplicates > 0 {
		fmt.Fprintf(&b, "; %d replaced by a later row of the file", *a.Duplicates)
	}
	if a.Quarantine != nil {
		fmt.Fprintf(&b, "; %d rows in quarantine: %s", a.Quarantine.Rows, a.Quarantine.Dataset)
	}
	for _, c := range a.Changes {
		fmt.Fprintf(&b, "\n  column %s %s: %s", c.Column, c.Change, *c.To)
	}
	for _, warning := range a.Warnings {
		b.WriteString("\n  note: " + warning)
	}
	return b.String()
}

// shownRows is how many bad rows or changes an error lists on a terminal.
const shownRows = 10

// showRows lists what a bad_rows or schema_drift problem says of the file.
func showRows(w io.Writer, err error) {
	var p *wire.Problem
	if !errors.As(err, &p) {
		return
	}
	for _, name := range []string{"errors", "diff"} {
		list, _ := p.Fields[name].([]any)
		for i, item := range list {
			if i == shownRows {
				fmt.Fprintf(w, "  ... and %d more\n", len(list)-i)
				break
			}
			fields, _ := item.(map[string]any)
			fmt.Fprintln(w, "  "+oneItem(fields))
		}
	}
}

func oneItem(fields map[string]any) string {
	var parts []string
	for _, name := range []string{"line", "column", "change", "from", "to", "value", "example", "reason"} {
		if v, ok := fields[name]; ok && v != nil && v != "" {
			parts = append(parts, fmt.Sprintf("%s %v", name, v))
		}
	}
	return strings.Join(parts, ", ")
}
