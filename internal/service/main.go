package service

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/pelletier/go-toml/v2"
)

// Exit codes of a daemon, alike with the command line's.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Section is a daemon's own part of the configuration. Check returns what of it
// can never work.
type Section interface{ Check() error }

// New builds a daemon from its environment and its own section.
type New[C Section] func(ctx context.Context, env Env, config C) (*Daemon, error)

type flags struct {
	config  string
	check   bool
	version bool
	offset  *int // nil: the configuration's
}

// Main is the whole life of a daemon's process: flags, configuration, signals,
// serving, drain. It returns the exit code. config holds the section's
// defaults.
func Main[C Section](name string, config C, build New[C]) int {
	f, err := parseFlags(name, os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case f.version:
		fmt.Println(name, Version())
		return exitOK
	}
	if err := run(os.Stdout, name, f, config, build); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return exitFailed
	}
	return exitOK
}

func parseFlags(name string, args []string, out io.Writer) (flags, error) {
	var f flags
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(out)
	set.StringVar(&f.config, "config", "", "configuration `file`; default ./lakehouse.toml, else /etc/lakehouse/lakehouse.toml")
	set.BoolVar(&f.check, "check", false, "validate the configuration, print it without secrets, and exit")
	set.BoolVar(&f.version, "version", false, "print the version and exit")
	offset := set.Int("port-offset", 0, "added to every well-known port, in place of the configuration's port_offset")
	if err := set.Parse(args); err != nil {
		return f, err
	}
	set.Visit(func(given *flag.Flag) {
		if given.Name == "port-offset" {
			f.offset = offset
		}
	})
	if f.offset != nil {
		if err := CheckPortOffset(*f.offset); err != nil {
			fmt.Fprintf(out, "%s: --port-offset %v\n", name, err)
			return f, errors.New("usage")
		}
	}
	if set.NArg() > 0 {
		fmt.Fprintf(out, "%s takes no arguments, only flags\n", name)
		return f, errors.New("usage")
	}
	return f, nil
}

func run[C Section](out io.Writer, name string, f flags, config C, build New[C]) error {
	fleet, peers := DefaultFleet(), Peers{}
	sections := map[string]any{"fleet": &fleet, "peers": &peers, name: &config}
	path, err := FindConfig(f.config)
	if err != nil {
		return err
	}
	if err := LoadConfig(path, sections, os.Environ()); err != nil {
		return err
	}
	if f.offset != nil {
		fleet.PortOffset = *f.offset
	}
	if fleet.Data, err = filepath.Abs(fleet.Data); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	secrets, err := LoadSecrets(fleet, os.Getenv)
	if err != nil {
		return err
	}
	log, err := NewLog(os.Stderr, fleet)
	if err != nil {
		return err
	}
	env, err := NewEnv(name, fleet, peers, secrets, log)
	if err != nil {
		return err
	}
	if f.check {
		return errors.Join(config.Check(), CheckStart(env, config), PrintConfig(out, sections))
	}
	l, err := Listen(env)
	if err != nil {
		return err
	}
	SpareCollections()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	return serve(ctx, env, l, config, build)
}

func serve[C Section](ctx context.Context, env Env, l net.Listener, config C, build New[C]) error {
	daemon, err := build(ctx, env, config)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	server, err := NewServer(env, daemon)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := notifySystemd(ctx, env, l.Addr())
	env.Log.Info("ready", "address", l.Addr().String(), "version", Version())
	err = server.Serve(ctx, l)
	cancel() // Serve also ends when accepting fails
	<-stopped
	env.Log.Info("stopped")
	return err
}

// CheckStart returns what keeps a daemon from starting in its environment and can
// be known beforehand: where it is to listen, and what its section misses there. A
// section that needs something of the environment, such as secrets, tells by a
// method CheckEnv.
func CheckStart(env Env, section Section) error {
	err := CheckListen(env)
	if needy, ok := section.(interface{ CheckEnv(Env) error }); ok {
		err = errors.Join(err, needy.CheckEnv(env))
	}
	return err
}

// PrintConfig writes the effective configuration as TOML. No secret is in a
// section; the tokens and keys have files of their own. A section that completes what is left
// out only when it is used tells by a method InForce what it comes to.
func PrintConfig(w io.Writer, sections map[string]any) error {
	sections = maps.Clone(sections)
	for name, section := range sections {
		if partial, ok := section.(interface{ InForce() any }); ok {
			sections[name] = partial.InForce()
		}
	}
	enc := toml.NewEncoder(w)
	enc.SetTablesInline(false)
	return enc.Encode(sections)
}
