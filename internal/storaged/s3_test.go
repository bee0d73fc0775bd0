package storaged_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// eachS3 runs a test on a real MinIO and a real versitygw.
func eachS3(t *testing.T, run func(*testing.T, service.S3)) {
	t.Run("minio", func(t *testing.T) { run(t, testbed.StartMinIO(t)) })
	t.Run("versitygw", func(t *testing.T) {
		secret, _ := testbed.StartVersityGW(t)
		run(t, secret)
	})
}

// TestTwoOverOneBucket: conditions hold between two storageds that share a
// bucket in S3.
func TestTwoOverOneBucket(t *testing.T) {
	eachS3(t, func(t *testing.T, secret service.S3) {
		both := []*subject{serve(t, s3Config(), secret), serve(t, s3Config(), secret)}
		both[0].mustPut(t, "counter", []byte("0"))
		var group sync.WaitGroup
		for w := range 6 {
			group.Go(func() {
				for range 5 {
					if err := both[w%2].increment(t, "counter"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		both[0].wantObject(t, "counter", []byte("30"))
	})
}

// TestEndpointDown: an endpoint that is down, at the start or later, is a 503
// that names it and nothing secret; when it comes up, storaged works.
func TestEndpointDown(t *testing.T) {
	eachS3(t, func(t *testing.T, secret service.S3) {
		wall := newWall(t, &secret)
		wall.closed.Store(true)
		s := serve(t, s3Config(), secret)
		s.wantDown(t, secret)
		wall.closed.Store(false)
		s.do(t, "GET", "/ready", nil, nil).wants(t, 200, "")
		body := noise(1, 6<<20)
		s.mustPut(t, "x/y.bin", body)
		wall.closed.Store(true)
		wall.cut()
		s.wantDown(t, secret)
		wall.closed.Store(false)
		s.wantObject(t, "x/y.bin", body)
	})
}

func (s *subject) wantDown(t *testing.T, secret service.S3) {
	t.Helper()
	for name, call := range map[string]func() error{
		"put": func() error {
			_, _, err := s.Put(t.Context(), "x", strings.NewReader("x"), 1, storage.Condition{})
			return err
		},
		"get":    func() error { _, _, err := s.fetch(t, "x"); return err },
		"list":   func() error { _, err := s.List(t.Context(), "", "", "", 0); return err },
		"delete": func() error { return s.Delete(t.Context(), "x") },
	} {
		err := call()
		var p *wire.Problem
		if !errors.As(err, &p) || !errors.Is(err, wire.ErrUnavailable) || p.RetryAfter == 0 || !strings.Contains(p.Detail, secret.Endpoint) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(err.Error(), secret.AccessKeyID) {
			t.Errorf("%s: the error shows the key", name)
		}
	}
	ready := s.do(t, "GET", "/ready", nil, nil)
	ready.wants(t, 503, "not_ready")
	if !strings.Contains(string(ready.body), secret.Endpoint) {
		t.Errorf("/ready does not name the endpoint: %s", ready.body)
	}
}

// TestConnectionCutInAWrite: a connection to S3 that breaks in the middle of an
// object leaves the previous one, whatever the S3 makes of half a request.
func TestConnectionCutInAWrite(t *testing.T) {
	eachS3(t, func(t *testing.T, secret service.S3) {
		wall := newWall(t, &secret)
		s := serve(t, s3Config(), secret)
		s.mustPut(t, "x", []byte("before"))
		for _, size := range []int{60 << 10, 2 << 20, 11 << 20} {
			for _, cond := range []storage.Condition{{}, {IfMatch: s.wantObject(t, "x", []byte("before")).ETag}} {
				wall.limit.Store(int64(min(size/2, 3<<20))) // of a part, too
				wall.cut()
				_, _, err := s.Put(t.Context(), "x", bytes.NewReader(noise(1, size)), int64(size), cond)
				if !errors.Is(err, wire.ErrUnavailable) {
					t.Errorf("%d bytes, %+v: %v", size, cond, err)
				}
				wall.limit.Store(0)
				wall.cut()
				s.wantObject(t, "x", []byte("before"))
			}
		}
		s.mustPut(t, "x", noise(2, 11<<20))
	})
}

// TestCutUploadLeavesNoParts: the parts of a write that its client cut are
// removed from S3.
func TestCutUploadLeavesNoParts(t *testing.T) {
	eachS3(t, func(t *testing.T, secret service.S3) {
		s := serve(t, s3Config(), secret)
		body := io.MultiReader(bytes.NewReader(noise(1, 11<<20)), failing{})
		if r, err := s.try("PUT", objectPath("x"), nil, body); err == nil {
			t.Fatalf("a cut write was answered %d", r.status)
		}
		// storaged learns of the cut after its client: ask until it has cleaned up.
		client := awss3.New(awss3.Options{
			BaseEndpoint: &secret.Endpoint, Region: secret.Region, UsePathStyle: true,
			Credentials: credentials.NewStaticCredentialsProvider(secret.AccessKeyID, secret.SecretAccessKey.Reveal(), ""),
		})
		for left := -1; left != 0; {
			out, err := client.ListMultipartUploads(t.Context(), &awss3.ListMultipartUploadsInput{Bucket: &secret.Bucket, Prefix: aws.String("x")})
			if err != nil {
				t.Fatal(err)
			}
			left = len(out.Uploads)
		}
		s.wantNoObject(t, "x")
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the client vanished") }

// TestWrongKey: a key that S3 refuses is told by the name of its section.
func TestWrongKey(t *testing.T) {
	eachS3(t, func(t *testing.T, secret service.S3) {
		secret.SecretAccessKey = service.NewSecret("a-wrong-secret")
		s := serve(t, s3Config(), secret)
		_, _, err := s.Put(t.Context(), "x", strings.NewReader("x"), 1, storage.Condition{})
		if !errors.Is(err, wire.ErrUnavailable) || !strings.Contains(err.Error(), "[s3.primary]") || strings.Contains(err.Error(), "a-wrong-secret") {
			t.Errorf("put: %v", err)
		}
	})
}

// TestBucketIsNotMade: with create_bucket = false a bucket that is not there is
// told, and not made.
func TestBucketIsNotMade(t *testing.T) {
	eachS3(t, func(t *testing.T, secret service.S3) {
		c := s3Config()
		c.CreateBucket = false
		s := serve(t, c, secret)
		_, err := s.List(t.Context(), "", "", "", 0)
		if !errors.Is(err, wire.ErrUnavailable) || !strings.Contains(err.Error(), secret.Bucket) || !strings.Contains(err.Error(), "create_bucket") {
			t.Errorf("list: %v", err)
		}
	})
}

// wall stands between storaged and an S3, and breaks connections.
type wall struct {
	behind string
	closed atomic.Bool  // new connections are dropped
	limit  atomic.Int64 // bytes to S3 after which a connection breaks; 0: none
	mu     sync.Mutex
	conns  map[net.Conn]bool
}

// newWall puts a wall before the S3 and points the secret at it.
func newWall(t *testing.T, secret *service.S3) *wall {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wall{behind: strings.TrimPrefix(secret.Endpoint, "http://"), conns: map[net.Conn]bool{}}
	secret.Endpoint = "http://" + l.Addr().String()
	var pumps sync.WaitGroup
	pumps.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			pumps.Go(func() { w.serve(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		w.cut()
		pumps.Wait()
	})
	return w
}

func (w *wall) serve(conn net.Conn) {
	defer conn.Close()
	if w.closed.Load() {
		return
	}
	s3, err := net.Dial("tcp", w.behind)
	if err != nil {
		return
	}
	defer s3.Close()
	w.mu.Lock()
	w.conns[conn] = true
	w.mu.Unlock()
	var answers sync.WaitGroup
	answers.Go(func() {
		_, _ = io.Copy(conn, s3) // ends when either end does
	})
	var requests io.Reader = conn
	if limit := w.limit.Load(); limit > 0 {
		requests = io.LimitReader(conn, limit)
	}
	_, _ = io.Copy(s3, requests) // likewise
	// Half a request, and then the end of the stream, as a killed client leaves it.
	_ = s3.(*net.TCPConn).CloseWrite()
	answers.Wait()
}

// cut breaks all connections that there are.
func (w *wall) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for conn := range w.conns {
		conn.Close()
	}
	clear(w.conns)
}
