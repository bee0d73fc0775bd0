// Package s3 keeps the objects of one bucket in S3: MinIO, versitygw, any other.
//
// Conditions are S3's own conditional writes, so they hold against every writer
// of the bucket, storaged or not. An object whose length is known is streamed in
// one PutObject; one of unknown length goes up in parts, and is completed only
// when its end was seen. Either way S3 shows nothing of a write that was cut. A
// conditional write is sent once: were it repeated after a lost answer, the
// winner would be told that it lost.
//
// An endpoint that does not answer is a 503 that names it; nothing here needs it
// at the start. What the endpoint and its keys are is never in an error, but for
// the endpoint's address.
package s3

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
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
	endpoint string // without user and path, for errors
	create   bool
	client   *awss3.Client
	conns    interface{ CloseIdleConnections() }
	found    atomic.Bool
	parts    chan []byte // free part buffers, nil until first used
}

// Open makes the store of a bucket. create makes the bucket when it is not
// there, at the first moment that the endpoint answers.
func Open(ctx context.Context, bucket, secretName string, secret service.S3, create bool, log *slog.Logger) *Store {
	client := newHTTPClient()
	region := secret.Region
	if region == "" {
		region = defaultRegion
	}
	s := &Store{
		bucket: bucket, secret: secretName, endpoint: address(secret.Endpoint), create: create, conns: client,
		parts: make(chan []byte, maxParts),
		client: awss3.New(awss3.Options{
			BaseEndpoint:     aws.String(secret.Endpoint),
			Region:           region,
			UsePathStyle:     secret.UsePathStyle,
			Credentials:      credentials.NewStaticCredentialsProvider(secret.AccessKeyID, secret.SecretAccessKey.Reveal(), ""),
			HTTPClient:       client,
			RetryMaxAttempts: maxAttempts,
			// Checksums in trailers are refused by some S3s and, without TLS, by
			// the library itself.
			RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
			ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		}),
	}
	for range maxParts {
		s.parts <- nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := s.find(ctx); err != nil {
		log.Warn("the bucket cannot be reached yet", "bucket", bucket, "endpoint", s.endpoint, "error", err)
	}
	return s
}

// address is what errors say of an endpoint: where it is, and nothing that
// could be a password.
func address(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "(an endpoint that is no URL)"
	}
	return u.Scheme + "://" + u.Host
}

// find makes sure, once, that the bucket is there.
func (s *Store) find(ctx context.Context) error {
	if s.found.Load() {
		return nil
	}
	_, err := s.client.HeadBucket(ctx, &awss3.HeadBucketInput{Bucket: &s.bucket})
	if status(err) == 404 {
		if !s.create {
			return s.unavailable("has no bucket %q; make it, or set create_bucket = true", s.bucket)
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

// Describe names the bucket; its objects have no folder.
func (s *Store) Describe() storage.Bucket {
	return storage.Bucket{Name: s.bucket, Backend: "s3"}
}

// Close gives the idle connections up.
func (s *Store) Close() error {
	s.conns.CloseIdleConnections()
	return nil
}

// once keeps the library from sending a request again.
func once(o *awss3.Options) { o.Retryer = aws.NopRetryer{} }
