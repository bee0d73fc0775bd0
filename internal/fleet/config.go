package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/gateway"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
)

// Config is a whole lakehouse.toml.
type Config struct {
	Fleet    service.Fleet
	Peers    service.Peers
	Storaged storaged.Config
	Catalogd catalogd.Config
	Ingestd  ingestd.Config
	Queryd   queryd.Config
	Embedd   embedd.Config
	Vectord  vectord.Config
	Gateway  gateway.Config
}

// Defaults is a configuration that works on one box without a file.
func Defaults() Config {
	return Config{
		Fleet:    service.DefaultFleet(),
		Peers:    service.Peers{},
		Storaged: storaged.Defaults(),
		Catalogd: catalogd.Defaults(),
		Ingestd:  ingestd.Defaults(),
		Queryd:   queryd.Defaults(),
		Embedd:   embedd.Defaults(),
		Vectord:  vectord.Defaults(),
		Gateway:  gateway.Defaults(),
	}
}

// Load reads the configuration file ("" finds one, or takes the defaults) and
// the environment over the defaults, every section strictly. Data becomes an
// absolute path.
func Load(named string, environ []string) (Config, error) {
	c := Defaults()
	path, err := service.FindConfig(named)
	if err != nil {
		return c, err
	}
	if err := service.LoadConfig(path, c.Sections(), environ); err != nil {
		return c, err
	}
	c.Fleet.Data, err = filepath.Abs(c.Fleet.Data)
	if err != nil {
		return c, fmt.Errorf("data folder: %w", err)
	}
	return c, nil
}

// Check returns all that keeps a fleet of this configuration from starting and
// that can be known beforehand.
func (c Config) Check(secrets service.Secrets) error {
	log, err := service.NewLog(io.Discard, c.Fleet)
	errs := []error{err}
	for _, m := range c.members() {
		errs = append(errs, m.section.Check())
	}
	if most := c.Storaged.MaxObjectBytes; most < vectord.LeastObjectBytes {
		errs = append(errs, fmt.Errorf("[storaged] max_object_bytes: %d is less than %d, the least that vectord's indexes get along with", most, vectord.LeastObjectBytes))
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	for _, m := range c.members() {
		env, err := service.NewEnv(m.name, c.Fleet, c.Peers, secrets, log)
		if err != nil { // the same for every daemon
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, service.CheckStart(env, m.section))
	}
	return errors.Join(errs...)
}

// Sections names the parts of the configuration as the file does.
func (c *Config) Sections() map[string]any {
	return map[string]any{
		"fleet": &c.Fleet, "peers": &c.Peers, "storaged": &c.Storaged, "catalogd": &c.Catalogd,
		"ingestd": &c.Ingestd, "queryd": &c.Queryd, "embedd": &c.Embedd, "vectord": &c.Vectord, "gateway": &c.Gateway,
	}
}

// member is one daemon of the fleet, its section and how it is built.
type member struct {
	name    string
	section service.Section
	build   func(context.Context, service.Env) (*service.Daemon, error)
}

// members lists the daemons, each after those that it calls.
func (c Config) members() []member {
	return []member{
		newMember("storaged", c.Storaged, storaged.New),
		newMember("catalogd", c.Catalogd, catalogd.New),
		newMember("queryd", c.Queryd, queryd.New),
		newMember("ingestd", c.Ingestd, ingestd.New),
		newMember("embedd", c.Embedd, embedd.New),
		newMember("vectord", c.Vectord, vectord.New),
		newMember("gateway", c.Gateway, gateway.New),
	}
}

// Names lists the daemons of a fleet, each after those that it calls.
func Names() []string {
	var names []string
	for _, m := range Defaults().members() {
		names = append(names, m.name)
	}
	return names
}

func newMember[C service.Section](name string, config C, build service.New[C]) member {
	return member{name, config, func(ctx context.Context, env service.Env) (*service.Daemon, error) { return build(ctx, env, config) }}
}
