package storage_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// TestDiscard: what can be removed is, behind a key that cannot be and also for a
// client that has left; what stays is named.
func TestDiscard(t *testing.T) {
	s := testbed.StartStoraged(t)
	for _, key := range []string{"a", "b", "c"} {
		if _, _, err := s.Put(t.Context(), key, strings.NewReader(key), 1, storage.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	left, err := s.Discard(gone, []string{"a", "bad//key", "b", "not there"})
	if !slices.Equal(left, []string{"bad//key"}) || !errors.Is(err, storage.ErrBadKey) {
		t.Errorf("left are %q, because %v", left, err)
	}
	page, err := s.List(t.Context(), "", "", "", 0)
	if err != nil || len(page.Objects) != 1 || page.Objects[0].Key != "c" {
		t.Errorf("in storage are %+v, %v", page.Objects, err)
	}
	if left, err := s.Discard(t.Context(), []string{"c"}); len(left) > 0 || err != nil {
		t.Errorf("left are %q, because %v", left, err)
	}
}
