package vectord

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// slowPardon keeps back the removals of what condemns, each until it is let go.
type slowPardon struct{ asked, let chan struct{} }

func (s *slowPardon) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, condemnedFolder) {
		s.asked <- struct{}{}
		<-s.let
	}
	return http.DefaultTransport.RoundTrip(r)
}

// What a drop that was given up takes back is not taken back from the next one: as long as the
// one is under way the other does nothing, and of what is being dropped nothing is taken back.
func TestADropIsNotUndoneByTheOneBefore(t *testing.T) {
	store := testbed.StartStoraged(t)
	r := people(t, store)
	r.patience = 2 * time.Second // that a drop comes through is to be seen
	slow := *store
	pardon := &slowPardon{make(chan struct{}, 8), make(chan struct{})}
	slow.HTTP = &http.Client{Transport: pardon}
	r.names = names{&slow}
	x, err := r.find("x")
	if err != nil {
		t.Fatal(err)
	}
	r.stays(x)
	<-pardon.asked
	if err := r.drop(t.Context(), "x"); err == nil || !wire.AsProblem(err).Is(wire.ErrUnavailable) {
		t.Errorf("while the one before is taken back it is answered by %v", err)
	}
	if reads, changes := serves(r, "x"); !reads || !changes {
		t.Errorf("then the index serves: %v, %v", reads, changes)
	}
	close(pardon.let)
	_, leave, err := x.enter() // its objects stay until then
	if err != nil {
		t.Fatal(err)
	}
	r.patience = changePatience
	if err := r.drop(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	r.pardon(t.Context(), x)
	if ids, err := r.names.condemned(t.Context()); err != nil || !slices.Contains(ids, x.pointer.ID) {
		t.Errorf("a start would know of %v, %v", ids, err)
	}
	leave()
	if err := r.close(t.Context()); err != nil {
		t.Error(err)
	}
}

// lateNote has what condemns an index carried out when whoever asked for it has left, and has
// taken it back for the first time.
type lateNote struct {
	store  *storage.Client
	once   sync.Once
	landed chan error
}

func (l *lateNote) RoundTrip(r *http.Request) (*http.Response, error) {
	_, id, condemns := strings.Cut(r.URL.Path, condemnedFolder)
	if condemns && r.Method == http.MethodPut {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if condemns && r.Method == http.MethodDelete {
		l.once.Do(func() { l.landed <- names{l.store}.condemn(r.Context(), id) })
	}
	return answer, err
}

// What condemns an index may be carried out by storaged long after it was given up. Then it is
// taken back as well, without a start.
func TestAnIndexIsCondemnedTooLate(t *testing.T) {
	store := testbed.StartStoraged(t)
	r := people(t, store)
	r.config.RetryAfter = service.Duration(10 * time.Millisecond)
	late := *store
	note := &lateNote{store: store, landed: make(chan error, 1)}
	late.HTTP = &http.Client{Transport: note}
	r.names = names{&late}
	if err := r.drop(t.Context(), "x"); err == nil || !wire.AsProblem(err).Is(wire.ErrUnavailable) {
		t.Errorf("the drop is answered by %v", err)
	}
	if err := <-note.landed; err != nil {
		t.Fatal(err)
	}
	testbed.Until(t, "nothing is condemned", func() bool { return len(keysOf(t, store, condemnedFolder)) == 0 })
	looksAfterRestart(t, r, store, peopleAre)
}
