package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// smallSize is up to where a conditional write goes in one request. A server may
// judge the condition and hang up before it has read the body, and only of a
// small one does its answer still arrive.
const smallSize = 64 << 10

// Put stores an object: in one request where it is small, else in parts.
func (s *Store) Put(ctx context.Context, w backend.Write) (storage.Object, bool, error) {
	if err := s.find(ctx); err != nil {
		return storage.Object{}, false, err
	}
	small := w.Size >= 0 && w.Size <= smallSize
	created, err := s.check(ctx, w, small)
	if err != nil {
		return storage.Object{}, false, err
	}
	body := &source{Reader: w.Body}
	var etag string
	if small {
		etag, err = s.putSmall(ctx, w, body)
	} else {
		etag, err = s.putLarge(ctx, w, body)
	}
	switch {
	case body.err != nil:
		return storage.Object{}, false, body.err
	case err != nil:
		return storage.Object{}, false, s.refused(ctx, w, err)
	}
	return storage.Object{Key: w.Key, Size: body.read, ETag: etag, ModifiedAt: time.Now().UTC()}, created, nil
}

// check tells whether a write makes a new key, and refuses one whose condition
// does not hold already now, before its body is sent. S3 does not say of an
// unconditional PUT whether it replaced something, so it is asked before: of two
// writers that race, both may be told that they were the first.
func (s *Store) check(ctx context.Context, w backend.Write, small bool) (created bool, err error) {
	if small && w.Cond != (storage.Condition{}) {
		return w.Cond.IfNoneMatch, nil
	}
	object, err := s.Head(ctx, w.Key)
	switch {
	case errors.Is(err, storage.ErrObjectNotFound) && w.Cond.IfMatch == "":
		return true, nil
	case err != nil:
		return false, s.refused(ctx, w, err)
	case w.Cond.IfNoneMatch, w.Cond.IfMatch != "" && w.Cond.IfMatch != object.ETag:
		return false, s.conditionFailed(w.Key)
	}
	return false, nil
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
	out, err := s.client.PutObject(ctx, s.putInput(w, b), options...)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

func (s *Store) putInput(w backend.Write, b []byte) *awss3.PutObjectInput {
	in := &awss3.PutObjectInput{Bucket: &s.bucket, Key: &w.Key, Body: bytes.NewReader(b), ContentLength: aws.Int64(int64(len(b))), ChecksumCRC32C: checksum(b)}
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
