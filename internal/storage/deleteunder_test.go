package storage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// Everything under a prefix goes, however many pages it has, and nothing beside it; who is
// broken off is told what went, and does it again.
func TestDeleteUnder(t *testing.T) {
	s := testbed.StartStoraged(t)
	const many = 1001 // more than a page
	var puts sync.WaitGroup
	for worker := range 8 {
		puts.Go(func() {
			for n := worker; n < many; n += 8 {
				put(t, s, fmt.Sprintf("a/b/%d", n))
			}
		})
	}
	puts.Wait()
	for _, key := range []string{"a/b", "a/bc", "b"} {
		put(t, s, key)
	}
	broken, leave := context.WithCancel(t.Context())
	leave()
	if gone, err := s.DeleteUnder(broken, "a/b/"); err == nil || gone != (storage.Emptied{}) {
		t.Errorf("for a client that has left: %+v, %v", gone, err)
	}
	if gone, err := s.DeleteUnder(t.Context(), "a/b/"); err != nil || gone != (storage.Emptied{Objects: many, Bytes: 2 * many}) {
		t.Errorf("removed %+v, %v", gone, err)
	}
	if gone, err := s.DeleteUnder(t.Context(), "a/b/"); err != nil || gone.Objects != 0 {
		t.Errorf("again: %+v, %v", gone, err)
	}
	if _, err := s.DeleteUnder(t.Context(), ""); !errors.Is(err, storage.ErrBadKey) {
		t.Errorf("without a prefix: %v", err)
	}
	page, err := s.List(t.Context(), "", "", "", 0)
	if err != nil || len(page.Objects) != 3 {
		t.Errorf("left are %+v, %v", page.Objects, err)
	}
}

func put(t *testing.T, s *storage.Client, key string) {
	if _, _, err := s.Put(t.Context(), key, strings.NewReader("xy"), 2, storage.Condition{}); err != nil {
		t.Error(err)
	}
}
