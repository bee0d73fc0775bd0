package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// A part is held in memory, so that its bytes are signed and can be sent again.
// An upload reads one part while it sends others, at most sending of them.
const (
	partSize     = 5 << 20 // the smallest that S3 takes
	sending      = 2
	abortTimeout = 10 * time.Second
)

// putLarge sends a body that ends within one part as one object, and one that
// does not in parts.
func (s *Store) putLarge(ctx context.Context, w backend.Write, body *source) (string, error) {
	p, err := s.readPart(ctx, body)
	if err != nil {
		return "", err
	}
	if p.last && (w.Cond == (storage.Condition{}) || len(p.bytes) <= smallSize) {
		defer s.release(p)
		return s.putBytes(ctx, w, p.bytes)
	}
	out, err := s.client.CreateMultipartUpload(ctx, &awss3.CreateMultipartUploadInput{Bucket: &s.bucket, Key: &w.Key})
	if err != nil {
		s.release(p)
		return "", err
	}
	etag, err := s.putParts(ctx, w, body, p, out.UploadId)
	if err != nil {
		return "", errors.Join(err, s.abort(ctx, w.Key, out.UploadId))
	}
	return etag, nil
}

// putParts sends the first part and all that follow. Once the body has ended,
// the upload becomes the object, under the write's condition.
func (s *Store) putParts(ctx context.Context, w backend.Write, body *source, p part, upload *string) (string, error) {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(sending)
	var sent []*types.CompletedPart
	var err error
	for {
		full, done := p, &types.CompletedPart{PartNumber: aws.Int32(int32(len(sent) + 1))}
		sent = append(sent, done)
		group.Go(func() error {
			defer s.release(full)
			return s.sendPart(groupCtx, w.Key, upload, full.bytes, done)
		})
		if full.last {
			break
		}
		if p, err = s.readPart(groupCtx, body); err != nil {
			break
		}
		if len(p.bytes) == 0 {
			s.release(p)
			break
		}
	}
	if err := errors.Join(group.Wait(), err); err != nil {
		return "", err
	}
	parts := make([]types.CompletedPart, len(sent))
	for i := range sent {
		parts[i] = *sent[i]
	}
	in := &awss3.CompleteMultipartUploadInput{
		Bucket: &s.bucket, Key: &w.Key, UploadId: upload, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}
	in.IfMatch, in.IfNoneMatch = conditions(w.Cond)
	out, err := s.client.CompleteMultipartUpload(ctx, in, once)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

func (s *Store) sendPart(ctx context.Context, key string, upload *string, b []byte, done *types.CompletedPart) error {
	out, err := s.client.UploadPart(ctx, &awss3.UploadPartInput{
		Bucket: &s.bucket, Key: &key, UploadId: upload, PartNumber: done.PartNumber,
		Body: bytes.NewReader(b), ContentLength: aws.Int64(int64(len(b))),
	})
	if err != nil {
		return err
	}
	done.ETag = out.ETag
	return nil
}

// abort drops the parts of an upload, also when the client has left.
func (s *Store) abort(ctx context.Context, key string, upload *string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	_, err := s.client.AbortMultipartUpload(ctx, &awss3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &key, UploadId: upload})
	return err
}

// part is a piece of a body; last tells that the body ended with it.
type part struct {
	bytes  []byte
	last   bool
	buffer *[partSize]byte // that bytes are in
}

// readPart waits for a place in memory and fills it. The caller releases the
// part. Unlike io.ReadFull it never takes a body that was cut short for one that
// ended. A body that ends where a part does has an empty last part.
func (s *Store) readPart(ctx context.Context, body io.Reader) (part, error) {
	select {
	case s.parts <- struct{}{}:
	case <-ctx.Done():
		return part{}, ctx.Err()
	}
	buffer, _ := s.buffers.Get().(*[partSize]byte)
	if buffer == nil {
		buffer = new([partSize]byte)
	}
	n, err := 0, error(nil)
	for n < partSize && err == nil {
		var m int
		m, err = body.Read(buffer[n:])
		n += m
	}
	p := part{bytes: buffer[:n], last: err == io.EOF, buffer: buffer}
	if err != nil && err != io.EOF {
		s.release(p)
		return part{}, err
	}
	return p, nil
}

func (s *Store) release(p part) {
	s.buffers.Put(p.buffer)
	<-s.parts
}
