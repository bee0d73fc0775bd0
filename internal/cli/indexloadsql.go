package cli

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// longestLook is the longest pause between two looks at a load; the first is short, since
// most loads of what changed are.
const longestLook = time.Second

// sqlLoad is the verb load where the fleet does the work.
type sqlLoad struct {
	cmd    *cobra.Command
	g      *Globals
	client *vector.Client
	index  string
}

// run begins a load and follows it to its end, unless nobody wants to wait.
func (l sqlLoad) run(want vector.NewLoad, noWait bool) error {
	load, err := l.client.StartLoad(l.cmd.Context(), l.index, want)
	if err != nil {
		return l.remedied(err)
	}
	if noWait {
		if l.g.JSON {
			return printJSON(l.cmd.OutOrStdout(), load)
		}
		_, err := fmt.Fprintf(l.cmd.OutOrStdout(), "%s: the load has begun; '%s' shows how far it is, and '%s' ends it\n", l.index, l.verb("status"), l.verb("cancel"))
		return err
	}
	bar, tell := NewToldBar(l.cmd.ErrOrStderr(), l.index)
	retries := Retries{Index: l.index}
	load, err = l.await(load, func(load vector.Load) {
		tell(progressWords(load))
		retries.Say(bar, load)
	})
	bar.End()
	if err != nil {
		return l.remedied(err)
	}
	return l.ended(load)
}

func (l sqlLoad) verb(flag string) string {
	return "lakehouse index load " + l.index + " --" + flag
}

func (l sqlLoad) remedied(err error) error {
	return with(ofIndexes(l.index,
		remedy{vector.ErrLoadRunning, l.verb("status") + ", or --cancel"},
		remedy{vector.ErrLoadEmpty, "--allow-empty, if the index is to be emptied"},
		remedy{vector.ErrLoadColumns, "--id-column, --vector-column and --text-column"},
		remedy{vector.ErrLoadNotFound, l.verb("status")}), err)
}

// await follows a load to its end. It outlasts a fleet that is started anew.
func (l sqlLoad) await(begun vector.Load, tell func(vector.Load)) (vector.Load, error) {
	ctx, heard := l.cmd.Context(), time.Now()
	for pause := firstPause; ; pause = min(2*pause, longestLook) {
		load, err := l.client.LoadOf(ctx, l.index)
		switch {
		case ctx.Err() != nil:
			return load, l.left()
		case err == nil && !load.StartedAt.Equal(begun.StartedAt):
			return load, fmt.Errorf("the load was ended, and another one has begun since; '%s' shows it", l.verb("status"))
		case err == nil && load.State != vector.LoadRunning:
			return load, nil
		case err == nil:
			heard = time.Now()
			tell(load)
		case !unanswered(err):
			return load, err
		case time.Since(heard) > awaitPatience:
			return load, fmt.Errorf("the load was not heard of for %s; it goes on, see '%s': %w", awaitPatience, l.verb("status"), err)
		}
		select {
		case <-ctx.Done():
			return load, l.left()
		case <-time.After(pause):
		}
	}
}

// left says what becomes of a load that nobody waits for any more.
func (l sqlLoad) left() error {
	return fmt.Errorf("stopped waiting for the load of %s, which goes on; see '%s', or end it with '%s'", l.index, l.verb("status"), l.verb("cancel"))
}

// ended tells how a load ended; one that did not succeed is an error.
func (l sqlLoad) ended(load vector.Load) error {
	if l.g.JSON {
		if err := printJSON(l.cmd.OutOrStdout(), load); err != nil {
			return err
		}
	}
	switch {
	case load.State == vector.LoadSucceeded && l.g.JSON:
		return nil
	case load.State == vector.LoadSucceeded:
		said := fmt.Sprintf("%s: %s\n", l.index, printable(loadWords(load), ""))
		for _, warning := range load.Warnings {
			said += "  note: " + printable(warning, "") + "\n"
		}
		_, err := io.WriteString(l.cmd.OutOrStdout(), said)
		return err
	case load.Rows > 0:
		fmt.Fprintf(l.cmd.ErrOrStderr(), "%s; what is in stays, and the same load does the rest\n", rowsWords(load))
	}
	if load.Problem != nil {
		return l.remedied(load.Problem)
	}
	return fmt.Errorf("the load of %s is %s; the same load does the rest", l.index, load.State)
}

// status tells of the load that runs, or of the last one.
func (l sqlLoad) status() error {
	load, err := l.client.LoadOf(l.cmd.Context(), l.index)
	if err != nil {
		return with(ofIndexes(l.index, remedy{vector.ErrLoadNotFound, "lakehouse index load " + l.index + " --sql SELECT"}), err)
	}
	if l.g.JSON {
		return printJSON(l.cmd.OutOrStdout(), load)
	}
	f := facts{l.cmd.OutOrStdout()}
	if load.State == vector.LoadLost {
		f.say("load", "%s", load.State)
	} else {
		f.say("load", "%s, begun %s", load.State, shown(load.StartedAt))
		f.say("statement", "%s", load.SQL)
	}
	if load.Reads != "" {
		f.say("reads", "%s", load.Reads)
	}
	if load.EndedAt != nil {
		f.say("ended", "%s", shown(*load.EndedAt))
	}
	f.say("rows", "%s", rowsWords(load))
	for _, warning := range load.Warnings {
		f.say("note", "%s", warning)
	}
	if load.Retry != nil {
		f.say("retry", "%s", retryWords(*load.Retry))
	}
	if load.Problem != nil {
		f.say("problem", "%s [%s]", load.Problem.Detail, load.Problem.Kind.Code)
	}
	return nil
}

// cancel ends the load that runs.
func (l sqlLoad) cancel() error {
	load, err := l.client.CancelLoad(l.cmd.Context(), l.index)
	if err != nil {
		return l.remedied(err)
	}
	if l.g.JSON {
		if err := printJSON(l.cmd.OutOrStdout(), load); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(l.cmd.OutOrStdout(), "%s: the load is %s; %s\n", l.index, load.State, rowsWords(load))
	}
	if load.State != vector.LoadCancelled {
		return fmt.Errorf("the load is not cancelled: it is %s", load.State)
	}
	return nil
}

// progressWords says how far a load is that runs.
func progressWords(load vector.Load) string {
	if load.Retry != nil {
		return rowsWords(load) + "; " + retryWords(*load.Retry)
	}
	return rowsWords(load)
}

// Retries tells whoever waits for the load of an index why it does not get on, once for each
// cause.
type Retries struct {
	Index string
	told  string
}

// Say tells what is new of that.
func (r *Retries) Say(bar *Bar, load vector.Load) {
	why := ""
	if load.Retry != nil && load.Retry.Problem != nil {
		why = load.Retry.Problem.Detail
	}
	if why != r.told && why != "" {
		bar.Say(r.Index + ": " + retryWords(*load.Retry))
	}
	r.told = why
}

// retryWords says why a load is tried again, and when.
func retryWords(r vector.LoadRetry) string {
	next := "the next one runs"
	if r.NextAt != nil {
		next = "the next one begins " + shown(*r.NextAt)
	}
	words := fmt.Sprintf("%s failed; %s", counted(r.Failed, "attempt"), next)
	if r.Problem != nil {
		words += fmt.Sprintf("; %s [%s]", r.Problem.Detail, r.Problem.Kind.Code)
	}
	return printable(words, "")
}

// rowsWords says what a load has done.
func rowsWords(load vector.Load) string {
	if load.Skipped {
		return "none were looked at, for nothing has changed since the last load"
	}
	words := fmt.Sprintf("%s, %d unchanged, %d new, %d in place of others", counted(int(load.Rows), "row"), load.Unchanged, load.Added, load.Updated)
	if load.Duplicates > 0 {
		words += fmt.Sprintf(", %s whose id a later row has too", counted(int(load.Duplicates), "row"))
	}
	words += cutWords(int(load.Truncated))
	if load.DeleteMissing {
		words += fmt.Sprintf(", %s taken out", counted(int(load.Deleted), "item"))
	}
	return words
}

// cutWords says of how many texts the model reads the beginning alone.
func cutWords(texts int) string {
	if texts == 0 {
		return ""
	}
	return fmt.Sprintf(", %s longer than the model reads and cut", counted(texts, "text"))
}

// loadWords says what a load that succeeded did, of what, and in which time.
func loadWords(load vector.Load) string {
	if load.Skipped {
		return fmt.Sprintf("nothing was to be done, for neither what the statement reads (%s) nor the index has changed since the last load; --force looks at every row", cmp.Or(load.Reads, "no dataset"))
	}
	words := rowsWords(load)
	if load.Reads != "" {
		words += "; of " + load.Reads
	}
	if load.EndedAt != nil {
		words += fmt.Sprintf(", %.1f s", load.EndedAt.Sub(load.StartedAt).Seconds())
	}
	return words
}
