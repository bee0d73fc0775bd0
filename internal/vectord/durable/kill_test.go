package durable_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// childVariable makes the test binary storaged itself, as cmd/storaged is.
const childVariable = "DURABLE_TEST_STORAGED"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(service.Main("storaged", storaged.Defaults(), storaged.New))
	}
	os.Exit(m.Run())
}

// startStoraged starts a storaged that can be killed and started again.
func startStoraged(t *testing.T) (*storage.Client, *testbed.Process) {
	t.Helper()
	address := testbed.FreeAddress(t)
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	known, _ := service.Port("storaged")
	cmd := exec.Command(testbed.Program("storaged"), "--port-offset", strconv.Itoa(port-known))
	cmd.Env = []string{childVariable + "=1", "LAKEHOUSE_FLEET_DATA=" + t.TempDir(), "LAKEHOUSE_STORAGED_RESERVE_BYTES=1"}
	cmd.Dir = t.TempDir()
	p := testbed.Start(t, "storaged", cmd, "http://"+address+"/ready")
	c := &storage.Client{Client: testbed.NewEnv(t, "storaged").Peer("storaged")}
	c.Base = "http://" + address
	return c, p
}

// load is what writers know of their batches.
type load struct {
	mu           sync.Mutex
	acknowledged map[string]bool // false: sent, and refused or not answered
}

// write sends batches of five until one is refused, and more until it ends.
func (l *load) write(t *testing.T, x adder, writer, round int) {
	for n := 0; ; n++ {
		name := fmt.Sprintf("w%d-%d-%d", writer, round, n)
		_, err := x.Add(t.Context(), batch(name, 5))
		l.mu.Lock()
		l.acknowledged[name] = err == nil
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// check: every batch that was acknowledged is there, and every other one whole or not.
func (l *load) check(t *testing.T, items model) (doubtful int) {
	t.Helper()
	for name, sure := range l.acknowledged {
		there := 0
		for _, it := range batch(name, 5) {
			if _, ok := items[it.ID]; ok {
				there++
			}
		}
		if there != 5 && (sure || there != 0) {
			t.Errorf("of %s there are %d; acknowledged: %v", name, there, sure)
		}
		if !sure && there == 5 {
			doubtful++
		}
	}
	if most := 5 * len(l.acknowledged); len(items) > most {
		t.Errorf("%d items, and %d were sent", len(items), most)
	}
	return doubtful
}

// storaged is killed while batches, generations and merges are written: what was
// acknowledged is there, in the index that went on and in one that is opened.
func TestStoragedIsKilled(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	s, process := startStoraged(t)
	o := options(s, t)
	o.Limits.MergeObjects, o.Limits.GenerationBytes, o.Limits.PartBytes = 5, 30<<10, 16<<10
	x := create(t, o)
	l := &load{acknowledged: map[string]bool{}}
	for round := range 3 {
		var writers sync.WaitGroup
		for w := range 3 {
			writers.Go(func() { l.write(t, x, w, round) })
		}
		sequence := x.Stats().Sequence + uint64(20+r.IntN(60))
		testbed.Until(t, "some batches are in", func() bool { return x.Stats().Sequence >= sequence })
		process.Kill()
		writers.Wait()
		process.Restart(t)
		add(t, x, engine.Item{ID: "round", Vector: make([]float32, dimension)})
		items := held(t, x)
		delete(items, "round")
		doubtful := l.check(t, items)
		x = reopen(t, x, o)
		if got := x.Stats(); len(got.Damage) > 0 || got.Refusal != nil {
			t.Errorf("%+v", got)
		}
		opened := held(t, x)
		delete(opened, "round")
		if l.check(t, opened) != doubtful || len(opened) != len(items) {
			t.Errorf("round %d: %d items, and opened again %d", round, len(items), len(opened))
		}
	}
	shut(t, x)
}

// Wherever changes, merges, generations and removals are broken off for good, as by a
// kill: opened again the index has what was acknowledged, and no damage.
func TestItIsBrokenOffAnywhere(t *testing.T) {
	s := testbed.StartStoraged(t)
	client, f := testbed.Behind(t, s)
	o := options(client, t)
	o.Limits.MergeObjects, o.Limits.GenerationBytes, o.Limits.PartBytes = 3, 4<<10, 4<<10
	for at := int64(2); at < 110; at += 12 {
		if err := durable.Drop(t.Context(), s, o.ID); err != nil {
			t.Fatal(err)
		}
		x := create(t, o)
		var requests atomic.Int64
		f.Set(func(*http.Request) testbed.Fault {
			switch n := requests.Add(1); {
			case n < at:
				return testbed.None
			case n == at:
				return testbed.CutAnswer // it is done, and nobody hears of it
			}
			return testbed.Reset
		})
		l := &load{acknowledged: map[string]bool{}}
		var writers sync.WaitGroup
		for w := range 2 {
			writers.Go(func() { l.write(t, x, w, 0) })
		}
		writers.Wait()
		now, cancel := context.WithCancel(t.Context())
		cancel()
		_ = x.Close(now)
		f.Set(nil)
		for range 2 {
			x = open(t, o)
			l.check(t, held(t, x))
			if got := x.Stats(); len(got.Damage) > 0 || got.Refusal != nil {
				t.Errorf("broken off at %d: %+v", at, got)
			}
			testbed.Until(t, "it is tidy", func() bool {
				got := x.Stats()
				return len(keys(t, s, "log/")) == got.LogObjects && len(heads(t, s)) == len(got.Generations)
			})
			add(t, x, batch("after", 5)...)
			l.acknowledged["after"] = true
			shut(t, x)
		}
	}
}
