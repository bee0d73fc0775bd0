package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// defaultParallel is how many files are sent at once: enough that one is converted
// while another is on its way.
const defaultParallel = 3

// sending is how files are sent.
type sending struct {
	client   ingest.Client
	opts     ingest.Options
	async    bool
	detach   bool
	parallel int
}

// sent is what became of one file.
type sent struct {
	file    string
	answer  ingest.Answer
	job     *ingest.Job // of --detach
	err     error
	seconds float64
}

// check refuses what would not do what it says.
func (s *sending) check(opts ingest.Options, files []string) error {
	switch {
	case s.detach && !s.async:
		return errors.New("--detach goes with --async")
	case s.parallel < 1:
		return errors.New("--parallel takes a number from 1")
	case opts.Name == "":
		return checkNames(opts, files)
	case len(files) > 1 && opts.Mode != "append":
		return errors.New("--name of several files goes with --mode append; without it each dataset is named after its file")
	}
	return nil
}

// send sends all files, shows what became of each, and fails if one of them did.
func (s *sending) send(cmd *cobra.Command, files []string, asJSON bool) error {
	parallel := s.parallel
	if s.opts.Name != "" {
		parallel = 1 // the versions come in the order of the files
	}
	results := make([]sent, len(files))
	bars := newBars(cmd.ErrOrStderr())
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, file := range files {
		group.Go(func() error {
			start := time.Now()
			results[i] = s.one(cmd.Context(), file, bars)
			results[i].seconds = time.Since(start).Seconds()
			return nil
		})
	}
	_ = group.Wait() // the errors are in the results
	bars.wait()
	return show(cmd, results, asJSON)
}

// one sends one file and waits for its version, or, of a job, for its end.
func (s *sending) one(ctx context.Context, file string, bars *bars) (result sent) {
	result.file = file
	if result.err = ctx.Err(); result.err != nil {
		return result
	}
	f, err := os.Open(file)
	if err != nil {
		result.err = err
		return result
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		result.err = err
		return result
	}
	if info.IsDir() {
		result.err = fmt.Errorf("%s is a folder; name its files", file)
		return result
	}
	opts := s.opts
	if opts.Name == "" {
		opts.Name = catalog.NameFromFile(file)
	}
	body, finish := bars.add(f, info.Size(), opts.Name)
	defer func() { finish(result.err == nil) }()
	if !s.async {
		result.answer, _, result.err = s.client.CSV(ctx, opts, body, info.Size(), "")
		return result
	}
	job, err := s.client.Submit(ctx, opts, body, info.Size(), "")
	if err != nil || s.detach {
		result.job, result.err = &job, err
		return result
	}
	result.answer, result.err = await(ctx, s.client, job)
	return result
}

// fileDocument is what --json says of one file.
type fileDocument struct {
	File string `json:"file"`
	*ingest.Answer
	Job     *ingest.Job   `json:"job,omitempty"`
	Problem *wire.Problem `json:"problem,omitempty"`
	Error   string        `json:"error,omitempty"` // of a file that was not sent
}

func (r sent) document() fileDocument {
	doc := fileDocument{File: r.file}
	var p *wire.Problem
	switch {
	case errors.As(r.err, &p):
		doc.Problem = p
	case r.err != nil:
		doc.Error = r.err.Error()
	case r.job != nil:
		doc.Job = r.job
	default:
		doc.Answer = &r.answer
	}
	return doc
}

// show tells what became of the files: of one in a line, of several in a table.
func show(cmd *cobra.Command, results []sent, asJSON bool) error {
	out, errs := cmd.OutOrStdout(), cmd.ErrOrStderr()
	var failed []error
	for i := range results {
		r := &results[i]
		switch {
		case r.err != nil:
			r.err = with(ofIngest(), r.err)
			failed = append(failed, fmt.Errorf("%s: %w", r.file, r.err))
			if len(results) > 1 {
				fmt.Fprintf(errs, "%s: %s\n", r.file, explain(r.err))
			}
			showRows(errs, r.err)
		case asJSON:
		case r.job != nil:
			fmt.Fprintf(out, "%s: job %s; see 'lakehouse jobs'\n", r.job.Dataset, r.job.ID)
		case len(results) == 1:
			fmt.Fprintln(out, Summary(r.answer))
		default:
			showNotes(errs, r.file, r.answer)
		}
		if asJSON {
			if err := printJSON(out, r.document()); err != nil {
				return err
			}
		}
	}
	if len(results) > 1 && !asJSON && results[0].job == nil {
		writeSummary(out, results)
	}
	return summed(failed, len(results))
}

// summed is one error for all files that failed, whose own words were shown.
func summed(failed []error, files int) error {
	if files == 1 || len(failed) == 0 {
		return errors.Join(failed...)
	}
	for _, err := range failed {
		if code := exitCode(err); code == exitRefused || code == exitUnreachable {
			return err // the same for all of them
		}
	}
	return fmt.Errorf("not loaded: %d of %d files; what is wrong with each is said above", len(failed), files)
}

func showNotes(w io.Writer, file string, answer ingest.Answer) {
	for _, warning := range answer.Warnings {
		fmt.Fprintf(w, "%s: note: %s\n", file, warning)
	}
	if answer.Quarantine != nil {
		fmt.Fprintf(w, "%s: note: %d rows in quarantine: %s\n", file, answer.Quarantine.Rows, answer.Quarantine.Dataset)
	}
}

// writeSummary draws one row for each file.
func writeSummary(w io.Writer, results []sent) {
	var rows [][]string
	for _, r := range results {
		row := []string{r.file, "", "", "", "", strconv.FormatFloat(r.seconds, 'f', 1, 64), "failed"}
		if r.err == nil {
			row[1], row[2], row[6] = called(r.answer.Namespace, r.answer.Dataset), strconv.FormatInt(r.answer.Version, 10), "loaded"
			row[3], row[4] = strconv.FormatInt(r.answer.Rows, 10), strconv.FormatInt(r.answer.Rejected, 10)
			if r.answer.Unchanged {
				row[6] = "unchanged"
			}
		}
		rows = append(rows, row)
	}
	WriteTable(w, []string{"file", "dataset", "version", "rows", "rejected", "seconds", "outcome"}, rows,
		[]bool{false, false, true, true, true, true, false})
}
