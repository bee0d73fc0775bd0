package service

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unique"

	"github.com/pelletier/go-toml/v2"
)

// Secret is a text that shows itself nowhere: not in a log, an error, JSON or
// TOML, nor inside another value that is printed. Reveal is the only way to its
// text. The zero value holds none; two secrets with one text are equal.
type Secret struct{ text unique.Handle[string] }

const redacted = "(secret)"

// NewSecret hides text; the empty text is the zero Secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{unique.Make(text)}
}

// IsSet tells whether there is a text.
func (s Secret) IsSet() bool { return s != Secret{} }

// Reveal gives the text.
func (s Secret) Reveal() string {
	if !s.IsSet() {
		return ""
	}
	return s.text.Value()
}

// String hides the text, and says whether there is one.
func (s Secret) String() string {
	if !s.IsSet() {
		return ""
	}
	return redacted
}

// UnmarshalText takes the text from a configuration.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}

// MarshalText hides the text from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the text from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Tokens are the bearer tokens that a daemon accepts. An empty Current means
// that none is asked for.
type Tokens struct {
	Current Secret // full access; what daemons use among themselves
	Next    Secret // full access too, during a rotation
	Read    Secret // may read and query
}

func (t Tokens) check() error {
	switch {
	case !t.Current.IsSet() && (t.Next.IsSet() || t.Read.IsSet()):
		return errors.New("AUTH_TOKEN_NEXT or AUTH_TOKEN_READ is set without AUTH_TOKEN; set AUTH_TOKEN too")
	case t.Read.IsSet() && (t.Read == t.Current || t.Read == t.Next):
		return errors.New("AUTH_TOKEN_READ is the same as a token that may write; give it a text of its own")
	}
	return nil
}

// checkTokenText refuses a token that no header can carry. The error does not hold
// the token.
func checkTokenText(name, token string) error {
	if strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return fmt.Errorf("the value of %s holds a space, a control character or a letter beyond ASCII, which no header can carry; make one with: openssl rand -hex 32", name)
	}
	return nil
}

// S3 is one [s3.NAME] section of the secrets file.
type S3 struct {
	Endpoint        string  `toml:"endpoint"`
	Region          string  `toml:"region"`
	Bucket          string  `toml:"bucket"`
	AccessKeyID     string  `toml:"access_key_id"`
	SecretAccessKey Secret  `toml:"secret_access_key"`
	UsePathStyle    bool    `toml:"use_path_style"`
	Read            *S3Read `toml:"read"`
}

// S3Address is what may be said of an endpoint: where it is, and nothing that could be
// a password.
func S3Address(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "(an endpoint that is no URL)"
	}
	return u.Scheme + "://" + u.Host
}

// S3Read is a key that may only read, for query workers.
type S3Read struct {
	AccessKeyID     string `toml:"access_key_id"`
	SecretAccessKey Secret `toml:"secret_access_key"`
}

// Secrets is all that is secret in a configuration.
type Secrets struct {
	Tokens Tokens
	S3     map[string]S3
}

// LoadSecrets reads the tokens from the environment, else from the credential
// auth.env of systemd, else from the fleet's auth_file; the S3 sections from
// the credential secrets-go.toml, else from secrets_file. The default
// files may be missing: development needs none.
func LoadSecrets(f Fleet, getenv func(string) string) (Secrets, error) {
	var s Secrets
	credentials := getenv("CREDENTIALS_DIRECTORY")
	auth, path, err := firstFile(credentials, f.AuthFile, DefaultFleet().AuthFile)
	if err != nil {
		return s, err
	}
	file, err := parseEnvFile(auth)
	if err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	for name, token := range map[string]*Secret{"AUTH_TOKEN": &s.Tokens.Current, "AUTH_TOKEN_NEXT": &s.Tokens.Next, "AUTH_TOKEN_READ": &s.Tokens.Read} {
		text := cmp.Or(getenv(name), file[name])
		if err := checkTokenText(name, text); err != nil { // the file's have passed already
			return s, fmt.Errorf("environment: %w", err)
		}
		*token = NewSecret(text)
	}
	if err := s.Tokens.check(); err != nil {
		return s, err
	}
	text, path, err := firstFile(credentials, f.SecretsFile, DefaultFleet().SecretsFile)
	if err != nil {
		return s, err
	}
	var doc struct {
		S3 map[string]S3 `toml:"s3"`
	}
	dec := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := explainTOML(dec.Decode(&doc)); err != nil {
		return s, fmt.Errorf("%s: %w", path, redactTOML(err))
	}
	s.S3 = doc.S3
	return s, nil
}

// redactTOML keeps the position of a syntax error and drops its excerpt, which
// could be the secret itself.
func redactTOML(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(text)
}

// ReadKey reads the key of somebody else's API from the systemd credential of the file's name,
// else from the file: its one line, or what stands there behind the = of NAME=key. No error
// holds it.
func ReadKey(path string, getenv func(string) string) (Secret, error) {
	text, from, err := firstFile(getenv("CREDENTIALS_DIRECTORY"), path, "")
	if err != nil {
		return Secret{}, err
	}
	key := strings.TrimSpace(string(text))
	if name, value, ok := strings.Cut(key, "="); ok && strings.Contains(name, "_") && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
		key = strings.Trim(value, `"'`)
	}
	if key == "" {
		return Secret{}, fmt.Errorf("%s is empty; put the key into it", from)
	}
	return NewSecret(key), checkTokenText(from, key)
}

// firstFile reads the credential of that name, else the file at path. Only the
// default one may be missing: a path that somebody wrote down is meant.
func firstFile(credentials, path, absent string) (text []byte, from string, err error) {
	candidates := []string{path}
	if credentials != "" {
		candidates = []string{filepath.Join(credentials, filepath.Base(path)), path}
	}
	for _, from := range candidates {
		if from == "" {
			continue
		}
		text, err := os.ReadFile(from)
		if err == nil {
			return text, from, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, from, fmt.Errorf("secrets: %w", err)
		}
	}
	if path != "" && path != absent {
		return nil, path, fmt.Errorf("secrets: there is no file %s; make it, or take its key out of the configuration", path)
	}
	return nil, path, nil
}

// parseEnvFile reads KEY=value lines as systemd's EnvironmentFile does for plain
// values: comments, blank lines, optional quotes. It knows the names of the
// tokens only: a misspelt one would leave the door open.
func parseEnvFile(text []byte) (map[string]string, error) {
	values := map[string]string{}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for line := 1; scanner.Scan(); line++ {
		entry := strings.TrimSpace(scanner.Text())
		if entry == "" || entry[0] == '#' || entry[0] == ';' {
			continue
		}
		name, value, ok := strings.Cut(entry, "=")
		if !ok {
			return nil, fmt.Errorf("line %d is not KEY=value", line)
		}
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch name {
		case "AUTH_TOKEN", "AUTH_TOKEN_NEXT", "AUTH_TOKEN_READ":
		default:
			return nil, fmt.Errorf("line %d sets none of AUTH_TOKEN, AUTH_TOKEN_NEXT, AUTH_TOKEN_READ", line)
		}
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		if err := checkTokenText(name, value); err != nil {
			return nil, fmt.Errorf("line %d: %w; a comment needs a line of its own", line, err)
		}
		values[name] = value
	}
	return values, scanner.Err()
}
