package service

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// BadGatewayURL is what [GatewayClient] says of a name of the gateway that is no URL:
// a wrong call, and no fault of a file.
type BadGatewayURL struct{ error }

// GatewayClient gives the client for the gateway's /v1: of the gateway that is named,
// else of the one in LAKEHOUSE_GATEWAY, else of the one that the configuration of this
// folder places, which `lakehouse up` would start. AUTH_TOKEN is its token. Nothing is
// called, and of the configuration no daemon's section is looked into. The client is one of
// [OnlyGateway].
func GatewayClient(named string) (wire.Client, error) {
	token := os.Getenv("AUTH_TOKEN")
	if err := checkTokenText("AUTH_TOKEN", token); err != nil {
		return wire.Client{}, err
	}
	setting, base := "--gateway", named
	if base == "" {
		setting, base = "LAKEHOUSE_GATEWAY", os.Getenv("LAKEHOUSE_GATEWAY")
	}
	if base == "" {
		return configuredGateway(token)
	}
	if err := CheckURL(base); err != nil {
		return wire.Client{}, BadGatewayURL{fmt.Errorf("%s %w", setting, err)}
	}
	base = strings.TrimSuffix(strings.TrimSuffix(base, "/"), "/v1")
	return OnlyGateway(wire.Client{Service: "gateway", Base: base + "/v1", Token: token}), nil
}

func configuredGateway(token string) (wire.Client, error) {
	env, err := callerEnv(token)
	if err != nil {
		return wire.Client{}, fmt.Errorf("%w; mend it, or name the gateway with --gateway", err)
	}
	client := env.Peer("gateway")
	client.Base += "/v1"
	return OnlyGateway(client), nil
}

// ConfiguredFleet is what the configuration of this folder says of the whole fleet, and the file
// that it is in, "" for none.
func ConfiguredFleet() (fleet Fleet, peers Peers, path string, err error) {
	fleet, peers = DefaultFleet(), Peers{}
	path, err = FindConfig("")
	if err == nil {
		err = LoadConfig(path, map[string]any{"fleet": &fleet, "peers": &peers}, os.Environ())
	}
	return fleet, peers, path, err
}

// callerEnv is the environment of who calls the fleet and is no part of it.
func callerEnv(token string) (Env, error) {
	fleet, peers, path, err := ConfiguredFleet()
	if err != nil {
		return Env{}, err
	}
	secrets := Secrets{Tokens: Tokens{Current: NewSecret(token)}}
	env, err := NewEnv("gateway", fleet, peers, secrets, slog.New(slog.DiscardHandler))
	if err != nil {
		return env, fmt.Errorf("%s: %w", cmp.Or(path, "environment"), err)
	}
	return env, nil
}
