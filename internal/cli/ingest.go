package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newIngest(g *Globals) *cobra.Command {
	var opts ingest.Options
	var onError string
	cmd := &cobra.Command{
		Use:   "ingest FILE...",
		Short: "Load CSV, JSON or Parquet files, each as a new version of a dataset",
		Example: "  lakehouse ingest placements.csv\n" +
			"  lakehouse ingest week44.csv --name timesheets --mode append",
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("no file is named; write: lakehouse ingest FILE, or several")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			if opts.Name != "" && len(files) > 1 {
				return usageError{errors.New("--name goes with one file; without it each dataset is named after its file")}
			}
			if err := checkNames(opts, files); err != nil {
				return usageError{err}
			}
			gateway, err := g.client()
			if err != nil {
				return err
			}
			opts.OnError = ingest.OnError(onError)
			return ingestFiles(cmd, ingest.Client{Client: gateway}, opts, files, g.JSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.Name, "name", "", "dataset `NAME` (default: after the file)")
	flags.StringVar(&opts.Mode, "mode", "", "replace (default), append, create or upsert")
	flags.StringVar(&opts.Schema, "schema", "", "strict (default), evolve or replace")
	flags.StringSliceVar(&opts.Key, "key", nil, "`COLUMN,...` by which --mode upsert knows a row again")
	flags.StringVar(&onError, "on-error", "", "reject (default) or quarantine")
	flags.StringVar(&opts.Delimiter, "delimiter", "", "comma, semicolon, tab or pipe (default: sniffed)")
	flags.StringVar(&opts.Format, "format", "", "csv, json or parquet (default: found out)")
	flags.StringVar(&opts.Quote, "quote", "", "double (default), single or none; with --delimiter")
	flags.StringVar(&opts.Escape, "escape", "", "of quotes inside of quotes: double (default) or backslash; with --delimiter")
	flags.IntVar(&opts.Skip, "skip", 0, "lines before the header")
	flags.StringVar(&opts.Encoding, "encoding", "", "of the text, such as windows-1250 (default: found out where that is certain)")
	flags.StringVar(&opts.Types, "types", "", "types of columns, as `zip:string,rate:decimal(10,2),start:date(%d/%m/%Y)`")
	flags.BoolVar(&opts.NoHeader, "no-header", false, "the first record is data; columns are named column_1, column_2, ...")
	flags.BoolVar(&opts.AllowDuplicate, "allow-duplicate", false, "append content that the dataset holds already")
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

func ingestFiles(cmd *cobra.Command, client ingest.Client, opts ingest.Options, files []string, asJSON bool) error {
	var failed []error
	for _, file := range files {
		answer, err := IngestFile(cmd.Context(), client, opts, file, cmd.ErrOrStderr())
		switch {
		case err != nil:
			err = ingestWords(err)
			failed = append(failed, fmt.Errorf("%s: %w", file, err))
			if len(files) > 1 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", file, explain(err))
			}
			showRows(cmd.ErrOrStderr(), err)
		case asJSON:
			if err := printJSON(cmd.OutOrStdout(), answer); err != nil {
				return err
			}
		default:
			fmt.Fprintln(cmd.OutOrStdout(), Summary(answer))
		}
	}
	return errors.Join(failed...)
}

// IngestFile sends one file, with a progress bar where progress is a terminal.
func IngestFile(ctx context.Context, client ingest.Client, opts ingest.Options, file string, progress io.Writer) (ingest.Answer, error) {
	f, err := os.Open(file)
	if err != nil {
		return ingest.Answer{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ingest.Answer{}, err
	}
	if info.IsDir() {
		return ingest.Answer{}, fmt.Errorf("%s is a folder; name its files", file)
	}
	if opts.Name == "" {
		opts.Name = catalog.NameFromFile(file)
	}
	body, finish := withBar(f, info.Size(), opts.Name, progress)
	defer finish()
	answer, _, err := client.CSV(ctx, opts, body, info.Size(), "")
	return answer, err
}

// withBar wraps the upload in a progress bar; finish ends it, wherever it is.
func withBar(r io.Reader, size int64, name string, w io.Writer) (body io.Reader, finish func()) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return r, func() {}
	}
	bars := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
	bar := bars.AddBar(size,
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.CountersKibiByte("% .1f / % .1f"), decor.OnComplete(decor.Name(" checking"), " done")),
	)
	finish = func() {
		bar.Abort(false)
		bars.Wait()
	}
	proxied, err := bar.ProxyReader(r)
	if err != nil { // the bars have ended already: send without one
		return r, finish
	}
	return proxied, finish
}

// Summary words an answer in one line.
func Summary(a ingest.Answer) string {
	if a.Unchanged {
		return fmt.Sprintf("%s: unchanged, version %d holds this content already", a.Dataset, a.Version)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: version %d, %d rows, %d columns, %s in, %s stored, %d ms",
		a.Dataset, a.Version, a.Rows, len(a.Columns), bytesText(a.BytesIn), bytesText(a.BytesStored), a.ElapsedMS)
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
