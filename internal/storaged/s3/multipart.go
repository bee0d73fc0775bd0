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

	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// An object of unknown length goes up in parts of partSize, each held in memory
// so that it can be sent again. At most maxParts are held at a time; further
// uploads wait.
const (
	partSize     = 8 << 20
	maxParts     = 16
	abortTimeout = 10 * time.Second
)

// putUnknown sends a body that ends within one part as it would a small object,
// and one that does not in parts.
func (s *Store) putUnknown(ctx context.Context, w backend.Write, body *source) (string, error) {
	part, err := s.takePart(ctx)
	if err != nil {
		return "", err
	}
	defer func() { s.parts <- part }()
	n, last, err := fill(body, part)
	if err != nil {
		return "", err
	}
	if last {
		return s.putBytes(ctx, w, part[:n])
	}
	out, err := s.client.CreateMultipartUpload(ctx, &awss3.CreateMultipartUploadInput{Bucket: &s.bucket, Key: &w.Key})
	if err != nil {
		return "", err
	}
	etag, err := s.putParts(ctx, w, body, part, out.UploadId)
	if err != nil {
		return "", errors.Join(err, s.abort(ctx, w.Key, out.UploadId))
	}
	return etag, nil
}

// putParts sends the first part, which is full, and all that follow. The upload
// becomes the object, under the write's condition, once the body has ended.
func (s *Store) putParts(ctx context.Context, w backend.Write, body *source, part []byte, upload *string) (string, error) {
	var parts []types.CompletedPart
	for n, last := len(part), false; n > 0; {
		number := int32(len(parts) + 1)
		out, err := s.client.UploadPart(ctx, &awss3.UploadPartInput{
			Bucket: &s.bucket, Key: &w.Key, UploadId: upload, PartNumber: &number,
			Body: bytes.NewReader(part[:n]), ContentLength: aws.Int64(int64(n)),
		})
		if err != nil {
			return "", err
		}
		parts = append(parts, types.CompletedPart{ETag: out.ETag, PartNumber: &number})
		if last {
			break
		}
		if n, last, err = fill(body, part); err != nil {
			return "", err
		}
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

// abort drops the parts of an upload, also when the client has left.
func (s *Store) abort(ctx context.Context, key string, upload *string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	_, err := s.client.AbortMultipartUpload(ctx, &awss3.AbortMultipartUploadInput{Bucket: &s.bucket, Key: &key, UploadId: upload})
	return err
}

func (s *Store) takePart(ctx context.Context) ([]byte, error) {
	select {
	case part := <-s.parts:
		if part == nil {
			part = make([]byte, partSize)
		}
		return part, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fill reads a part; last tells that the body ended with it. Unlike
// io.ReadFull it never takes a body that was cut short for one that ended.
func fill(body io.Reader, part []byte) (n int, last bool, err error) {
	for n < len(part) && err == nil {
		var m int
		m, err = body.Read(part[n:])
		n += m
	}
	if err == io.EOF {
		return n, true, nil
	}
	return n, false, err
}
