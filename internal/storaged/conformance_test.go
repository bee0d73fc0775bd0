package storaged_test

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// testCap is the cap on objects in the suite: over two parts of a multipart
// upload.
const testCap = 11 << 20

// TestConformance holds every backend to the promises of package storage,
// through HTTP, as a client sees them. A case uses keys under its own name.
func TestConformance(t *testing.T) {
	t.Run("local", func(t *testing.T) {
		conform(t, serve(t, storaged.Defaults(), service.S3{}))
	})
	t.Run("minio", func(t *testing.T) {
		s := serve(t, s3Config(), testbed.StartMinIO(t))
		s.longSegments = false
		s.besideFolder = false // it stores `a/b`, and lists `a` alone
		s.readersBlock = true
		conform(t, s)
	})
	t.Run("versitygw", func(t *testing.T) {
		secret, _ := testbed.StartVersityGW(t)
		s := serve(t, s3Config(), secret)
		// Its objects are files under their keys.
		s.longSegments, s.besideFolder = false, false
		conform(t, s)
	})
}

func conform(t *testing.T, s *subject) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *subject)
	}{
		{"round-trip", roundTrip},
		{"replace", replaceObject},
		{"delete", deleteObject},
		{"keys", goodKeys},
		{"bad-keys", badKeys},
		{"conditional-writes", conditionalWrites},
		{"one-creator", oneCreator},
		{"one-creator-in-parts", oneCreatorInParts},
		{"compare-and-swap", compareAndSwap},
		{"unsupported-conditions", unsupportedConditions},
		{"empty-conditions", emptyConditions},
		{"ranges", ranges},
		{"read-preconditions", readPreconditions},
		{"read-one-version", readOneVersion},
		{"listing", listing},
		{"listing-pages", listingPages},
		{"listing-under-writes", listingUnderWrites},
		{"listing-parameters", listingParameters},
		{"cap", capOnSize},
		{"cut-short", cutShort},
		{"malformed", malformed},
		{"client-gone", clientGone},
		{"digest", contentDigest},
		{"write-slots", writeSlots},
		{"buckets", buckets},
		{"metrics", metricsShow},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

func s3Config() storaged.Config {
	c := storaged.Defaults()
	c.Backend = "s3"
	return c
}

func serve(t *testing.T, c storaged.Config, secret service.S3) *subject {
	t.Helper()
	c.MaxObjectBytes = testCap
	c.MaxConcurrentWrites = 12
	env := testbed.NewEnv(t, "storaged")
	env.Secrets.S3 = map[string]service.S3{"primary": secret}
	return &subject{Client: testbed.StartStoragedWith(t, env, c), config: c, longSegments: true, besideFolder: true}
}
