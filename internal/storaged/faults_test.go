package storaged_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/s3"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// always and first are faults of every request, and of the first of each kind alone.
func always(fault testbed.Fault) func(*http.Request) testbed.Fault {
	return func(*http.Request) testbed.Fault { return fault }
}

func first(fault testbed.Fault) func(*http.Request) testbed.Fault {
	var seen sync.Map
	return func(r *http.Request) testbed.Fault {
		if _, again := seen.LoadOrStore(r.Method+r.URL.Path, true); again {
			return testbed.None
		}
		return fault
	}
}

// operations are the ways to storaged, over an object "x" that is there.
func (s *subject) operations(t *testing.T, body []byte) map[string]func() error {
	return map[string]func() error{
		"get": func() error {
			got, _, err := s.fetch(t, "x")
			if err == nil && !bytes.Equal(got, body) {
				t.Error("a GET gave other bytes than were stored, and no error")
			}
			return err
		},
		"head": func() error { _, err := s.Head(t.Context(), "x"); return err },
		"list": func() error { _, err := s.List(t.Context(), "", "", "", 0); return err },
		"put": func() error {
			_, _, err := s.Put(t.Context(), "y", bytes.NewReader(body), int64(len(body)), storage.Condition{})
			return err
		},
		"delete": func() error { return s.Delete(t.Context(), "z") },
	}
}

// TestFaultsOfS3: one that passes is not noticed; one that stays is a 503 that asks to
// come again; no wrong byte passes for a right one.
func TestFaultsOfS3(t *testing.T) {
	eachS3(t, func(t *testing.T, secret service.S3) {
		faults := testbed.NewFaults(t, &secret)
		s := serve(t, s3Config(), secret)
		body := noise(1, 300<<10)
		s.mustPut(t, "x", body)
		s.wantSpoiltAnswersRefused(t, faults, body)
		s.wantSpoiltUploadsRefused(t, faults, body)
		s.wantOnceWritten(t, faults)
	})
	t.Run("in passing and for good", func(t *testing.T) {
		secret := testbed.StartMinIO(t)
		faults := testbed.NewFaults(t, &secret)
		s := serve(t, s3Config(), secret)
		body := noise(1, 300<<10)
		s.mustPut(t, "x", body)
		for name, fault := range map[string]testbed.Fault{"busy": testbed.Busy, "reset": testbed.Reset} {
			faults.Set(first(fault))
			together(s.operations(t, body), func(operation string, err error) {
				if err != nil {
					t.Errorf("%s, once %s: %v", operation, name, err)
				}
			})
		}
		faults.Set(always(testbed.Busy))
		together(s.operations(t, body), func(operation string, err error) {
			var p *wire.Problem
			if !errors.As(err, &p) || p.Kind.Status != http.StatusServiceUnavailable || p.RetryAfter == 0 {
				t.Errorf("%s, always busy: %v", operation, err)
			}
		})
		faults.Set(nil)
	})
}

// together runs operations at the same time, since each waits before it tries again.
func together(operations map[string]func() error, ended func(operation string, err error)) {
	var group sync.WaitGroup
	for operation, do := range operations {
		group.Go(func() { ended(operation, do()) })
	}
	group.Wait()
}

func (s *subject) wantSpoiltAnswersRefused(t *testing.T, faults *testbed.Faults, body []byte) {
	t.Helper()
	for name, fault := range map[string]testbed.Fault{"wrong": testbed.WrongAnswer, "cut": testbed.CutAnswer} {
		faults.Set(always(fault))
		if got, _, err := s.fetch(t, "x"); err == nil {
			t.Errorf("an answer with %s bytes passed: %d", name, len(got))
		}
	}
	faults.Set(nil)
	s.wantObject(t, "x", body)
}

func (s *subject) wantSpoiltUploadsRefused(t *testing.T, faults *testbed.Faults, body []byte) {
	t.Helper()
	for _, size := range []int{1 << 10, 300 << 10, 11 << 20} {
		faults.Set(func(r *http.Request) testbed.Fault {
			if r.Method == http.MethodPut {
				return testbed.WrongUpload
			}
			return testbed.None
		})
		sent := noise(2, size)
		if _, _, err := s.Put(t.Context(), "x", bytes.NewReader(sent), int64(size), storage.Condition{}); !errors.Is(err, wire.ErrUnavailable) {
			t.Errorf("%d bytes that changed on their way: %v", size, err)
		}
		faults.Set(nil)
		s.wantObject(t, "x", body)
	}
}

// wantOnceWritten: a conditional write is sent once, or its winner could be told that
// it lost.
func (s *subject) wantOnceWritten(t *testing.T, faults *testbed.Faults) {
	t.Helper()
	faults.Set(func(r *http.Request) testbed.Fault {
		if r.Method == http.MethodPut {
			return testbed.Busy
		}
		return testbed.None
	})
	_, _, err := s.Put(t.Context(), "once", bytes.NewReader([]byte("x")), 1, storage.Condition{IfNoneMatch: true})
	if seen := faults.Set(nil); seen != 1 || !errors.Is(err, wire.ErrUnavailable) {
		t.Errorf("a conditional write was sent %d times: %v", seen, err)
	}
}

// TestAnEndpointThatStandsStill is given up, and told as one that is down.
func TestAnEndpointThatStandsStill(t *testing.T) {
	secret := testbed.StartMinIO(t)
	faults := testbed.NewFaults(t, &secret)
	store := s3.Open(t.Context(), s3.Config{
		Bucket: secret.Bucket, SecretName: "primary", Secret: secret, Create: true, Writes: 4, Silence: 200 * time.Millisecond,
	}, slog.New(slog.DiscardHandler))
	defer store.Close()
	write := func(ctx context.Context) error {
		_, _, err := store.Put(ctx, backend.Write{Key: "x", Body: bytes.NewReader([]byte("x")), Size: 1})
		return err
	}
	if err := write(t.Context()); err != nil {
		t.Fatal(err)
	}
	faults.Set(always(testbed.Stall))
	together(map[string]func() error{
		"put":  func() error { return write(t.Context()) },
		"head": func() error { _, err := store.Head(t.Context(), "x"); return err },
		"list": func() error { _, err := store.List(t.Context(), backend.Page{Limit: 1}); return err },
		"get":  func() error { _, err := store.Get(t.Context(), "x", nil); return err },
	}, func(name string, err error) {
		if !errors.Is(err, wire.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	})
	faults.Set(nil)
	content, err := store.Get(t.Context(), "x", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Body.Close()
	if got, err := io.ReadAll(content.Body); string(got) != "x" || err != nil {
		t.Errorf("afterwards: %q, %v", got, err)
	}
}
