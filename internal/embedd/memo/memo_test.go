package memo_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
)

func key(n int) memo.Key { return memo.Key{byte(n), byte(n >> 8)} }

func keys(numbers ...int) (list []memo.Key) {
	for _, n := range numbers {
		list = append(list, key(n))
	}
	return list
}

func newMemo(limit int64) *memo.Memo[int] {
	return memo.New(limit, func(int) int64 { return 0 })
}

// numbered gives work whose values are the keys' own numbers, so many at a time.
func numbered(list []memo.Key, batch int, begun func(n int)) memo.Work[int] {
	return func(_ context.Context, places []int) (values []int, err error) {
		for _, p := range places[:min(batch, len(places))] {
			n := int(list[p][0]) + int(list[p][1])<<8
			if begun != nil {
				begun(n)
			}
			values = append(values, n)
		}
		return values, nil
	}
}

func TestValuesComeInTheOrderOfTheirKeys(t *testing.T) {
	m := newMemo(1 << 20)
	for _, want := range [][]int{{3, 1, 2}, {1, 4, 4}, {4, 3, 2, 1}, {}} {
		list := keys(want...)
		got, err := m.Get(t.Context(), list, new(sync.WaitGroup).Go, numbered(list, 2, nil))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: %v, %v", want, got, err)
		}
	}
	if c := m.Counts(); c.Misses != 4 || c.Hits != 5 || c.Shared != 1 {
		t.Errorf("%+v", c)
	}
}

// A thousand who ask for the same at once, in different company, have it computed once.
func TestWhatManyAskForIsComputedOnce(t *testing.T) {
	m := newMemo(1 << 20)
	var begun [20]atomic.Int64
	release := make(chan struct{})
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			want := r.Perm(len(begun))[:1+r.IntN(len(begun))]
			list := keys(want...)
			inner := numbered(list, 3, func(n int) { begun[n].Add(1) })
			got, err := m.Get(t.Context(), list, new(sync.WaitGroup).Go, func(ctx context.Context, places []int) ([]int, error) {
				<-release
				return inner(ctx, places)
			})
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%v: %v, %v", want, got, err)
			}
		})
	}
	close(release)
	all.Wait()
	for n := range begun {
		if times := begun[n].Load(); times != 1 {
			t.Errorf("%d was computed %d times", n, times)
		}
	}
}

// Who began the work leaves: the others get its values, and what nobody waits for is not
// begun.
func TestTheWorkIsNobodysOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo(1 << 20)
		first, ended := make(chan struct{}), make(chan struct{})
		var seen []int
		var going sync.WaitGroup
		ctx, leave := context.WithCancel(t.Context())
		list := keys(1, 2, 3)
		left := make(chan error, 1)
		go func() {
			_, err := m.Get(ctx, list, going.Go, func(ctx context.Context, places []int) ([]int, error) {
				if places[0] == 0 {
					<-first
				}
				seen = append(seen, places[0]+1)
				return []int{places[0] + 1}, ctx.Err()
			})
			left <- err
		}()
		synctest.Wait()
		joined := make(chan error, 1)
		go func() {
			got, err := m.Get(t.Context(), keys(3, 1), new(sync.WaitGroup).Go, func(context.Context, []int) ([]int, error) { return nil, errors.New("it was under way") })
			if !slices.Equal(got, []int{3, 1}) {
				t.Errorf("got %v", got)
			}
			joined <- err
		}()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left: %v", err)
		}
		go func() {
			going.Wait()
			close(ended)
		}()
		synctest.Wait()
		select {
		case <-ended:
			t.Error("what goes on for others is not told")
		default:
		}
		close(first)
		if err := <-joined; err != nil {
			t.Errorf("who stayed: %v", err)
		}
		<-ended
		if !slices.Equal(seen, []int{1, 3}) {
			t.Errorf("computed were %v", seen)
		}
	})
}

// All leave: the work is cancelled, and who comes then begins anew.
func TestWorkThatNobodyWaitsForIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo(1 << 20)
		ctx, leave := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			_, _ = m.Get(ctx, keys(1), new(sync.WaitGroup).Go, func(ctx context.Context, _ []int) ([]int, error) {
				<-ctx.Done()
				close(ended)
				return nil, ctx.Err()
			})
		}()
		synctest.Wait()
		leave()
		<-ended
		if got, err := m.Get(t.Context(), keys(1), new(sync.WaitGroup).Go, numbered(keys(1), 1, nil)); err != nil || got[0] != 1 {
			t.Errorf("who came then: %v, %v", got, err)
		}
	})
}

func TestNothingIsKeptWithoutABound(t *testing.T) {
	m := memo.New(0, func(int) int64 { return 0 })
	for range 3 {
		if _, err := m.Get(t.Context(), keys(1), new(sync.WaitGroup).Go, numbered(keys(1), 1, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if c := m.Counts(); c.Misses != 3 || c.Evictions != 0 || c.Bytes != 0 {
		t.Errorf("%+v", c)
	}
}

// What is kept stays within its bytes, and what was asked for longest ago goes first.
func TestWhatIsKeptIsBounded(t *testing.T) {
	const each = 1000
	m := memo.New(10*(each+256), func(int) int64 { return each })
	misses := 0
	ask := func(n int) {
		t.Helper()
		if _, err := m.Get(t.Context(), keys(n), new(sync.WaitGroup).Go, numbered(keys(n), 1, func(int) { misses++ })); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 100 {
		ask(n)
		ask(0)
		if c := m.Counts(); c.Bytes > 10*(each+256) {
			t.Fatalf("%+v", c)
		}
	}
	if c := m.Counts(); misses != 100 || c.Evictions != 90 || c.Hits != 100 {
		t.Errorf("%d computed, %+v", misses, c)
	}
}

// Whoever comes, leaves, fails and is joined: nobody gets a value that is not the key's, and
// nobody waits for ever.
func TestWhateverHappensValuesAreTheKeysOwn(t *testing.T) {
	m := newMemo(20 * 256)
	fault := errors.New("a fault")
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 2))
			for range 200 {
				want := r.Perm(40)[:1+r.IntN(10)]
				list := keys(want...)
				ctx, leave := context.WithCancel(t.Context())
				if r.IntN(4) == 0 {
					go leave()
				}
				inner, fails := numbered(list, 1+r.IntN(4), nil), r.IntN(8) == 0
				got, err := m.Get(ctx, list, new(sync.WaitGroup).Go, func(ctx context.Context, places []int) ([]int, error) {
					if fails {
						return nil, fault
					}
					return inner(ctx, places)
				})
				leave()
				if err == nil && !slices.Equal(got, want) || err != nil && !errors.Is(err, fault) && !errors.Is(err, context.Canceled) {
					t.Errorf("%v: %v, %v", want, got, err)
				}
			}
		})
	}
	all.Wait()
}
