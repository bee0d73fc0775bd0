package durable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
)

// Index is an index that is durable. Its methods may be called by any number of
// goroutines at once.
type Index struct {
	options  Options
	engine   *engine.Index
	of       journal.Index
	queue    *queue
	ledger   ledger
	sequence atomic.Uint64 // of the last change that is applied, between groups
	bound    atomic.Int64  // of an object, as storaged has told it; 0: it has not

	doubt *group // that may be stored or not; the committer's own

	committing context.Context // of the committer's calls
	background context.Context // of all others
	cancel     context.CancelFunc
	stop       context.CancelFunc
	running    sync.WaitGroup
	committed  chan struct{} // closed when the committer has ended
	wake       chan struct{} // that there may be something for upkeep
	storing    chan struct{} // held by whoever writes generations, merges or erases

	// Keys of a generation that is damaged, or was given up and may be there, its head
	// first. They belong to whoever holds storing.
	stale []string

	state         sync.Mutex
	refusal       error // why there are no changes any more
	damage        []Damage
	unkept        int   // of these, what storaged does not know yet, or more
	heal          bool  // a generation is due, whatever the log has
	unsettled     bool  // the sequence does not tell yet that changes may be lost
	generationErr error // of the last try to write one
}

// Create makes an empty index whose id was never used before. Its first generation is
// durable when Create returns, so that an index of which nothing is left is not taken for
// an empty one. Its errors are those of [engine.New] and storaged's; after one of these
// [Drop] removes what may be left.
func Create(ctx context.Context, o Options) (*Index, error) {
	x, err := prepare(o)
	if err != nil {
		return nil, err
	}
	x.engine, err = engine.New(o.Engine, o.Kernels)
	if err == nil && x.options.Storage != nil {
		_, err = x.generation(ctx, false)
	}
	if err != nil {
		x.discard()
		return nil, err
	}
	x.start()
	return x, nil
}

// prepare makes an index that does not run yet, and has no engine.
func prepare(o Options) (*Index, error) {
	if o.ID == "" || strings.Contains(o.ID, "/") || storage.CheckKey(o.ID) != nil || len(o.ID) > journal.MaxIndexID {
		return nil, fmt.Errorf("durable: %q is no id of an index; it has to be one segment of a key", o.ID)
	}
	o.Limits, o.Workers = o.Limits.complete(), max(1, o.Workers)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	x := &Index{options: o, queue: newQueue(o.Limits.QueueBytes), committed: make(chan struct{}), wake: make(chan struct{}, 1), storing: make(chan struct{}, 1)}
	x.committing, x.cancel = context.WithCancel(context.Background())
	x.background, x.stop = context.WithCancel(context.Background())
	return x, nil
}

// prepareStored prepares one of which something is in storaged.
func prepareStored(o Options) (*Index, error) {
	if o.Storage == nil {
		return nil, ErrMemoryOnly
	}
	return prepare(o)
}

// discard ends an index that never ran.
func (x *Index) discard() {
	x.stop()
	x.cancel()
	if x.engine != nil {
		x.engine.Close()
	}
}

// start lets the index run.
func (x *Index) start() {
	x.of = journal.Index{ID: x.options.ID, Dimension: x.engine.Config().Dimension}
	go func() {
		defer close(x.committed)
		x.commit()
	}()
	x.running.Go(func() { x.engine.Maintain(x.background, x.options.Workers) })
	if x.options.Storage != nil {
		x.running.Go(x.upkeep)
		x.look()
	}
}

// look wakes the upkeep.
func (x *Index) look() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// Engine gives the index in memory, to be read. Whoever changes it there changes nothing
// that lasts.
func (x *Index) Engine() *engine.Index { return x.engine }

// Close makes the changes that wait, and ends. When the context ends before, what is not
// durable by then is not made, and the error says so. Nobody may read the engine any
// more. It is called once.
func (x *Index) Close(ctx context.Context) (err error) {
	x.queue.close()
	x.stop()
	select {
	case <-x.committed:
	case <-ctx.Done():
		err = errors.New("the index was closed before all changes that waited were durable; their callers were told")
		x.cancel()
		<-x.committed
	}
	x.running.Wait()
	x.storing <- struct{}{} // nobody writes a generation any more, nor will
	x.cancel()
	x.engine.Close()
	return err
}

// enter begins something that is not the committer's: the context that is given ends with
// the index as well. leave ends it.
func (x *Index) enter(ctx context.Context) (inside context.Context, leave func(), err error) {
	if x.options.Storage == nil {
		return nil, nil, ErrMemoryOnly
	}
	select {
	case x.storing <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	case <-x.background.Done():
		return nil, nil, ErrClosed
	}
	inside, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(x.background, cancel)
	leave = func() {
		stop()
		cancel()
		<-x.storing
	}
	if x.background.Err() != nil {
		leave()
		return nil, nil, ErrClosed
	}
	return inside, leave, nil
}

// Stats tell what an index is in storaged.
type Stats struct {
	Sequence        uint64 // of the last change that is durable and applied; another one after some were lost
	Unsettled       bool   // some may be lost, and the sequence is about to tell it
	LogObjects      int
	LogBytes        int64
	Generations     []Generation // the oldest first
	Damage          []Damage     // that was met, until it is acknowledged: the last 16
	GenerationError error        // of the last try to write a generation
	Refusal         error        // why changes are refused: an [OvertakenError] or a [BrokenError]
}

// Stats tells it.
func (x *Index) Stats() Stats {
	logs, generations := x.ledger.view()
	x.state.Lock()
	defer x.state.Unlock()
	s := Stats{Sequence: x.sequence.Load(), Unsettled: x.unsettled, LogObjects: len(logs), Damage: append([]Damage(nil), x.damage...), GenerationError: x.generationErr, Refusal: x.refusal}
	for _, o := range logs {
		s.LogBytes += o.size
	}
	for _, g := range generations {
		s.Generations = append(s.Generations, g.Generation)
	}
	return s
}
