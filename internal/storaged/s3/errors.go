package s3

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// retry is how long a caller is asked to wait for an endpoint that is down.
const retry = 2 * time.Second

// What is the matter, in the field "reason" of a problem that the operator can mend.
const (
	ReasonKeyRefused = "key_refused"
	ReasonNoBucket   = "no_bucket"
)

// problem says what an error of the library means to a client of storaged.
func (s *Store) problem(ctx context.Context, key string, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return ctx.Err()
	}
	var p *wire.Problem
	if errors.As(err, &p) {
		return p
	}
	switch code := code(err); code {
	case "NoSuchKey":
		return storage.ErrObjectNotFound.Errorf("no object %q", key)
	case "NoSuchBucket":
		s.found.Store(false)
		return s.unavailable("has no bucket %q any more", s.bucket).With("reason", ReasonNoBucket).Because(err)
	case "PreconditionFailed", "ConditionalRequestConflict":
		return s.conditionFailed(key)
	case "InvalidRange":
		return storage.ErrRange.Errorf("the range lies outside the object %q", key)
	case "KeyTooLongError", "XMinioInvalidObjectName", "XMinioInvalidResourceName", "XMinioParentIsObject", "XMinioObjectExistsAsDirectory", "ObjectParentIsFile", "ExistingObjectIsDirectory":
		return storage.ErrBadKey.Errorf("the S3 endpoint %s does not take the key %q (%s); choose another", s.endpoint, key, code).Because(err)
	case "XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody", "RequestTimeout", "NoSuchUpload":
		return s.unavailable("did not get all bytes (%s); try again", code).Because(err)
	case "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded":
		return storage.ErrStorageFull.Errorf("the S3 endpoint %s is full (%s); free space there and try again", s.endpoint, code).After(retry).Because(err)
	}
	switch status := status(err); status {
	case http.StatusNotFound:
		return storage.ErrObjectNotFound.Errorf("no object %q", key)
	case http.StatusPreconditionFailed:
		return s.conditionFailed(key)
	case http.StatusRequestedRangeNotSatisfiable:
		return storage.ErrRange.Errorf("the range lies outside the object %q", key)
	case http.StatusUnauthorized, http.StatusForbidden:
		return s.unavailable("refuses the key of [s3.%s]; check it in the secrets file, and what it may do", s.secret).With("reason", ReasonKeyRefused).Because(err)
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return wire.ErrInternal.Errorf("the S3 endpoint %s refused the request (%d %s)", s.endpoint, status, code(err)).Because(err)
	}
	return s.unavailable("does not answer as it should; it may be starting: try again, or look at its log").Because(err)
}

func (s *Store) conditionFailed(key string) error {
	return storage.ErrPreconditionFailed.Errorf("the object %q is not as the condition says: read it again", key)
}

func (s *Store) unavailable(format string, args ...any) *wire.Problem {
	return wire.ErrUnavailable.Errorf("the S3 endpoint "+s.endpoint+" "+format, args...).
		With("service", "s3").With("endpoint", s.endpoint).After(retry)
}

// code gives S3's code of an error, "" where S3 gave none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// status gives the HTTP status of an error, 0 where no answer came.
func status(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// brief says of an error what an operator needs, in a few words.
func brief(err error) string {
	var p *wire.Problem
	switch c := code(err); {
	case errors.As(err, &p):
		return p.Detail
	case c != "":
		return c
	}
	return "no answer"
}
