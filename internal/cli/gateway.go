package cli

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// client gives the client for the gateway's /v1: of the gateway that is named,
// else of the one that the configuration of this folder places.
func (g *Globals) client() (wire.Client, error) {
	token := os.Getenv("AUTH_TOKEN")
	name, base := "--gateway", g.Gateway
	if base == "" {
		name, base = "LAKEHOUSE_GATEWAY", os.Getenv("LAKEHOUSE_GATEWAY")
	}
	if base == "" {
		return configured(token)
	}
	if err := service.CheckURL(base); err != nil {
		return wire.Client{}, usageError{fmt.Errorf("%s %w", name, err)}
	}
	base = strings.TrimSuffix(strings.TrimSuffix(base, "/"), "/v1")
	return wire.Client{Service: "gateway", Base: base + "/v1", Token: token}, nil
}

// configured gives the client for the gateway that `lakehouse up` would start in
// this folder. The sections of the daemons are not looked into.
func configured(token string) (wire.Client, error) {
	env, err := configuration(token)
	if err != nil {
		return wire.Client{}, fmt.Errorf("%w; mend it, or name the gateway with --gateway", err)
	}
	client := env.Peer("gateway")
	client.Base += "/v1"
	return client, nil
}

func configuration(token string) (service.Env, error) {
	fleet, peers := service.DefaultFleet(), service.Peers{}
	path, err := service.FindConfig("")
	if err != nil {
		return service.Env{}, err
	}
	if err := service.LoadConfig(path, map[string]any{"fleet": &fleet, "peers": &peers}, os.Environ()); err != nil {
		return service.Env{}, err
	}
	secrets := service.Secrets{Tokens: service.Tokens{Current: service.NewSecret(token)}}
	env, err := service.NewEnv("gateway", fleet, peers, secrets, slog.New(slog.DiscardHandler))
	if err != nil {
		return env, fmt.Errorf("%s: %w", cmp.Or(path, "environment"), err)
	}
	return env, nil
}
