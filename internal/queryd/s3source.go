package queryd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/httpfs"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// s3Source has workers read objects straight from their bucket.
type s3Source struct{ s3 duck.S3 }

func (s s3Source) String() string { return s.s3.String() }

func (s s3Source) allow(c *duck.Config) { c.S3 = &s.s3 }

func (s s3Source) same(other source) bool { return s == other }

// open names the objects. The worker looks at them itself.
func (s s3Source) open(_ context.Context, objects []catalog.DataObject) ([]string, func(), error) {
	urls := make([]string, len(objects))
	for i, o := range objects {
		urls[i] = duck.ObjectURL(s.s3.Bucket, o.Key)
	}
	return urls, func() {}, nil
}

// judge: a bucket without the objects may be the wrong one by now.
func (s s3Source) judge(err error) error {
	if errors.Is(err, duck.ErrDamaged) {
		return fmt.Errorf("%w: %w", errStale, err)
	}
	return err
}

// newS3Source gives the way to a bucket that storaged has in S3. Its error says what
// is missing for it here.
func (e *engines) newS3Source(b storage.Bucket) (source, error) {
	if e.noS3 != nil {
		return nil, e.noS3
	}
	extension, err := e.config.Extension()
	if err != nil {
		return nil, err
	}
	secret, ok := e.secrets[b.Secret]
	section := "[s3." + b.Secret + "]"
	switch {
	case !ok:
		return nil, fmt.Errorf("%s, with which storaged reaches bucket %s, is not in the secrets file here; add it, best with %s", section, b.Name, readSection(section))
	case strings.TrimSuffix(secret.Endpoint, "/") != b.Endpoint: // one with a path is never the same
		return nil, fmt.Errorf("the endpoint of %s here is %s, and storaged's is %s; make them the same, without a path", section, service.S3Address(secret.Endpoint), b.Endpoint)
	case isLoopback(b.Endpoint) && e.elsewhere:
		return nil, fmt.Errorf("the endpoint %s is on storaged's own box, which is another one; give %s an address that both can reach", b.Endpoint, section)
	}
	s := duck.S3{
		Extension: extension, Endpoint: b.Endpoint, Region: b.Region, Bucket: b.Name, PathStyle: b.PathStyle,
	}
	if s.KeyID, s.Secret, err = e.readKey(section, secret); err != nil {
		return nil, err
	}
	if strings.HasPrefix(b.Endpoint, "https://") {
		s.Certificates, err = certificates()
	}
	return s3Source{s}, err
}

// readKey gives the key that may only read where there is one, else the other.
func (e *engines) readKey(section string, secret service.S3) (id, text string, err error) {
	id, text = secret.AccessKeyID, secret.SecretAccessKey.Reveal()
	if secret.Read != nil {
		section = readSection(section)
		id, text = secret.Read.AccessKeyID, secret.Read.SecretAccessKey.Reveal()
	} else {
		e.log.Warn("query workers read with a key that may write too; give them one that may only read", "section", readSection(section))
	}
	if id == "" || text == "" {
		return "", "", fmt.Errorf("%s lacks access_key_id or secret_access_key; give it both, or take it out", section)
	}
	return id, text, nil
}

func readSection(section string) string { return strings.TrimSuffix(section, "]") + ".read]" }

// Extension gives the path of DuckDB's httpfs, which the configuration names or which
// lies where it is looked for. Its error says how to get one that fits.
func (c Config) Extension() (string, error) {
	if c.HTTPFS != "" {
		return c.HTTPFS, httpfs.Check(c.HTTPFS)
	}
	program, _ := os.Executable()
	home, _ := os.UserHomeDir()
	path, err := httpfs.Find(httpfs.Places(program, home))
	if errors.Is(err, httpfs.ErrNotFound) {
		err = fmt.Errorf("%w; get it with: %s; or name its file by [queryd] httpfs", err, httpfs.Remedy())
	}
	return path, err
}

// isLoopback tells that a URL's host is this box, whoever asks.
func isLoopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(u.Hostname())
	return err == nil && address.IsLoopback() || u.Hostname() == "localhost"
}

// certificates gives the file of the authorities that this box trusts: the one that
// SSL_CERT_FILE names, which Go takes as well, else the system's.
func certificates() (string, error) {
	for _, path := range []string{
		os.Getenv("SSL_CERT_FILE"),
		"/etc/ssl/certs/ca-certificates.crt", // Debian, Arch, Gentoo
		"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
		"/etc/ssl/ca-bundle.pem",             // openSUSE
		"/etc/ssl/cert.pem",                  // Alpine
	} {
		if _, err := os.Stat(cmp.Or(path, "/nonexistent")); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no file of certificate authorities was found, with which an https endpoint is checked; install ca-certificates, or name one by SSL_CERT_FILE")
}
