package s3

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// Head describes the object.
func (s *Store) Head(ctx context.Context, key string) (storage.Object, error) {
	out, err := s.client.HeadObject(ctx, &awss3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return storage.Object{}, s.problem(ctx, key, err)
	}
	return storage.Object{Key: key, Size: aws.ToInt64(out.ContentLength), ETag: aws.ToString(out.ETag), ModifiedAt: aws.ToTime(out.LastModified).UTC()}, nil
}

// Get opens the object in one request, whatever the range.
func (s *Store) Get(ctx context.Context, key string, r *backend.Range) (*backend.Content, error) {
	in := &awss3.GetObjectInput{Bucket: &s.bucket, Key: &key}
	if r != nil {
		if r.First < 0 && r.Last == 0 {
			return nil, storage.ErrRange.Errorf("a range of the last 0 bytes selects nothing")
		}
		in.Range = aws.String(r.Header())
	} else {
		in.ChecksumMode = types.ChecksumModeEnabled
	}
	out, err := s.client.GetObject(ctx, in)
	if err != nil {
		return nil, s.problem(ctx, key, err)
	}
	c := &backend.Content{
		Object: storage.Object{Key: key, ETag: aws.ToString(out.ETag), ModifiedAt: aws.ToTime(out.LastModified).UTC()},
		Length: aws.ToInt64(out.ContentLength), Body: out.Body,
	}
	c.Size = c.Length
	if r == nil {
		c.Body = &sealed{ReadCloser: out.Body, left: c.Length}
	}
	if out.ContentRange != nil {
		var last int64
		if _, err := fmt.Sscanf(*out.ContentRange, "bytes %d-%d/%d", &c.Offset, &last, &c.Size); err != nil {
			out.Body.Close()
			return nil, s.unavailable("answered with a range that cannot be read").Because(err)
		}
		c.Partial = true
	}
	return c, nil
}

// Delete removes the object.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.find(ctx); err != nil {
		return err
	}
	_, err := s.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil && code(err) != "NoSuchKey" {
		return s.problem(ctx, key, err)
	}
	return nil
}

// List gives S3's own page. Objects that others put under names that are no
// keys here are left out, so a page may be short without being the last.
func (s *Store) List(ctx context.Context, p backend.Page) (storage.Listing, error) {
	if err := s.find(ctx); err != nil {
		return storage.Listing{}, err
	}
	in := &awss3.ListObjectsV2Input{Bucket: &s.bucket, MaxKeys: aws.Int32(int32(p.Limit)), EncodingType: types.EncodingTypeUrl}
	for value, into := range map[*string]**string{&p.Prefix: &in.Prefix, &p.Delimiter: &in.Delimiter, &p.Cursor: &in.ContinuationToken} {
		if *value != "" {
			*into = value
		}
	}
	out, err := s.client.ListObjectsV2(ctx, in)
	if err != nil {
		return storage.Listing{}, s.problem(ctx, p.Prefix, err)
	}
	decode := aws.ToString
	if out.EncodingType == types.EncodingTypeUrl {
		decode = decodeName
	}
	l := storage.Listing{Objects: []storage.Object{}, Prefixes: []string{}, NextCursor: out.NextContinuationToken}
	for _, o := range out.Contents {
		if key := decode(o.Key); storage.CheckKey(key) == nil {
			l.Objects = append(l.Objects, storage.Object{Key: key, Size: aws.ToInt64(o.Size), ETag: aws.ToString(o.ETag), ModifiedAt: aws.ToTime(o.LastModified).UTC()})
		}
	}
	for _, folded := range out.CommonPrefixes {
		if prefix := decode(folded.Prefix); storage.CheckPrefix(prefix) == nil {
			l.Prefixes = append(l.Prefixes, prefix)
		}
	}
	return l, nil
}

// decodeName reads a name that S3 escaped. One that it did not escape rightly
// becomes "", which is no key.
func decodeName(escaped *string) string {
	name, err := url.QueryUnescape(aws.ToString(escaped))
	if err != nil {
		return ""
	}
	return name
}
