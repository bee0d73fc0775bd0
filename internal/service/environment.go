package service

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/term"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// version is set by the linker for a release.
var version = "dev"

// Version is the version of this build.
func Version() string {
	if version != "dev" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "dev-" + s.Value[:12]
			}
		}
	}
	return version
}

// Env is what a daemon is given: the shared configuration and the means that
// every daemon needs. A daemon takes all it uses from here and from its own
// section.
type Env struct {
	Service string
	Fleet   Fleet
	Peers   Peers
	Secrets Secrets
	Log     *slog.Logger
	Metrics *prometheus.Registry
	HTTP    *http.Client // for calls to peers

	transport *http.Transport
}

// NewEnv prepares the environment of one daemon.
func NewEnv(service string, f Fleet, peers Peers, secrets Secrets, log *slog.Logger) (Env, error) {
	transport, err := peerTransport(f)
	if err != nil {
		return Env{}, err
	}
	if err := checkPeers(peers); err != nil {
		return Env{}, err
	}
	if err := CheckPortOffset(f.PortOffset); err != nil {
		return Env{}, fmt.Errorf("port_offset %w", err)
	}
	if _, err := newGuard(f, secrets.Tokens); err != nil {
		return Env{}, err
	}
	return Env{
		Service: service, Fleet: f, Peers: peers, Secrets: secrets,
		Log: log.With("service", service), Metrics: newRegistry(service, Version(), f.Data),
		HTTP: &http.Client{Transport: transport}, transport: transport,
	}, nil
}

func checkPeers(peers Peers) error {
	for name, base := range peers {
		if _, known := Port(name); !known {
			return fmt.Errorf("[peers]: there is no daemon %q", name)
		}
		if err := CheckURL(base); err != nil {
			return fmt.Errorf("[peers] %s %w", name, err)
		}
	}
	return nil
}

// CheckURL returns what keeps base from being the address of a daemon, worded to
// follow the name of the setting. The error does not hold base, which may hold a
// password.
func CheckURL(base string) error {
	return CheckAddress(base, "http://127.0.0.1:3110", "a token belongs in AUTH_TOKEN")
}

// CheckAddress is the same for other addresses, with an example of them, and with where their
// secrets belong.
func CheckAddress(base, example, secret string) error {
	u, err := url.Parse(base)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("has to be a URL like %s", example)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return fmt.Errorf("has to be a URL like %s, with no user, query or fragment in it; %s", example, secret)
	}
	return nil
}

// Transport gives a transport of its own for calls to peers, which gives up on
// an answer whose header does not come within patience (0: never).
func (e Env) Transport(patience time.Duration) *http.Transport {
	t := e.transport.Clone()
	t.ResponseHeaderTimeout = patience
	return t
}

// Peer gives the client for another daemon, called on this daemon's account.
func (e Env) Peer(name string) wire.Client {
	return wire.Client{Service: name, Base: e.PeerURL(name), Token: e.Secrets.Tokens.Current.Reveal(), HTTP: e.HTTP}
}

// PeerURL gives the base URL of another daemon: [peers], else its well-known
// port on this box.
func (e Env) PeerURL(name string) string {
	if u := e.Peers[name]; u != "" {
		return strings.TrimSuffix(u, "/")
	}
	scheme, host := "http", e.Fleet.Bind
	if e.Fleet.TLSCert != "" {
		scheme = "https"
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(ports[name]+e.Fleet.PortOffset))
}

// probeTimeout bounds the question whether a peer answers.
const probeTimeout = time.Second

// Unreachable asks the peers whether they are alive, all at once, and gives a
// reason for /ready for each that is not.
func (e Env) Unreachable(ctx context.Context, peers ...string) []string {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	silent := make([]bool, len(peers))
	var probes sync.WaitGroup
	for i, name := range peers {
		probes.Go(func() {
			client := e.Peer(name)
			silent[i] = client.JSON(ctx, http.MethodGet, "/health", nil, nil, nil) != nil
		})
	}
	probes.Wait()
	var reasons []string
	for i, name := range peers {
		if silent[i] {
			reasons = append(reasons, name+" does not answer")
		}
	}
	return reasons
}

// Listen gives the address that this daemon listens on.
func (e Env) Listen() string {
	return net.JoinHostPort(e.Fleet.Bind, strconv.Itoa(ports[e.Service]+e.Fleet.PortOffset))
}

// peerTransport is what daemons call each other with. Answers stream for as long
// as they like; only the making of a connection is bounded.
func peerTransport(f Fleet) (*http.Transport, error) {
	transport := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true,
		WriteBufferSize:       64 << 10,
		ReadBufferSize:        64 << 10,
	}
	if f.TLSCA != "" {
		pem, err := os.ReadFile(f.TLSCA)
		if err != nil {
			return nil, fmt.Errorf("tls_ca: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls_ca: %s holds no certificate", f.TLSCA)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return transport, nil
}

// NewLog makes the logger: text on a terminal, JSON elsewhere, unless the
// configuration says.
func NewLog(w io.Writer, f Fleet) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil {
		return nil, fmt.Errorf("log_level: %q is none of debug, info, warn, error", f.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	file, isFile := w.(*os.File)
	switch terminal := isFile && term.IsTerminal(int(file.Fd())); {
	case f.LogFormat == "text", f.LogFormat == "auto" && terminal:
		return slog.New(slog.NewTextHandler(w, options)), nil
	case f.LogFormat == "json", f.LogFormat == "auto":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, fmt.Errorf("log_format: %q is none of auto, json, text", f.LogFormat)
}
