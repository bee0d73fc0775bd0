package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newIndexLoad(g *Globals) *cobra.Command {
	var l loadFlags
	cmd := &cobra.Command{
		Use:   "load NAME --file FILE | --sql SELECT",
		Short: "Put items of a file, or the rows of a SELECT, into an index, in place of those with the same ids",
		Long: "Put items into an index, in place of those with the same ids.\n\n" +
			"With --file each line of the file is one:\n\n" +
			"  " + itemForm + "\n\n" +
			"of which text and metadata may be left out, and in an index with a model the vector where there is\n" +
			"a text. They are sent in batches, each of which goes in whole or not at all. A batch that is not\n" +
			"answered is sent again, which puts nothing in twice; a line that cannot be taken is named, and ends\n" +
			"the load. The same load begun anew does no harm.\n\n" +
			"With --sql each row is one: the id and the vector, or in an index with a model the text, are columns,\n" +
			"and every other column is a field of its metadata. A decimal is text there: cast what filters compare as a number (bill_rate::DOUBLE). The\n" +
			"fleet does it, whether this command waits for the end or not, and goes on with it after a restart. Rows\n" +
			"that the index holds already are not written again, and where neither what the statement reads nor the\n" +
			"index has changed since the last load nothing is done.",
		Example: "  lakehouse index load resumes --file resumes.ndjson\n" +
			"  zcat resumes.ndjson.gz | lakehouse index load resumes --file -\n" +
			"  lakehouse index load resumes --sql 'SELECT id, vector, city FROM resumes' --delete-missing\n" +
			"  lakehouse index load resumes --status",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := l.check(cmd); err != nil {
				return usageError{err}
			}
			client, err := g.vectors()
			if err != nil {
				return err
			}
			sl := sqlLoad{cmd: cmd, g: g, client: client, index: args[0]}
			switch {
			case l.status:
				return sl.status()
			case l.cancel:
				return sl.cancel()
			case l.file != "":
				return loadFile(cmd, g, client, args[0], l.file)
			}
			return sl.run(l.want, l.noWait)
		},
	}
	l.flags(cmd)
	return cmd
}

// loadFlags are the flags of a load.
type loadFlags struct {
	file                   string
	want                   vector.NewLoad
	noWait, status, cancel bool
}

func (l *loadFlags) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&l.file, "file", "", "`FILE` with an item in each line, as JSON; - reads standard input")
	flags.StringVar(&l.want.SQL, "sql", "", "`SELECT` whose rows are items")
	flags.StringVar(&l.want.IDColumn, "id-column", "", "`COLUMN` of the statement with the ids (default id)")
	flags.StringVar(&l.want.VectorColumn, "vector-column", "", "`COLUMN` of the statement with the vectors (default vector)")
	flags.StringVar(&l.want.TextColumn, "text-column", "", "`COLUMN` of the statement with the texts that vectors are made of (default text)")
	flags.BoolVar(&l.want.DeleteMissing, "delete-missing", false, "take out the items whose ids are in no row of the statement")
	flags.BoolVar(&l.want.AllowEmpty, "allow-empty", false, "let --delete-missing empty the index where the statement gives no rows")
	flags.BoolVar(&l.want.Force, "force", false, "look at every row, and make vectors of texts again, also where nothing has changed since the last load")
	flags.BoolVar(&l.noWait, "no-wait", false, "begin the load of a statement, and do not wait for its end")
	flags.BoolVar(&l.status, "status", false, "show how far the load of a statement is, or how the last one ended")
	flags.BoolVar(&l.cancel, "cancel", false, "end the load of a statement that runs; what it added stays")
}

// check refuses flags that do not go together.
func (l *loadFlags) check(cmd *cobra.Command) error {
	var ways []string
	for _, way := range []string{"file", "sql", "status", "cancel"} {
		if cmd.Flags().Changed(way) {
			ways = append(ways, "--"+way)
		}
	}
	switch {
	case len(ways) > 1:
		return fmt.Errorf("%s do not go together; give one of them", strings.Join(ways, " and "))
	case len(ways) == 0 || l.file == "" && l.want.SQL == "" && !l.status && !l.cancel:
		return errors.New("say what to load: by --file a file with an item in each line, or - for standard input; or by --sql a SELECT with the columns id and vector, or text")
	}
	for _, flag := range []string{"id-column", "vector-column", "text-column", "delete-missing", "allow-empty", "force", "no-wait"} {
		if l.want.SQL == "" && cmd.Flags().Changed(flag) {
			return fmt.Errorf("--%s goes with --sql", flag)
		}
	}
	return nil
}

// loadFile loads the lines of a file, and says what came of it.
func loadFile(cmd *cobra.Command, g *Globals, client *vector.Client, index, path string) error {
	lines, size, name := cmd.InOrStdin(), int64(-1), "standard input"
	if path != "-" {
		file, info, err := openFile(path)
		if err != nil {
			return err
		}
		defer file.Close()
		lines, size, name = file, info.Size(), path
	}
	found, err := client.Get(cmd.Context(), index, 0) // so that a misspelt name is told at once
	if err != nil {
		return with(ofIndexes(index), err)
	}
	bar := loadBar(cmd.ErrOrStderr(), found.Name, size)
	l := loading{client: client, bar: bar, done: Loaded{Index: found.Name, Count: found.Count}}
	began := time.Now()
	err = l.load(cmd.Context(), lines)
	bar.End()
	l.done.ElapsedMS = time.Since(began).Milliseconds()
	if err != nil {
		l.tellWhere(cmd.ErrOrStderr())
		return with(ofIndexes(index, remedy{wire.ErrBodyTooLarge, "a shorter line, or a larger [vectord] max_body_bytes"}), named(name, err))
	}
	if g.JSON {
		return printJSON(cmd.OutOrStdout(), l.done)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), l.done.summary())
	return err
}

// loadBar is over the bytes of a file, or counts those of a pipe, whose size is -1.
func loadBar(w io.Writer, name string, size int64) *Bar {
	if size < 0 {
		return NewByteCount(w, name)
	}
	bar := NewBar(w, name)
	bar.Begin(size)
	return bar
}

// openFile opens what is no folder.
func openFile(path string) (*os.File, os.FileInfo, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder; name a file", path)
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// Loaded is what a load did.
type Loaded struct {
	Index     string `json:"index"`
	Items     int    `json:"items"` // that were sent and answered
	Batches   int    `json:"batches"`
	Added     int    `json:"added"`
	Updated   int    `json:"updated"`   // ids that were there; of a batch that was sent again, perhaps by itself
	Truncated int    `json:"truncated"` // texts that are longer than the model reads
	Count     int    `json:"count"`     // that the index holds now
	SentAgain int    `json:"sent_again"`
	ElapsedMS int64  `json:"elapsed_ms"`
}

func (l Loaded) summary() string {
	text := fmt.Sprintf("%s: %s, %d new, %d in place of others; it holds %d, %.1f s",
		l.Index, counted(l.Items, "item"), l.Added, l.Updated, l.Count, float64(l.ElapsedMS)/1000)
	text += cutWords(l.Truncated)
	if l.SentAgain > 0 {
		text += fmt.Sprintf("\n  note: %d times a batch was not answered and was sent again; what of it was in already counts as in place of others", l.SentAgain)
	}
	return text
}

// tellWhere says how far a load came that did not end well.
func (l *loading) tellWhere(w io.Writer) {
	if l.done.Items == 0 {
		return
	}
	fmt.Fprintf(w, "%s of the lines up to %d are in %s; the whole can be loaded again, which puts nothing in twice\n", counted(l.done.Items, "item"), l.line, l.done.Index)
}
