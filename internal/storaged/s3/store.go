// Package s3 keeps the objects of one bucket in S3: MinIO, versitygw, any other.
//
// Conditions are S3's own conditional writes, so they hold against every writer
// of the bucket, storaged or not. A conditional write is sent once: were it
// repeated after a lost answer, the winner would be told that it lost.
//
// Bytes go to S3 in pieces that are whole in memory and signed: a small object in
// one request, a larger one in parts that become an object when its end was
// seen. A body is never streamed through: not every S3 notices that a request
// was cut short, and what came of it would be an object.
//
// An endpoint that does not answer is a 503 that names it; nothing here needs it
// at the start. What the endpoint and its keys are is never in an error, but for
// the endpoint's address.
package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const (
	defaultRegion = "us-east-1" // what MinIO and most others take
	maxAttempts   = 3
	probeTimeout  = 2 * time.Second
)

// Store is a bucket in S3.
type Store struct {
	bucket   string
	secret   string // NAME of the [s3.NAME] section, for errors
	endpoint string // without user and path
	region   string
	style    bool // the bucket is in the path
	create   bool
	client   *awss3.Client
	conns    interface{ CloseIdleConnections() }
	found    atomic.Bool
	parts    chan struct{} // holds an element for each part in memory
	buffers  sync.Pool     // of *[partSize]byte
}

// Config says where a bucket is and how it is used.
type Config struct {
	Bucket     string
	SecretName string // of the [s3.NAME] section, for errors
	Secret     service.S3
	// Create makes the bucket when it is not there, at the first moment that the
	// endpoint answers.
	Create bool
	// Writes is how many writes there are at most at once. As many parts of
	// 5 MiB fit in memory, so a slow writer never keeps another from going on.
	Writes int
	// Silence is after how long without a byte the endpoint is taken for dead; 0: 30 s.
	Silence time.Duration
}

// Open makes the store of a bucket. It succeeds also while the endpoint is down.
func Open(ctx context.Context, c Config, log *slog.Logger) *Store {
	client := newHTTPClient(cmp.Or(c.Silence, defaultSilence))
	region := c.Secret.Region
	if region == "" {
		region = defaultRegion
	}
	s := &Store{
		bucket: c.Bucket, secret: c.SecretName, endpoint: service.S3Address(c.Secret.Endpoint), create: c.Create, conns: client,
		region: region, style: c.Secret.UsePathStyle,
		parts: make(chan struct{}, c.Writes),
		client: awss3.New(awss3.Options{
			BaseEndpoint:     aws.String(c.Secret.Endpoint),
			Region:           region,
			UsePathStyle:     c.Secret.UsePathStyle,
			Credentials:      credentials.NewStaticCredentialsProvider(c.Secret.AccessKeyID, c.Secret.SecretAccessKey.Reveal(), ""),
			HTTPClient:       client,
			RetryMaxAttempts: maxAttempts,
			// Checksums in trailers are refused by some S3s and, without TLS, by
			// the library itself.
			RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
			ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		}),
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := s.find(ctx); err != nil {
		log.Warn("the bucket cannot be reached yet", "bucket", c.Bucket, "endpoint", s.endpoint, "error", err)
	}
	return s
}

// find makes sure, once, that the bucket is there.
func (s *Store) find(ctx context.Context) error {
	if s.found.Load() {
		return nil
	}
	_, err := s.client.HeadBucket(ctx, &awss3.HeadBucketInput{Bucket: &s.bucket})
	if status(err) == 404 {
		if !s.create {
			return s.unavailable("has no bucket %q; make it, or set create_bucket = true", s.bucket).With("reason", ReasonNoBucket)
		}
		_, err = s.client.CreateBucket(ctx, &awss3.CreateBucketInput{Bucket: &s.bucket})
		var mine *types.BucketAlreadyOwnedByYou
		if errors.As(err, &mine) {
			err = nil
		}
	}
	if err != nil {
		return s.problem(ctx, "", err)
	}
	s.found.Store(true)
	return nil
}

// Ready asks the endpoint for the bucket.
func (s *Store) Ready(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	err := s.find(ctx)
	if err == nil {
		_, err = s.client.HeadBucket(ctx, &awss3.HeadBucketInput{Bucket: &s.bucket})
	}
	if err != nil {
		return []string{fmt.Sprintf("bucket %s: the S3 endpoint %s does not serve it: %s", s.bucket, s.endpoint, brief(err))}
	}
	return nil
}

// Describe says where the bucket is, for a reader that has a key.
func (s *Store) Describe() storage.Bucket {
	return storage.Bucket{Name: s.bucket, Backend: "s3", Endpoint: s.endpoint, Region: s.region, PathStyle: s.style, Secret: s.secret}
}

// Close gives the idle connections up.
func (s *Store) Close() error {
	s.conns.CloseIdleConnections()
	return nil
}

// once keeps the library from sending a request again.
func once(o *awss3.Options) { o.Retryer = aws.NopRetryer{} }
