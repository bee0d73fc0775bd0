package catalogd_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestTwoCatalogsAreLinearizable: clients of two catalogd processes on one store
// append to, replace and read one dataset, while the processes are stopped,
// continued, killed and started again at any moment. What the clients saw must be
// explained by one order of their operations that agrees with the clock.
func TestTwoCatalogsAreLinearizable(t *testing.T) {
	const clients, each = 6, 12
	s := testbed.StartStoraged(t)
	var pair [2]*fallible
	for i := range pair {
		pair[i] = newFallible(t, s.Base)
	}
	h := &history{start: time.Now(), answered: make(chan struct{}, clients*each)}
	var faults, work sync.WaitGroup
	for i, p := range pair {
		faults.Go(func() { p.suffer(t, rand.New(rand.NewPCG(7, uint64(i))), h.answered) })
	}
	for c := range clients {
		work.Go(func() { h.client(t, s, pair, c, each) })
	}
	work.Wait()
	close(h.answered)
	faults.Wait()
	if t.Failed() {
		return
	}
	await(t, pair[0].client())
	operations := h.resolved(t, house{Client: pair[0].client(), storage: s})
	model := datasetModel()
	switch verdict, info := porcupine.CheckOperationsVerbose(model, operations, time.Minute); verdict {
	case porcupine.Ok:
	case porcupine.Illegal:
		page := filepath.Join(t.ArtifactDir(), "history.html")
		t.Errorf("no order of the %d operations explains the answers; see %s (%v)", len(operations), page, porcupine.VisualizePath(model, info, page))
	default:
		t.Errorf("the check of %d operations did not end in time", len(operations))
	}
}

// fallible is a catalogd that is stopped and killed now and then.
type fallible struct {
	address, storage, data string

	mu sync.Mutex
	process
}

func newFallible(t *testing.T, storageURL string) *fallible {
	f := &fallible{address: testbed.FreeAddress(t), storage: storageURL, data: t.TempDir()}
	f.begin(t)
	await(t, f.Client)
	return f
}

func (f *fallible) begin(t *testing.T) {
	p := spawnAt(t, f.address, f.storage, f.data, "LAKEHOUSE_CATALOGD_SHARED=true")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.process = p
}

func (f *fallible) client() *catalog.Client {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Client
}

// suffer stops the process for a moment, or kills it and starts it again, once
// for every few operations that the clients were answered, until they are done.
func (f *fallible) suffer(t *testing.T, dice *rand.Rand, answered <-chan struct{}) {
	for {
		for range 2 + dice.IntN(8) {
			if _, more := <-answered; !more {
				return
			}
		}
		if dice.IntN(3) == 0 {
			f.kill()
			f.begin(t)
			await(t, f.client())
			continue
		}
		_ = f.Process.Signal(syscall.SIGSTOP)
		<-time.After(time.Duration(5+dice.IntN(80)) * time.Millisecond)
		_ = f.Process.Signal(syscall.SIGCONT)
	}
}

// history is what the clients asked and saw.
type history struct {
	start    time.Time
	answered chan struct{} // one for each operation

	mu         sync.Mutex
	operations []porcupine.Operation
}

// What a client asks, and what it gets; nil where the answer was lost.
type (
	asked struct {
		mode catalog.Mode // "": read
		name string       // of the row that a registration brings
	}
	seen struct {
		version int64
		keys    []string // of a read
		names   string   // the same, as the rows that they hold
	}
)

func (h *history) now() int64 { return time.Since(h.start).Nanoseconds() }

// client performs operations one after the other, each at one of the two.
func (h *history) client(t *testing.T, s *storage.Client, pair [2]*fallible, number, count int) {
	dice := rand.New(rand.NewPCG(11, uint64(number)))
	for i := range count {
		what := asked{name: fmt.Sprintf("c%d-%d", number, i)}
		switch n := dice.IntN(10); {
		case n < 5:
			what.mode = catalog.Append
		case n < 6:
			what.mode = catalog.Replace
		}
		var ref catalog.ObjectRef
		if what.mode != "" {
			ref = put(t, s, "in/"+what.name+".parquet", people(t, what.name, i, false))
		}
		for !h.perform(t, pair[dice.IntN(2)].client(), number, what, ref) {
			runtime.Gosched()
		}
		h.answered <- struct{}{}
	}
}

// perform does one operation. It is false where none began, because the process
// is down, or where a read saw nothing.
func (h *history) perform(t *testing.T, c *catalog.Client, number int, what asked, ref catalog.ObjectRef) bool {
	op := porcupine.Operation{ClientId: number, Input: what, Call: h.now()}
	answer, err := ask(t.Context(), c, what, ref)
	op.Return = h.now()
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), err != nil && what.mode == "":
		return false
	case err != nil && !lost(err):
		t.Errorf("%v: %v", what, err)
		return true
	case err != nil:
		op.Return = math.MaxInt64
	default:
		op.Output = answer
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations = append(h.operations, op)
	return true
}

// lost tells an answer that says no from none.
func lost(err error) bool {
	var p *wire.Problem
	return !errors.As(err, &p) || p.Kind.Status >= 500
}

func ask(ctx context.Context, c *catalog.Client, what asked, ref catalog.ObjectRef) (seen, error) {
	if what.mode != "" {
		answer, _, err := c.Register(ctx, catalog.Registration{Name: "people", Mode: what.mode, Objects: objects(ref)}, "")
		return seen{version: answer.Version}, err
	}
	m, err := c.Manifest(ctx, "people", 0)
	if errors.Is(err, catalog.ErrDatasetNotFound) {
		return seen{}, nil
	}
	return seen{version: m.Version, keys: keysOf(m)}, err
}

// resolved completes the operations by what the dataset's history shows in the
// end: what each read saw, and the version of a registration whose answer was
// lost. Such a one may have happened at any moment after it was asked for; it did
// not happen if no version holds its row.
func (h *history) resolved(t *testing.T, end house) []porcupine.Operation {
	rows := rowsOf(t, end.storage)
	brought := map[string]int64{}
	last := end.manifest(t, "people", 0).Version
	for version := int64(1); version <= last; version++ {
		m := end.manifest(t, "people", version)
		for _, name := range strings.Fields(rows(keysOf(m))) {
			if brought[name] == 0 {
				brought[name] = version
			}
		}
	}
	var operations []porcupine.Operation
	for _, op := range h.operations {
		answer, answered := op.Output.(seen)
		if !answered {
			answer.version = brought[op.Input.(asked).name]
			if answer.version == 0 {
				continue
			}
		}
		answer.names = rows(answer.keys)
		op.Output = answer
		operations = append(operations, op)
	}
	t.Logf("%d operations, %d versions", len(operations), last)
	return operations
}

// rowsOf gives a function that names the rows of data files, sorted.
func rowsOf(t *testing.T, s *storage.Client) func(keys []string) string {
	holds := map[string]string{}
	return func(keys []string) string {
		var names []string
		for _, key := range keys {
			if holds[key] == "" {
				holds[key] = strings.Join(readBack(t, s, key, "name"), " ")
			}
			names = append(names, holds[key])
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
}

func keysOf(m catalog.Manifest) []string {
	var keys []string
	for _, o := range m.Objects {
		keys = append(keys, o.Key)
	}
	return keys
}

// content is a dataset as the model has it.
type content struct {
	version int64
	names   string // of its rows, sorted
	open    bool   // its version was made by appends, so that one more may share it
}

func (c content) with(name string) string {
	names := append(strings.Fields(c.names), name)
	slices.Sort(names)
	return strings.Join(names, " ")
}

// datasetModel is one dataset: a read sees all of the current version, a replace
// makes the next one, an append the next one or, with others, the same.
func datasetModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return content{} },
		Step: func(state, input, output any) (bool, any) {
			c, what, answer := state.(content), input.(asked), output.(seen)
			switch {
			case what.mode == "":
				return answer.version == c.version && answer.names == c.names, c
			case what.mode == catalog.Replace:
				return answer.version == c.version+1, content{version: c.version + 1, names: what.name}
			case answer.version == c.version && c.open, answer.version == c.version+1:
				return true, content{version: answer.version, names: c.with(what.name), open: true}
			}
			return false, c
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%v: %v", input, output) },
	}
}
