package lexical

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// A search sees one moment: a text that is moved to and fro is found once, with
// all of its words, whatever is written meanwhile.
func TestASearchSeesOneMoment(t *testing.T) {
	x := New(usual)
	for s := range uint32(1000) {
		x.Set(s, fmt.Sprintf("common filler f%d", s%7))
	}
	x.Set(400, "red green blue common")
	alone := x.Search("red green blue common", 1, nil)[0].Score

	writes := sync.WaitGroup{}
	writes.Go(func() {
		from := uint32(400)
		for i := range 2000 {
			to := uint32(i * 7919 % 2000)
			x.Set(to, "common filler f1") // what is there gives way
			x.Moved(from, to)
			x.Set(from, "common filler f1")
			from = to
			if i%500 == 0 {
				x.Compact()
			}
		}
	})
	done := make(chan struct{})
	go func() { writes.Wait(); close(done) }()
	for searching := true; searching; {
		select {
		case <-done:
			searching = false
		default:
		}
		hits := x.Search("red green blue common", 2, nil)
		if len(hits) != 2 || hits[0].Score < alone*.9 || hits[1].Score > alone/10 {
			t.Errorf("hits %v: the text is there once, with a score of about %v", hits, alone)
			searching = false
		}
	}
	<-done
}

// What many goroutines did leaves what the same writes leave one by one.
func TestWritesAtOnceLeaveWhatTheyLeaveOneByOne(t *testing.T) {
	const writers, each = 4, 400
	x, m := New(usual), &model{usual, map[uint32][]string{}}
	write := func(writer int, set func(slot uint32, text string)) {
		r := rand.New(rand.NewPCG(uint64(writer), 3))
		for range each {
			slot := uint32(r.IntN(each/2)*writers + writer) // none of another writer's
			set(slot, text(r, 12))
		}
	}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() { write(w, x.Set) })
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 4))
			for range 100 {
				x.Search(text(r, 4), 10, nil)
				x.Stats()
			}
		})
	}
	all.Wait()
	for w := range writers {
		write(w, m.set)
	}
	m.counted(t, x)
	m.check(t, x, "a b c d e", 50, nil)
	m.check(t, x, "z y x", 50, nil)
}
