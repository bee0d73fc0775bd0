package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// smallSize is up to where an object is held in memory, so that its bytes are
// signed and can be sent again.
const smallSize = 256 << 10

// Put stores an object as its length allows.
func (s *Store) Put(ctx context.Context, w backend.Write) (storage.Object, bool, error) {
	if err := s.find(ctx); err != nil {
		return storage.Object{}, false, err
	}
	created, err := s.isFree(ctx, w)
	if err != nil {
		return storage.Object{}, false, err
	}
	body := &source{Reader: w.Body}
	var etag string
	switch {
	case w.Size < 0:
		etag, err = s.putUnknown(ctx, w, body)
	case w.Size <= smallSize:
		etag, err = s.putSmall(ctx, w, body)
	default:
		etag, err = s.putStream(ctx, w, body)
	}
	switch {
	case body.err != nil:
		return storage.Object{}, false, body.err
	case err != nil:
		return storage.Object{}, false, s.refused(ctx, w, err)
	}
	return storage.Object{Key: w.Key, Size: body.read, ETag: etag, ModifiedAt: time.Now().UTC()}, created, nil
}

// isFree tells whether a write makes a new key. S3 does not say it of an
// unconditional PUT, so it is asked before: of two writers that race, both may
// be told that they were the first.
func (s *Store) isFree(ctx context.Context, w backend.Write) (bool, error) {
	if w.Cond != (storage.Condition{}) {
		return w.Cond.IfNoneMatch, nil
	}
	_, err := s.Head(ctx, w.Key)
	if errors.Is(err, storage.ErrObjectNotFound) {
		return true, nil
	}
	return false, err
}

// refused is the problem of a write that failed at the endpoint.
func (s *Store) refused(ctx context.Context, w backend.Write, err error) error {
	err = s.problem(ctx, w.Key, err)
	if w.Cond.IfMatch != "" && errors.Is(err, storage.ErrObjectNotFound) {
		return storage.ErrPreconditionFailed.Errorf("there is no object %q to replace", w.Key)
	}
	return err
}

func (s *Store) putSmall(ctx context.Context, w backend.Write, body *source) (string, error) {
	b := make([]byte, w.Size)
	if _, err := io.ReadFull(body, b); err != nil {
		return "", body.incomplete(w.Size)
	}
	return s.putBytes(ctx, w, b)
}

func (s *Store) putBytes(ctx context.Context, w backend.Write, b []byte) (string, error) {
	var options []func(*awss3.Options)
	if w.Cond != (storage.Condition{}) {
		options = append(options, once)
	}
	out, err := s.client.PutObject(ctx, s.putInput(w, bytes.NewReader(b), int64(len(b))), options...)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

// putStream sends a body that cannot be sent twice. Its bytes are not signed;
// its length is, so S3 stores all of them or none.
func (s *Store) putStream(ctx context.Context, w backend.Write, body *source) (string, error) {
	out, err := s.client.PutObject(ctx, s.putInput(w, body, w.Size), once,
		awss3.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware))
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

func (s *Store) putInput(w backend.Write, body io.Reader, size int64) *awss3.PutObjectInput {
	in := &awss3.PutObjectInput{Bucket: &s.bucket, Key: &w.Key, Body: body, ContentLength: &size}
	in.IfMatch, in.IfNoneMatch = conditions(w.Cond)
	return in
}

func conditions(c storage.Condition) (ifMatch, ifNoneMatch *string) {
	if c.IfMatch != "" {
		ifMatch = &c.IfMatch
	}
	if c.IfNoneMatch {
		ifNoneMatch = aws.String("*")
	}
	return ifMatch, ifNoneMatch
}

// source is the client's body. It keeps the body's own error, which the library
// would bury, and counts.
type source struct {
	io.Reader
	read int64
	err  error
}

func (r *source) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// incomplete is the error of a body that ended too early.
func (r *source) incomplete(size int64) error {
	if r.err == nil {
		r.err = storage.ErrIncomplete.Errorf("%d bytes came of %d", r.read, size)
	}
	return r.err
}
