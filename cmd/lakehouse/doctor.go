package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"git.agentview.dev/profit/golanglakehouse/internal/doctor"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func newDoctor() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at what a fleet needs of this box, and say what to mend",
		Long: "Look at what a fleet needs of this box, its configuration and what is beside it. One line a\n" +
			"check: ok, warn, fail or skip, its code, what was found, and the command that mends it. It\n" +
			"changes nothing and shows no secret. Exits 1 if a check failed.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found := doctor.Run(cmd.Context(), examine(cmd, file))
			write := doctor.WriteText
			if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
				write = doctor.WriteJSON
			}
			if err := write(cmd.OutOrStdout(), found); err != nil {
				return err
			}
			if n := doctor.Failed(found); n > 0 {
				return fmt.Errorf("%d of %d checks failed", n, len(found))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE` (default ./lakehouse.toml, else /etc/lakehouse/lakehouse.toml)")
	return cmd
}

// examine gathers what the doctor looks at. A configuration that cannot be loaded is a
// finding, and what goes by it is not looked at.
func examine(cmd *cobra.Command, file string) doctor.Fleet {
	path, err := service.FindConfig(file)
	config, loadErr := fleet.Load(path, os.Environ())
	err = errors.Join(err, loadErr)
	unread := err != nil
	if unread {
		config = fleet.Defaults()
	}
	secrets, secretsErr := service.LoadSecrets(config.Fleet, os.Getenv)
	if err == nil && secretsErr == nil {
		err = config.Check(secrets)
	}
	named, _ := cmd.Flags().GetString("gateway")
	gateway := gatewayOf(config, secrets, cmp.Or(named, os.Getenv("LAKEHOUSE_GATEWAY")), unread)
	return doctor.Fleet{
		Source: sourceTree(), ConfigFile: cmp.Or(path, file), ConfigErr: err, Unread: unread,
		Settings: config.Fleet, Peers: config.Peers, Daemons: fleet.Names(),
		Secrets: secrets, SecretsErr: secretsErr,
		Storaged: config.Storaged, Access: config.Queryd.Access,
		Gateway:   gateway,
		Models:    config.Embedd.Models,
		Extension: config.Queryd.Extension,
		Worker:    startWorker,
	}
}

// gatewayOf gives the gateway that is named, with the environment's token alone, for it
// may be another fleet's; else the configuration's, with its own.
func gatewayOf(config fleet.Config, secrets service.Secrets, named string, unread bool) wire.Client {
	client := wire.Client{Service: "gateway", Token: os.Getenv("AUTH_TOKEN")}
	env, err := service.NewEnv("doctor", config.Fleet, config.Peers, secrets, slog.New(slog.DiscardHandler))
	if err == nil && !unread {
		own := env.Peer("gateway")
		client.HTTP = own.HTTP
		if named == "" {
			client = own
		}
	}
	if named != "" {
		client.Base = strings.TrimSuffix(strings.TrimSuffix(named, "/"), "/v1")
	}
	return client
}

// sourceTree gives the folder of this project's source that holds the working
// directory, "" where none does.
func sourceTree() string {
	dir, err := os.Getwd()
	for err == nil {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			if strings.HasPrefix(string(text), "module git.agentview.dev/profit/golanglakehouse\n") {
				return dir
			}
			return ""
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

// startWorker starts a query worker and ends it.
func startWorker(extension string) (doctor.Walls, error) {
	spill, err := os.MkdirTemp("", "lakehouse-doctor-")
	if err != nil {
		return doctor.Walls{}, err
	}
	defer os.RemoveAll(spill)
	c := duck.Config{
		MaxWorkers: 1, Limits: duck.Limits{MemoryBytes: 256 << 20, Threads: 1}, SpillDir: spill, Log: slog.New(slog.DiscardHandler),
	}
	if extension != "" {
		// It loads the extension, and connects nowhere.
		c.S3 = &duck.S3{Extension: extension, Endpoint: "http://127.0.0.1:9", Bucket: "doctor", KeyID: "doctor", Secret: "doctor"}
	}
	pool, err := duck.NewPool(c)
	if err != nil {
		return doctor.Walls{}, err
	}
	report := pool.Sandbox()
	return doctor.Walls{LandlockABI: report.LandlockABI, Seccomp: report.Seccomp}, pool.Close()
}
