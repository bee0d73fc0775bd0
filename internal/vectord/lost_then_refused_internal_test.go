package vectord

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// lostThenRefused carries out the first writing of a name, whose answer is lost, and refuses
// the second, which says nothing of the first: too many write at once.
type lostThenRefused struct {
	key    string
	writes atomic.Int32
}

func (l *lostThenRefused) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.Method == http.MethodGet || !strings.HasSuffix(r.URL.Path, l.key) {
		return resp, err
	}
	switch l.writes.Add(1) {
	case 1:
		resp.Body.Close()
		return nil, errors.New("the answer is lost")
	case 2:
		resp.Body.Close()
		refusal := httptest.NewRecorder()
		err := wire.WriteJSON(refusal, storage.ErrTooManyWrites.Status, storage.ErrTooManyWrites.Errorf("too many write"))
		return refusal.Result(), err
	}
	return resp, nil
}

// A name that was written has been written, also where storaged refuses to write it once
// more: what its index takes then is there after a restart.
func TestANameThatWasWrittenAndThenRefused(t *testing.T) {
	for what, change := range changesOfNames(t) {
		t.Run(what, func(t *testing.T) {
			store := testbed.StartStoraged(t)
			r := people(t, store)
			r.patience = changePatience
			lossy := *store
			lossy.HTTP = &http.Client{Transport: &lostThenRefused{key: nameKey(change.key)}}
			r.names = names{&lossy}
			if err := change.do(r); err != nil {
				t.Error(err)
			}
			if got := lookOf(r); got != change.then {
				t.Errorf("there is %s, want %s", got, change.then)
			}
			for _, x := range r.list() {
				mustAdd(t, r, x.name, "late")
			}
			want := lookOf(r)
			looksAfterRestart(t, r, store, want)
		})
	}
}
