package duck

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// S3 lets query workers read objects straight from one bucket, by DuckDB's extension
// httpfs. A statement reads the very objects that its views name, and no others: each
// set of objects gets an instance of its own, locked over it.
type S3 struct {
	Extension string `json:"extension"` // path of httpfs.duckdb_extension
	Endpoint  string `json:"endpoint"`  // http://HOST[:PORT] or https://HOST[:PORT]
	Region    string `json:"region"`
	Bucket    string `json:"bucket"`
	PathStyle bool   `json:"path_style"` // the bucket is in the path and not in the host's name
	// KeyID and Secret are the key that workers read with. It best may do nothing
	// else. They reach the worker by its pipe and DuckDB by a statement of its own;
	// no error holds them.
	KeyID  string `json:"key_id"`
	Secret string `json:"secret"`
	// Certificates is a file of the authorities that may vouch for an https endpoint.
	Certificates string `json:"certificates"`
}

// ObjectURL names an object as a file of a [View].
func ObjectURL(bucket, key string) string { return "s3://" + bucket + "/" + key }

// String hides the key.
func (s S3) String() string { return s.Endpoint + "/" + s.Bucket }

func (s *S3) validate() error {
	_, _, err := s.address()
	switch {
	case err != nil:
		return err
	case !filepath.IsAbs(s.Extension):
		return errors.New("duck: S3.Extension must be an absolute path")
	case s.secure() && !filepath.IsAbs(s.Certificates):
		return errors.New("duck: S3.Certificates must be an absolute path, for an https endpoint")
	}
	return nil
}

func (s *S3) secure() bool { return strings.HasPrefix(s.Endpoint, "https://") }

// address gives the endpoint's host, with its port where it names one, and the port.
func (s *S3) address() (host string, port uint16, err error) {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", 0, errors.New("duck: S3.Endpoint must be http://HOST[:PORT] or https://HOST[:PORT]")
	}
	text := u.Port()
	if text == "" {
		text = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	n, err := strconv.ParseUint(text, 10, 16)
	return u.Host, uint16(n), err
}

// named tells that the endpoint's host is a name, which has to be looked up.
func (s *S3) named() bool {
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return true
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err != nil
}

// loadSQL loads the extension.
func (s *S3) loadSQL() string { return "LOAD " + Literal(s.Extension) + ";" }

// settings are the extension's, for objects that never change under their key and
// for no other server than the endpoint.
func (s *S3) settings() []setting {
	settings := []setting{
		{"enable_global_s3_configuration", "false", "false"},
		{"merge_http_secret_into_s3_request", "false", "false"},
		{"httpfs_enable_credential_refresh", "false", "false"},
		{"s3_url_compatibility_mode", "true", "true"}, // no globs, no options in a URL
		{"auto_fallback_to_full_download", "false", "false"},
		{"enable_http_metadata_cache", "true", "true"},
		{"enable_server_cert_verification", "true", "true"},
		{"enable_curl_server_cert_verification", "true", "true"},
		{"httpfs_client_implementation", "'curl'", "curl"},
		{"http_retries", "3", "3"},
		{"http_timeout", "30", "30"}, // seconds
	}
	if s.Certificates != "" {
		settings = append(settings, setting{"ca_cert_file", Literal(s.Certificates), s.Certificates})
	}
	return settings
}

// secretSQL gives DuckDB the key, if there is one, for this bucket alone.
func (s *S3) secretSQL() (string, error) {
	host, _, err := s.address()
	if err != nil || s.KeyID == "" {
		return "", err
	}
	style := "vhost"
	if s.PathStyle {
		style = "path"
	}
	return fmt.Sprintf("CREATE SECRET bucket (TYPE s3, PROVIDER config, SCOPE %s, KEY_ID %s, SECRET %s, REGION %s, ENDPOINT %s, URL_STYLE %s, USE_SSL %t);",
		Literal(ObjectURL(s.Bucket, "")), Literal(s.KeyID), Literal(s.Secret), Literal(s.Region), Literal(host), Literal(style), s.secure()), nil
}

// withoutKey is for an instance that reads nothing.
func (s *S3) withoutKey() *S3 {
	without := *s
	without.KeyID, without.Secret = "", ""
	return &without
}

// hide takes the key out of a text, whoever put it there.
func (s *S3) hide(text string) string {
	for _, secret := range []string{s.Secret, s.KeyID} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "(secret)")
		}
	}
	return text
}
