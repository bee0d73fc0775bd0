package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	stores3 "git.agentview.dev/profit/golanglakehouse/internal/storaged/s3"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// S3 refuses requests that are signed at another time than its own.
const (
	mostSkew = 15 * time.Minute
	muchSkew = time.Minute
)

// s3 looks at every bucket of the configuration that is in S3.
func s3(ctx context.Context, f Fleet) []Check {
	if !f.Storaged.InS3() {
		return skip("s3_endpoint", "objects are on local disk: [storaged] backend is \"local\"")
	}
	env, err := service.NewEnv("storaged", f.Settings, f.Peers, f.Secrets, slog.New(slog.DiscardHandler))
	if err != nil {
		return skip("s3_endpoint", "%s", oneLine(err.Error()))
	}
	buckets, err := f.Storaged.S3Buckets(env)
	if err != nil {
		return trouble("s3_endpoint", Fail, "write the section into the secrets file", "%s", oneLine(err.Error()))
	}
	var found []Check
	for _, b := range buckets {
		found = append(found, s3Bucket(ctx, b)...)
	}
	return found
}

func s3Bucket(ctx context.Context, c stores3.Config) []Check {
	address := service.S3Address(c.Secret.Endpoint)
	found, reached := endpoint(ctx, address)
	if !reached {
		return found
	}
	create := c.Create
	c.Create = false
	store := stores3.Open(ctx, c, slog.New(slog.DiscardHandler))
	defer store.Close()
	_, err := store.List(ctx, backend.Page{Limit: 1})
	var p *wire.Problem
	reason := ""
	if errors.As(err, &p) {
		reason, _ = p.Fields["reason"].(string)
	}
	switch {
	case err == nil:
	case reason == stores3.ReasonKeyRefused:
		return append(found, trouble("s3_key", Fail, fmt.Sprintf("correct access_key_id and secret_access_key of [s3.%s], or what that key may do at %s", c.SecretName, address), "%s", p.Detail)...)
	case reason == stores3.ReasonNoBucket && create:
		return append(found, trouble("s3_bucket", Warn, "start the fleet: storaged makes it, for create_bucket is true", "%s has no bucket %s yet", address, c.Bucket)...)
	case reason == stores3.ReasonNoBucket:
		return append(found, trouble("s3_bucket", Fail, "make the bucket, or set [storaged] create_bucket = true", "%s has no bucket %s", address, c.Bucket)...)
	default:
		return append(found, trouble("s3_bucket", Fail, "look at the log of the S3 server", "bucket %s: %s", c.Bucket, oneLine(err.Error()))...)
	}
	found = append(found, ok("s3_key", "the key of [s3.%s] is taken", c.SecretName)...)
	found = append(found, ok("s3_bucket", "bucket %s is there", c.Bucket)...)
	return append(found, conditionalWrites(ctx, store, c.Bucket)...)
}

// endpoint asks for any answer, and what time it is there.
func endpoint(ctx context.Context, address string) (found []Check, reached bool) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address+"/", nil)
	if err != nil {
		return trouble("s3_endpoint", Fail, "correct endpoint in the secrets file", "%s is no URL", address), false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return trouble("s3_endpoint", Fail, "start the S3 server, or correct endpoint in the secrets file", "%s does not answer: %v", address, errors.Unwrap(err)), false
	}
	resp.Body.Close()
	found = ok("s3_endpoint", "%s answers", address)
	there, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return append(found, skip("s3_clock", "%s does not say what time it is there", address)...), true
	}
	return append(found, skewed(address, time.Since(there))...), true
}

func skewed(address string, skew time.Duration) []Check {
	const fix = "timedatectl set-ntp true, here and there"
	evidence := fmt.Sprintf("this box's clock is %s from that of %s", skew.Abs().Truncate(time.Second), address)
	switch {
	case skew.Abs() > mostSkew:
		return trouble("s3_clock", Fail, fix, "%s, which refuses requests over %s", evidence, mostSkew)
	case skew.Abs() > muchSkew:
		return trouble("s3_clock", Warn, fix, "%s", evidence)
	}
	return ok("s3_clock", "%s", evidence)
}

// conditionalWrites makes an object of its own, sees that a second writer is refused,
// and removes it. The catalog stands on that.
func conditionalWrites(ctx context.Context, store *stores3.Store, bucket string) (found []Check) {
	key := "system/doctor/" + time.Now().UTC().Format("20060102T150405.000000000")
	write := func(cond storage.Condition) (storage.Object, error) {
		o, _, err := store.Put(ctx, backend.Write{Key: key, Body: strings.NewReader("x"), Size: 1, Cond: cond})
		return o, err
	}
	const fix = "use an S3 server with conditional writes (If-None-Match and If-Match on PUT), as MinIO and versitygw have"
	first, err := write(storage.Condition{IfNoneMatch: true})
	if err != nil {
		return trouble("s3_writes", Fail, "let the key write into the bucket; else "+fix, "bucket %s: a write under If-None-Match failed: %s", bucket, oneLine(err.Error()))
	}
	defer func() {
		if err := store.Delete(context.WithoutCancel(ctx), key); err != nil {
			found = trouble("s3_writes", Fail, "let the key delete in the bucket", "bucket %s: %s cannot be removed: %s", bucket, key, oneLine(err.Error()))
		}
	}()
	if _, err := write(storage.Condition{IfNoneMatch: true}); !errors.Is(err, storage.ErrPreconditionFailed) {
		return trouble("s3_writes", Fail, fix, "bucket %s: If-None-Match did not keep a second writer out", bucket)
	}
	if _, err := write(storage.Condition{IfMatch: `"` + strings.Repeat("0", 32) + `"`}); !errors.Is(err, storage.ErrPreconditionFailed) {
		return trouble("s3_writes", Fail, fix, "bucket %s: If-Match let a write over another version pass", bucket)
	}
	if _, err := write(storage.Condition{IfMatch: first.ETag}); err != nil {
		return trouble("s3_writes", Fail, fix, "bucket %s: If-Match refused the right version: %s", bucket, oneLine(err.Error()))
	}
	return ok("s3_writes", "bucket %s keeps If-None-Match and If-Match", bucket)
}
