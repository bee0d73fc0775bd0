// Package cli is the command line of a running fleet: ingest, jobs, sql, datasets,
// views and their versions, status, version.
//
// Every verb talks to the gateway over HTTP and links no engine, so it starts
// in milliseconds. It promises one way to name the gateway (--gateway, else
// LAKEHOUSE_GATEWAY, else the configuration's), --json for programs, and exit
// codes that a script can tell apart: 0 fine, 1 the operation failed, 2 wrong
// usage, 3 the fleet cannot be reached, 4 refused (401 or 403). Results go to
// standard output, everything else to standard error.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitRefused     = 4
)

// Globals are the flags that every verb takes.
type Globals struct {
	Gateway string
	JSON    bool
}

// usageError marks a wrong call of a verb.
type usageError struct{ error }

// Usage marks an error as a wrong call, which exits with 2.
func Usage(err error) error { return usageError{err} }

// New makes the command tree: the verbs of a running fleet and the commands
// given, which run one or work beside one. Of a command that has the name of a verb,
// the verb gets the subcommands.
func New(more ...*cobra.Command) *cobra.Command {
	var g Globals
	root := &cobra.Command{
		Use:           "lakehouse",
		Short:         "A self-hosted, versioned lakehouse: files in, SQL out",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       service.Version(),
	}
	root.PersistentFlags().StringVar(&g.Gateway, "gateway", "", "`URL` of the gateway (default $LAKEHOUSE_GATEWAY, else where the configuration that 'up' reads\nputs it, else http://127.0.0.1:3110); AUTH_TOKEN in the environment is the token")
	root.PersistentFlags().BoolVar(&g.JSON, "json", false, "write JSON for programs")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{flagWords(err)} })
	root.AddCommand(newIngest(&g), newJobs(&g), newSQL(&g), newDatasets(&g), newStatus(&g), newVersion(&g), newStorage(&g), newProfile(&g), newMCP(&g))
	root.AddCommand(newVersions(&g), newDiff(&g), newRollback(&g), newTag(&g))
	root.AddCommand(newViews(&g), newView(&g))
	root.AddCommand(newIndex(&g), newSearch(&g), newEmbed(&g), newModels(&g))
	root.AddCommand(newDrop(&g), newRestore(&g), newDropped(&g), newRename(&g), newDescribe(&g), newErase(&g))
	for _, cmd := range more {
		if verb, _, err := root.Find([]string{cmd.Name()}); err == nil && verb != root {
			verb.AddCommand(cmd.Commands()...)
			continue
		}
		root.AddCommand(cmd)
	}
	return root
}

// markUsage makes a wrong number of arguments a wrong call, and so a command that does nothing
// without one of its own.
func markUsage(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		markUsage(sub)
	}
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.Args, cmd.RunE = cobra.NoArgs, sayWhatToDo
	}
	check := cmd.Args
	if check == nil {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		err := argWords(cmd, args, check(cmd, args))
		if err != nil && cmd.HasSubCommands() && len(args) > 0 {
			err = noCommand(cmd, args)
		}
		if err != nil {
			return usageError{err}
		}
		return nil
	}
}

func sayWhatToDo(cmd *cobra.Command, _ []string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	return usageError{fmt.Errorf("say what to do: %s %s", cmd.CommandPath(), strings.Join(names, "|"))}
}

// argWords names what stands before the flags of a command that was given more of it, or less.
func argWords(cmd *cobra.Command, args []string, err error) error {
	if err == nil || !strings.HasPrefix(err.Error(), "accepts ") {
		return err
	}
	var takes []string
	for _, word := range strings.Fields(cmd.Use)[1:] {
		if strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			break
		}
		takes = append(takes, word)
	}
	if takes == nil {
		return err
	}
	is := "are"
	if len(args) == 1 {
		is = "is"
	}
	return fmt.Errorf("%s takes %s, and %s %s given", cmd.CommandPath(), strings.Join(takes, " and "), counted(len(args), "argument"), is)
}

// noCommand names a subcommand that there is not, and what may be meant.
func noCommand(cmd *cobra.Command, args []string) error {
	if args[0] == "help" {
		path := strings.Fields(cmd.CommandPath())
		return fmt.Errorf("write: %s", strings.Join(slices.Concat(path[:1], []string{"help"}, path[1:], args[1:]), " "))
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	meant := ""
	if near := wire.Nearest(args[0], names); len(near) > 0 {
		meant = fmt.Sprintf("; is '%s %s' meant?", cmd.CommandPath(), near[0])
	}
	return fmt.Errorf("%s has no command %q%s", cmd.CommandPath(), args[0], meant)
}

// flagWords says what a flag takes that was given something else.
func flagWords(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	takes, known := map[string]string{"int": "a whole number", "int64": "a whole number", "float64": "a number", "bool": "true or false"}[invalid.GetFlag().Value.Type()]
	if !known {
		return err
	}
	name := "--" + invalid.GetFlag().Name
	if len(invalid.GetFlag().Name) == 1 {
		name = name[1:]
	}
	return fmt.Errorf("%s takes %s, not %.60q", name, takes, invalid.GetValue())
}

// Execute runs the command tree and returns the exit code; an error is shown on
// standard error with its remedy.
func Execute(ctx context.Context, root *cobra.Command, args []string) int {
	root.InitDefaultCompletionCmd() // which keeps where root writes by now
	for _, cmd := range root.Commands() {
		markUsage(cmd)
	}
	root.SetArgs(args)
	called, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	code := exitCode(err)
	fmt.Fprintln(root.ErrOrStderr(), "lakehouse:", explain(err))
	if code == exitUsage {
		fmt.Fprintf(root.ErrOrStderr(), "Usage: %s\nSee '%s --help'.\n", called.UseLine(), called.CommandPath())
	}
	return code
}

func exitCode(err error) int {
	var usage usageError
	var p *wire.Problem
	switch {
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		return exitUsage
	case errors.As(err, &p) && (errors.Is(err, wire.ErrUnavailable) && p.Fields["service"] == "gateway" || errors.Is(err, service.ErrNoLakehouse)):
		return exitUnreachable
	case errors.As(err, &p) && (p.Kind.Status == http.StatusUnauthorized || p.Kind.Status == http.StatusForbidden):
		return exitRefused
	}
	return exitFailed
}

// explain words an error for a person: the detail, then the code to look up.
func explain(err error) string {
	var p *wire.Problem
	if errors.Is(err, context.Canceled) {
		return "stopped"
	}
	if !errors.As(err, &p) {
		return err.Error()
	}
	cause := p.Unwrap() // none where the gateway itself said that it is stopping
	if cause != nil && errors.Is(err, wire.ErrUnavailable) && p.Fields["service"] == "gateway" {
		return fmt.Sprintf("no fleet answers: %v; start one with 'lakehouse up', or name its gateway with --gateway", cause)
	}
	if errors.Is(err, service.ErrNoLakehouse) {
		p = p.Advise("name the gateway with --gateway or LAKEHOUSE_GATEWAY")
	}
	text := p.Detail + " [" + p.Kind.Code + "]"
	if errors.Is(err, wire.ErrUnauthorized) {
		text = "the gateway asks for a token: set AUTH_TOKEN in the environment [" + p.Kind.Code + "]"
		if os.Getenv("AUTH_TOKEN") != "" {
			text = "the token in AUTH_TOKEN is not accepted: set it to one that this fleet has, in its auth.env or environment [" + p.Kind.Code + "]"
		}
	}
	if p.RequestID != "" {
		text += " request " + p.RequestID
	}
	return text
}

// printJSON writes v for programs.
func printJSON(w io.Writer, v any) error {
	enc := newEncoder(w)
	return enc.Encode(v)
}
