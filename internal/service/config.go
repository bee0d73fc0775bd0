package service

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Fleet is the section [fleet]: what all daemons share.
type Fleet struct {
	Data         string   `toml:"data"`          // folder of everything that is kept
	Bind         string   `toml:"bind"`          // address to listen on, without a port
	PortOffset   int      `toml:"port_offset"`   // added to every well-known port
	AllowedHosts []string `toml:"allowed_hosts"` // Host names beside loopback, without a token
	AllowedIPs   []string `toml:"allowed_ips"`   // addresses or CIDRs of callers; empty: any
	AuthFile     string   `toml:"auth_file"`     // AUTH_TOKEN=..., one per line
	SecretsFile  string   `toml:"secrets_file"`  // [s3.NAME] sections
	TLSCert      string   `toml:"tls_cert"`
	TLSKey       string   `toml:"tls_key"`
	TLSCA        string   `toml:"tls_ca"` // trusted for calls to peers
	LogFormat    string   `toml:"log_format"`
	LogLevel     string   `toml:"log_level"`
	DrainTimeout Duration `toml:"drain_timeout"` // in-flight requests get this long at the end
	BodyIdle     Duration `toml:"body_idle"`     // an upload without a byte for this long is cut
}

// Peers is the section [peers]: the base URL of each daemon that is not at its
// well-known port on this box.
type Peers map[string]string

// DefaultFleet is a configuration that works on one box.
func DefaultFleet() Fleet {
	return Fleet{
		Data:         "./data",
		Bind:         "127.0.0.1",
		AuthFile:     "/etc/lakehouse/auth.env",
		SecretsFile:  "/etc/lakehouse/secrets-go.toml",
		LogFormat:    "auto",
		LogLevel:     "info",
		DrainTimeout: Duration(25 * time.Second),
		BodyIdle:     Duration(time.Minute),
	}
}

// Duration is a time.Duration written as "30s" in TOML and the environment.
type Duration time.Duration

// UnmarshalText reads "1m30s"; a bare number is refused, since it has no unit.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a duration; write it like \"30s\" or \"5m\"", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes the duration as it is read.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Std gives the duration as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// FindConfig gives the configuration file to read: the one named, else
// ./lakehouse.toml, else /etc/lakehouse/lakehouse.toml, else "" for defaults.
func FindConfig(named string) (string, error) {
	if named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("configuration file: %w", err)
		}
		return named, nil
	}
	for _, path := range []string{"lakehouse.toml", "/etc/lakehouse/lakehouse.toml"} {
		switch _, err := os.Stat(path); {
		case err == nil:
			return path, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("configuration file: %w", err)
		}
	}
	return "", nil
}

// LoadConfig reads the file at path ("": none) and then the environment into
// sections, a map from section name to a pointer to its struct, whose values
// are the defaults. It is strict: an unknown section, an unknown key or an
// unknown LAKEHOUSE_<SECTION>_<KEY> is an error that names it and its line.
// Sections of daemons that the caller did not ask for are not looked into.
func LoadConfig(path string, sections map[string]any, environ []string) error {
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("configuration file: %w", err)
		}
		if err := decodeSections(text, sections); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return overrideFromEnv(sections, environ)
}
