package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/cli"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// upFlags are the flags of the commands that start a fleet.
type upFlags struct {
	config string
	data   string
	offset string
}

func (f *upFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `FILE` (default ./lakehouse.toml, else /etc/lakehouse/lakehouse.toml)")
	cmd.Flags().StringVar(&f.data, "data", "", "`DIR` of everything that is kept (default ./data)")
	cmd.Flags().StringVar(&f.offset, "port-offset", "", "added to every port; auto finds a free set")
}

func newUp() *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run the whole fleet in this process",
		Long: "Run the whole fleet in this process. One line for each daemon as it becomes ready, then\n" +
			"'ready URL' on standard output; what it waits for, if that takes long, on standard error.\n" +
			"SIGTERM or Ctrl-C drains and exits 0.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := f.load()
			if err != nil {
				return err
			}
			return up(cmd.Context(), config, cmd.OutOrStdout(), cmd.ErrOrStderr(), nil)
		},
	}
	f.register(cmd)
	return cmd
}

// load reads the configuration and applies the flags over it.
func (f *upFlags) load() (fleet.Config, error) {
	config, err := fleet.Load(f.config, os.Environ())
	if err != nil {
		return config, err
	}
	if f.data != "" {
		if config.Fleet.Data, err = filepath.Abs(f.data); err != nil {
			return config, err
		}
	}
	switch f.offset {
	case "":
	case "auto":
		config.Fleet.PortOffset, err = fleet.FreeOffset(config)
	default:
		var n int
		if n, err = strconv.Atoi(f.offset); err != nil {
			return config, cli.Usage(fmt.Errorf("--port-offset %q is neither a number nor auto", f.offset))
		}
		if err = service.CheckPortOffset(n); err != nil {
			return config, cli.Usage(fmt.Errorf("--port-offset %w", err))
		}
		config.Fleet.PortOffset = n
	}
	return config, err
}

// up runs a fleet until ctx ends; notes go to notes. When it is ready and use is
// given, use is called with the gateway's URL; an error of it, or errDone, ends
// the fleet.
func up(ctx context.Context, config fleet.Config, out, notes io.Writer, use func(ctx context.Context, url string) error) error {
	secrets, err := service.LoadSecrets(config.Fleet, os.Getenv)
	if err != nil {
		return err
	}
	log, err := service.NewLog(os.Stderr, config.Fleet)
	if err != nil {
		return err
	}
	w, err := newWaiting(config, secrets, log, notes)
	if err != nil {
		return err
	}
	service.SpareCollections()
	f, err := fleet.Start(ctx, config, secrets, log)
	if err != nil {
		return err
	}
	err = runUntil(ctx, f, w, out, use)
	if errors.Is(err, errDone) {
		err = nil
	}
	return errors.Join(err, f.Stop())
}

// errDone ends a fleet that has served its purpose.
var errDone = errors.New("done")

func runUntil(ctx context.Context, f *fleet.Fleet, w *waiting, out io.Writer, use func(context.Context, string) error) error {
	err := w.during(ctx, func(ctx context.Context) error {
		return f.WaitReady(ctx, func(name, url string) { fmt.Fprintf(out, "%-10s %s\n", name, url) })
	})
	switch {
	case ctx.Err() != nil:
		return nil // stopped while starting: no failure
	case err != nil:
		return err
	}
	fmt.Fprintf(out, "ready %s\n", f.URL("gateway"))
	if use != nil {
		if err := use(ctx, f.URL("gateway")); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	return f.Wait(ctx)
}
