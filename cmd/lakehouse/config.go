package main

import (
	"errors"
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
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := fleet.Load(file, os.Environ())
			if err != nil {
				return err
			}
			secrets, err := service.LoadSecrets(config.Fleet, os.Getenv)
			return errors.Join(err, config.Check(secrets), service.PrintConfig(cmd.OutOrStdout(), config.Sections()))
		},
	}
	check.Flags().StringVar(&file, "config", "", "configuration `FILE` (default ./lakehouse.toml, else /etc/lakehouse/lakehouse.toml)")
	cmd.AddCommand(check)
	return cmd
}
