package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// errNotWanted ends a verb whose question was not answered with yes.
var errNotWanted = errors.New("nothing was done")

// confirm says what a verb would do and asks for it on a terminal. Where
// nobody can be asked, --yes has to say so.
func confirm(cmd *cobra.Command, yes bool, what string) error {
	if yes {
		what = strings.Replace(what, "This would", "This will", 1)
	}
	fmt.Fprintln(cmd.ErrOrStderr(), printable(what, ""))
	if yes {
		return nil
	}
	file, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return usageError{errors.New("nobody can be asked here, for this is no terminal; say --yes to do it")}
	}
	return ask(file, cmd.ErrOrStderr())
}

// yesFlag is the flag of a verb that asks.
func yesFlag(cmd *cobra.Command, yes *bool) {
	cmd.Flags().BoolVar(yes, "yes", false, "do it without being asked")
}

// confirmMatching says how many items of an index a filter matches, and asks. Where there is
// no filter, ids say what is meant.
func confirmMatching(cmd *cobra.Command, client *vector.Client, index string, filter vector.Filter, yes bool, words string) error {
	if filter == nil {
		return nil
	}
	items, err := client.Count(cmd.Context(), index, filter)
	if err != nil {
		return err
	}
	return confirm(cmd, yes, fmt.Sprintf(words, counted(items, "item"), index))
}

// ask puts the question; everything but y and yes is a no.
func ask(in io.Reader, out io.Writer) error {
	fmt.Fprint(out, "Go on? [y/N] ")
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return errNotWanted
}
