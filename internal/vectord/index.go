package vectord

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/loading"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/problems"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// index is one index under its name: its pointer, and the index itself once it is open.
type index struct {
	name     string
	pointer  pointer
	etag     string
	progress durable.Progress
	copying  *copyLock // one snapshot of its name at a time

	from string // the index whose snapshot it was made of, condemned before it had its name; "": of none

	mu     sync.Mutex
	users  sync.WaitGroup // requests that are inside
	open   *durable.Index // nil while it is loaded, after a failure and once it is gone
	failed error
	begun  bool          // somebody loads it
	away   error         // why storaged did not give it, since the last try
	left   bool          // it is about to lose its name, and takes no changes
	gone   chan struct{} // closed when it has, or the daemon ends

	loads *loading.Target // itself, for its loads
}

// newIndex is an index that is not there yet, under a fresh id.
func (r *registry) newIndex(name string, shape vector.Shape) *index {
	return r.namedIndex(name, pointer{ID: uuid.NewString(), Shape: shape, CreatedAt: time.Now().UTC().Truncate(time.Millisecond)}, "")
}

// namedIndex is the index that a name leads to, and is not open yet.
func (r *registry) namedIndex(name string, p pointer, etag string) *index {
	x := &index{name: name, pointer: p, etag: etag, failed: p.broken, gone: make(chan struct{}), copying: r.copying.of(name)}
	x.loads = &loading.Target{Name: name, ID: p.ID, Persisted: x.persisted(), Maker: maker(p.Shape), Fields: p.Shape.TextFields, Gone: x.gone, Enter: x.enter, EnterToChange: x.enterToChange}
	return x
}

func (x *index) persisted() bool { return x.pointer.Shape.Persist == nil || *x.pointer.Shape.Persist }

// enterToChange is enter for what changes the index, or begins to: while it is about to lose
// its name nothing is taken that would be lost.
func (x *index) enterToChange() (open *durable.Index, leave func(), err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.left && !x.isGone() {
		return nil, nil, vector.ErrIndexLoading.Errorf("the index %s is being dropped or replaced; until then it is searched, and takes no changes: ask again then", x.name).After(time.Second)
	}
	return x.entered()
}

// enter gives the open index to a request, which leaves it when it is done.
func (x *index) enter() (open *durable.Index, leave func(), err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.entered()
}

// entered is enter while x.mu is held.
func (x *index) entered() (open *durable.Index, leave func(), err error) {
	switch {
	case x.isGone():
		return nil, nil, notFound(x.name)
	case x.failed != nil:
		return nil, nil, x.failure()
	case x.open == nil:
		return nil, nil, vector.ErrIndexLoading.Errorf("the index %s %s", x.name, x.loadingWords()).
			With("bytes_read", x.progress.Bytes.Load()).With("bytes_total", x.progress.Total.Load()).After(time.Second)
	}
	x.users.Add(1)
	return x.open, x.users.Done, nil
}

// failure is the answer of an index that failed. x.mu is held, or the name is broken.
func (x *index) failure() error {
	return vector.ErrIndexFailed.Errorf("the index %s could not be loaded: %v", x.name, reasonOf(x.failed)).Because(x.failed)
}

// loadingWords says how far an index is that is not open yet. x.mu is held.
func (x *index) loadingWords() string {
	read, total := x.progress.Bytes.Load(), x.progress.Total.Load()
	switch {
	case x.away != nil:
		return "waits for storaged to be loaded: " + wire.AsProblem(x.away).Detail
	case !x.begun:
		return "waits to be loaded until others are"
	case total == 0:
		return "is being loaded: what there is of it is being looked at"
	}
	return fmt.Sprintf("is being loaded: %d of %d bytes are read", read, total)
}

// attempt says that the index is being loaded, or that storaged was away when it was.
func (x *index) attempt(away error) {
	x.mu.Lock()
	x.begun, x.away = true, away
	x.mu.Unlock()
}

// leave says that the index is about to lose its name, or keeps it after all.
func (x *index) leave(left bool) {
	x.mu.Lock()
	x.left = left
	x.mu.Unlock()
}

// replaced tells whether the index has lost its name since a request entered it, or is
// about to.
func (x *index) replaced() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.left || x.isGone()
}

// opened lets requests in, or tells them why not. It returns false where the index was
// dropped meanwhile.
func (x *index) opened(open *durable.Index, err error) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.open, x.failed = open, err
	return !x.isGone()
}

// shut lets nobody in any more, waits for those who are inside, and gives the open index
// to be closed, if it was open.
func (x *index) shut() *durable.Index {
	x.mu.Lock()
	close(x.gone)
	open := x.open
	x.open = nil
	x.mu.Unlock()
	x.users.Wait()
	return open
}

// isGone tells whether the index has lost its name, or the daemon ends.
func (x *index) isGone() bool {
	select {
	case <-x.gone:
		return true
	default:
		return false
	}
}

// state tells how an index is: the reason why it does not serve, where there is one.
func (x *index) state() (state, reason string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.failed != nil:
		return vector.Failed, reasonOf(x.failed)
	case x.open == nil:
		return vector.Loading, x.loadingWords()
	}
	return vector.Serving, ""
}

// complete puts the defaults into a shape, and returns what is wrong with it.
func complete(s vector.Shape) (vector.Shape, error) {
	if s.Metric == "" {
		s.Metric = vector.Cosine
	}
	if s.Quantization == "" {
		s.Quantization = vector.Int8
	}
	if s.TextFields == nil {
		s.TextFields = []string{texts.Field}
	}
	if s.Persist == nil {
		yes := true
		s.Persist = &yes
	}
	if s.Metric != vector.Cosine && s.Metric != vector.Dot && s.Metric != vector.L2 {
		return s, vector.ErrBadIndex.Errorf("there is no metric %q; there are cosine, dot and l2", s.Metric)
	}
	if s.Quantization != vector.Int8 && s.Quantization != vector.None {
		return s, vector.ErrBadIndex.Errorf("there is no quantization %q; there are int8 and none", s.Quantization)
	}
	for _, name := range append([]string{s.Model, s.ModelRevision}, s.TextFields...) {
		if len(name) > vector.MaxLabel {
			return s, vector.ErrBadIndex.Errorf("the name %.64q... of a model or of a text field has %d bytes; it may have %d", name, len(name), vector.MaxLabel)
		}
	}
	if s.ModelRevision != "" && s.Model == "" {
		return s, vector.ErrBadIndex.Errorf(`"model_revision" is of a model; give "model", too, or leave it out`)
	}
	if s.Dimension == 0 {
		return s, vector.ErrBadIndex.Errorf(`there is no "dimension", which says how many numbers each vector has: 1 to %d; one with a "model" of embedd has the model's`, vector.MaxDimension)
	}
	config, err := engineConfig(s).Complete()
	if err != nil {
		_, reason, _ := strings.Cut(err.Error(), ": ")
		return s, vector.ErrBadIndex.Errorf("%s", reason)
	}
	s.M, s.EfConstruction, s.MaxItems = config.M, config.EfConstruction, config.MaxItems
	return s, nil
}

func engineConfig(s vector.Shape) engine.Config {
	metrics := map[vector.Metric]hnsw.Metric{vector.Cosine: hnsw.Cosine, vector.Dot: hnsw.Dot, vector.L2: hnsw.L2}
	return engine.Config{
		Dimension: s.Dimension, Metric: metrics[s.Metric], Float: s.Quantization == vector.None,
		M: s.M, EfConstruction: s.EfConstruction, MaxItems: s.MaxItems, TextFields: s.TextFields,
	}
}

func notFound(name string) error {
	return vector.ErrIndexNotFound.Errorf("there is no index %q; GET /vectors/index lists those that there are", fmt.Sprintf("%.128s", name))
}

// same tells whether two shapes, with their defaults, are equal.
func same(a, b vector.Shape) bool { return reflect.DeepEqual(a, b) }

// reasonOf words why an index could not be opened, for whoever has to mend it.
func reasonOf(err error) string {
	var unreadable *durable.UnreadableError
	if errors.As(err, &unreadable) {
		return unreadable.Error()
	}
	return wire.AsProblem(problems.Of(err)).Detail
}
