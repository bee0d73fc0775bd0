package doctor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// inS3 is a fleet whose objects are in S3.
func inS3(t *testing.T, s3 service.S3) Fleet {
	t.Helper()
	f := healthy(t)
	f.Storaged.Backend = "s3"
	f.Secrets.S3 = map[string]service.S3{"primary": s3}
	return f
}

func TestS3(t *testing.T) {
	wants(t, s3(t.Context(), healthy(t)), "s3_endpoint", Skip, "local")
	real := testbed.StartMinIO(t)
	f := inS3(t, real)
	wants(t, s3(t.Context(), f), "s3_bucket", Warn, "create_bucket", real.Bucket)
	f.Storaged.CreateBucket = false
	wants(t, s3(t.Context(), f), "s3_bucket", Fail, "make the bucket")

	env := testbed.NewEnv(t, "storaged")
	env.Secrets = f.Secrets
	c := storaged.Defaults()
	c.Backend = "s3"
	bucket := testbed.StartStoragedWith(t, env, c)
	found := s3(t.Context(), f)
	for _, code := range []string{"s3_endpoint", "s3_clock", "s3_key", "s3_bucket", "s3_writes"} {
		wants(t, found, code, OK)
	}
	if left, err := bucket.List(t.Context(), "", "", "", 0); err != nil || len(left.Objects) > 0 {
		t.Errorf("left in the bucket: %v, %v", left.Objects, err)
	}

	wrong := real
	wrong.SecretAccessKey = service.NewSecret("a-wrong-secret")
	found = s3(t.Context(), inS3(t, wrong))
	wants(t, found, "s3_key", Fail, "[s3.primary]")
	if strings.Contains(fmt.Sprint(found), "a-wrong-secret") {
		t.Error("the key is shown")
	}
	down := real
	down.Endpoint = "http://" + testbed.FreeAddress(t)
	wants(t, s3(t.Context(), inS3(t, down)), "s3_endpoint", Fail, "start the S3 server", down.Endpoint)
	f.Secrets.S3 = nil
	wants(t, s3(t.Context(), f), "s3_endpoint", Fail, "secrets file")
}

// TestS3ThatIsNotGoodEnough: its clock is wrong, or it does not keep conditions.
func TestS3ThatIsNotGoodEnough(t *testing.T) {
	for _, c := range []struct {
		skew   time.Duration
		status Status
	}{{-time.Hour, Fail}, {20 * time.Minute, Fail}, {-5 * time.Minute, Warn}, {0, OK}} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(c.skew).UTC().Format(http.TimeFormat))
			w.Header().Set("ETag", `"00000000000000000000000000000001"`)
			if r.Method == http.MethodGet {
				_, _ = w.Write([]byte(`<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>`))
			}
		}))
		found := s3(t.Context(), inS3(t, service.S3{
			Endpoint: server.URL, Bucket: storage.DefaultBucket, AccessKeyID: "k", SecretAccessKey: service.NewSecret("s"), UsePathStyle: true,
		}))
		wants(t, found, "s3_clock", c.status, server.URL)
		wants(t, found, "s3_writes", Fail, "If-None-Match", "use an S3 server with conditional writes")
		server.Close()
	}
}
