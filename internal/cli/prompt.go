package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/reeflective/readline"

	"git.agentview.dev/profit/golanglakehouse/internal/cli/statements"
)

// prompt runs what a person types until they end it, which is no error. Signals are
// its own: Ctrl-C ends a statement and not the prompt, SIGTERM ends the process.
func (s *session) prompt(ctx context.Context, base string) error {
	ctx = context.WithoutCancel(ctx)
	defer s.term.take()()
	names, err := tableNames(ctx, s.query)
	if err != nil {
		return err // nobody is there to ask
	}
	fmt.Fprintf(s.notes, "%s, %d tables and views. \\? for help, Ctrl-D ends.\n", strings.TrimSuffix(base, "/v1"), len(names))
	history, err := openHistory()
	if err != nil {
		fmt.Fprintf(s.notes, "note: what you type will not be remembered: %v\n", err)
	}
	shell := newShell(&completer{ctx: ctx, query: s.query}, history)
	for {
		text, err := shell.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt):
			continue
		case errors.Is(err, io.EOF):
			return s.close()
		case err != nil:
			return errors.Join(err, s.close())
		}
		switch err := s.run(ctx, strings.NewReader(text)); {
		case errors.Is(err, errQuit):
			return s.close()
		case err != nil:
			fmt.Fprintln(s.notes, "error:", explain(err))
		}
	}
}

func newShell(c *completer, history string) *readline.Shell {
	shell := readline.NewShell()
	// Not every terminal answers when it is asked where its cursor is, and one that
	// does not would leave the prompt waiting.
	_ = shell.Config.Set("cursor-position-probe", false)
	_ = shell.Config.Set("completion-ignore-case", true)
	giveUpOnCtrlC(shell)
	shell.Prompt.Primary(func() string {
		c.forget()
		return "lakehouse> "
	})
	shell.AcceptMultiline = func(line []rune) bool { return whole(string(line)) }
	shell.Completer = c.complete
	if history != "" {
		shell.History.AddFromFile("statements", history)
	}
	return shell
}

// giveUpOnCtrlC makes Ctrl-C end the line whatever was typed after it already: the
// library's own command takes the next key for its own.
func giveUpOnCtrlC(shell *readline.Shell) {
	const name = "give-up-line"
	shell.Keymap.Register(map[string]func(){name: func() {
		shell.Display.AcceptLine()
		shell.History.Accept(false, false, readline.ErrInterrupt)
	}})
	for _, keymap := range []string{"emacs", "emacs-standard", "vi-insert", "vi-command"} {
		_ = shell.Config.Bind(keymap, "\x03", name, false)
	}
}

// whole tells that a typed text ends with a statement's end, or is a command: Enter
// runs it.
func whole(text string) bool {
	if strings.HasPrefix(strings.TrimSpace(text), `\`) && !strings.Contains(strings.TrimSpace(text), "\n") {
		return true
	}
	if asksForHelp(text) {
		return true
	}
	_, rest := statements.Split(text)
	return rest.Blank() || strings.HasPrefix(strings.TrimSpace(rest.Rest().Text), `\`)
}

// The history is cut to its newest half when it has grown over maxHistory bytes.
const maxHistory = 1 << 20

// openHistory gives the file that holds what was typed, for its owner alone.
func openHistory() (path string, err error) {
	dir, err := StateFolder("")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "sql_history")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", err
	}
	return path, errors.Join(trimHistory(file), file.Close())
}

// StateFolder makes a folder for what the command line remembers of this user,
// under $XDG_STATE_HOME, else ~/.local/state; it is for the user alone.
func StateFolder(name string) (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		state = filepath.Join(home, ".local", "state")
	}
	dir := filepath.Join(state, "lakehouse", name)
	return dir, os.MkdirAll(dir, 0o700)
}

func trimHistory(file *os.File) error {
	info, err := file.Stat()
	if err != nil || info.Size() <= maxHistory {
		return err
	}
	text, err := io.ReadAll(bufio.NewReader(file))
	if err != nil {
		return err
	}
	newest := text[len(text)/2:]
	newest = newest[bytes.IndexByte(newest, '\n')+1:]
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(newest, 0)
	return err
}
