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
)

// errNotWanted ends a verb whose question was not answered with yes.
var errNotWanted = errors.New("nothing was done")

// confirm says what a verb would do and asks for it on a terminal. Where
// nobody can be asked, --yes has to say so.
func confirm(cmd *cobra.Command, yes bool, what string) error {
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
