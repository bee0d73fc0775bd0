package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at the configuration"}
	var file string
	check := &cobra.Command{
		Use:   "check",
		Short: "Validate lakehouse.toml and the secrets, and print what is in force, without secrets",
		Long: "Validate lakehouse.toml and the secrets, and print what is in force as TOML, without secrets.\n" +
			"Which file was read, and whether all is well, is on standard error.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := service.FindConfig(file)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.ErrOrStderr(), "configuration:", cmp.Or(path, "defaults"))
			if err := checkConfig(cmd.OutOrStdout(), path); err != nil {
				return err
			}
			fmt.Fprintln(cmd.ErrOrStderr(), "all is well")
			return nil
		},
	}
	check.Flags().StringVar(&file, "config", "", "configuration `FILE` (default ./lakehouse.toml, else /etc/lakehouse/lakehouse.toml)")
	cmd.AddCommand(check)
	return cmd
}

// checkConfig prints what is in force, also where something of it cannot work.
func checkConfig(out io.Writer, path string) error {
	config, err := fleet.Load(path, os.Environ())
	if err != nil {
		return err
	}
	secrets, err := service.LoadSecrets(config.Fleet, os.Getenv)
	return errors.Join(err, config.Check(secrets), service.PrintConfig(out, config.Sections()))
}
