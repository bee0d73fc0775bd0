package storaged

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/s3"
)

// Config is the section [storaged]:
//
//	[storaged]
//	backend = "s3"                 # or "local", the default
//	bucket = "lakehouse-go-primary"
//
//	[storaged.buckets.archive]     # one more bucket, called with ?bucket=archive
//	backend = "s3"
//	secret = "cold"                # [s3.cold] of the secrets file
type Config struct {
	Backend string `toml:"backend"` // of the default bucket: "local" or "s3"
	// Bucket is the default bucket's name; "": the one of the S3 secret, else
	// storage.DefaultBucket. Locations in tables hold it: s3://BUCKET/KEY.
	Bucket              string                  `toml:"bucket"`
	Secret              string                  `toml:"secret"`                // NAME of [s3.NAME] in the secrets file
	CreateBucket        bool                    `toml:"create_bucket"`         // make an S3 bucket that is not there
	MaxObjectBytes      int64                   `toml:"max_object_bytes"`      // at most 5 GiB
	MaxConcurrentWrites int                     `toml:"max_concurrent_writes"` // of users, and as many again of daemons; more are refused; one to S3 takes up to 5 MiB of memory
	ReserveBytes        int64                   `toml:"reserve_bytes"`         // of a local bucket's disk, kept free; 0: the larger of 1 GiB and 2% of it
	Buckets             map[string]BucketConfig `toml:"buckets"`               // by name
}

// BucketConfig is one section [storaged.buckets.NAME].
type BucketConfig struct {
	Backend string `toml:"backend"` // "": as the default bucket's
	Secret  string `toml:"secret"`  // "": as the default bucket's
}

// Defaults keeps objects on the local disk.
func Defaults() Config {
	return Config{
		Backend:             backendLocal,
		Secret:              "primary",
		CreateBucket:        true,
		MaxObjectBytes:      256 << 20,
		MaxConcurrentWrites: 64,
	}
}

const (
	backendLocal = "local"
	backendS3    = "s3"
	maxObject    = 5 << 30
)

// bucketName is what S3 takes; a local bucket may become one.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// place says where one bucket is.
type place struct {
	name    string
	backend string
	root    string     // of a local bucket
	secret  string     // NAME of the S3 section
	s3      service.S3 // of an S3 bucket
}

// Check tells what of the section can never work, without looking at secrets.
func (c Config) Check() error {
	switch {
	case c.MaxObjectBytes < 1 || c.MaxObjectBytes > maxObject:
		return fmt.Errorf("[storaged] max_object_bytes: %d is not between 1 and %d", c.MaxObjectBytes, int64(maxObject))
	case c.ReserveBytes < 0:
		return fmt.Errorf("[storaged] reserve_bytes: %d is negative; 0 keeps the larger of 1 GiB and 2%% of the disk", c.ReserveBytes)
	case c.MaxConcurrentWrites < 1:
		return fmt.Errorf("[storaged] max_concurrent_writes: %d is less than 1", c.MaxConcurrentWrites)
	}
	if err := checkBucket(c.Bucket, c.Backend); err != nil {
		return fmt.Errorf("[storaged] %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Buckets)) {
		if err := checkBucket(name, c.Buckets[name].orElse(c).Backend); err != nil {
			return fmt.Errorf("[storaged.buckets.%s] %w", name, err)
		}
	}
	return nil
}

// CheckEnv tells what a section that passes Check misses in its environment: the
// secrets of its buckets in S3.
func (c Config) CheckEnv(env service.Env) error {
	if c.Check() != nil {
		return nil // Check says it
	}
	_, err := c.places(env)
	return err
}

func checkBucket(name, backend string) error {
	switch {
	case name != "" && !bucketName.MatchString(name):
		return fmt.Errorf("bucket %q: a name is 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at both ends", name)
	case backend != backendLocal && backend != backendS3:
		return fmt.Errorf("backend %q is neither \"local\" nor \"s3\"", backend)
	}
	return nil
}

// places gives the buckets of a configuration that passed Check, the default
// one first.
func (c Config) places(env service.Env) ([]place, error) {
	name := c.Bucket
	if name == "" && c.Backend == backendS3 {
		name = env.Secrets.S3[c.Secret].Bucket
	}
	if name == "" {
		name = storage.DefaultBucket
	}
	first, err := newPlace(env, name, BucketConfig{Backend: c.Backend, Secret: c.Secret})
	if err != nil {
		return nil, fmt.Errorf("[storaged] %w", err)
	}
	all := []place{first}
	for _, other := range slices.Sorted(maps.Keys(c.Buckets)) {
		if other == name {
			return nil, fmt.Errorf("[storaged.buckets.%s] is the default bucket already; remove one of them", other)
		}
		p, err := newPlace(env, other, c.Buckets[other].orElse(c))
		if err != nil {
			return nil, fmt.Errorf("[storaged.buckets.%s] %w", other, err)
		}
		all = append(all, p)
	}
	return all, nil
}

// InS3 tells whether any bucket is in S3.
func (c Config) InS3() bool {
	for _, b := range c.Buckets {
		if b.orElse(c).Backend == backendS3 {
			return true
		}
	}
	return c.Backend == backendS3
}

// S3Buckets gives the buckets in S3 of a configuration that passed Check, as storaged
// opens them.
func (c Config) S3Buckets(env service.Env) ([]s3.Config, error) {
	places, err := c.places(env)
	if err != nil {
		return nil, err
	}
	var buckets []s3.Config
	for _, p := range places {
		if p.backend == backendS3 {
			buckets = append(buckets, c.s3(p))
		}
	}
	return buckets, nil
}

func (c Config) s3(p place) s3.Config {
	return s3.Config{Bucket: p.name, SecretName: p.secret, Secret: p.s3, Create: c.CreateBucket, Writes: newSlots(c.MaxConcurrentWrites).total()}
}

func (b BucketConfig) orElse(c Config) BucketConfig {
	if b.Backend == "" {
		b.Backend = c.Backend
	}
	if b.Secret == "" {
		b.Secret = c.Secret
	}
	return b
}

func newPlace(env service.Env, name string, c BucketConfig) (place, error) {
	p := place{name: name, backend: c.Backend, secret: c.Secret}
	if c.Backend == backendLocal {
		p.root = LocalRoot(env.Fleet.Data, name)
		return p, nil
	}
	secret := env.Secrets.S3[c.Secret]
	if err := checkS3(c.Secret, secret, cmp.Or(env.Fleet.SecretsFile, "the file that [fleet] secrets_file names")); err != nil {
		return p, err
	}
	if !bucketName.MatchString(name) {
		return p, fmt.Errorf("bucket %q of [s3.%s] is no name that S3 takes", name, c.Secret)
	}
	p.s3 = secret
	return p, nil
}

// checkS3 tells what the section [s3.NAME] of a secrets file lacks.
func checkS3(name string, secret service.S3, file string) error {
	if secret.Endpoint == "" || secret.AccessKeyID == "" || secret.SecretAccessKey.Reveal() == "" {
		return fmt.Errorf("backend \"s3\" needs [s3.%s] with endpoint, access_key_id and secret_access_key in %s", name, file)
	}
	if u, err := url.Parse(secret.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("the endpoint of [s3.%s] is no URL; write it like http://127.0.0.1:9000", name)
	}
	return nil
}
