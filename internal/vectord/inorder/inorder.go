// Package inorder does pieces of work side by side and gives them on in their order. It
// keeps a few pieces for each processor in memory and no more.
package inorder

import (
	"io"
	"runtime"
	"sync"
)

// piecesAhead of the one that is taken may be there, for each processor.
const piecesAhead = 3

// piece is one on its way; done is closed when the work on it is.
type piece[T any] struct {
	value T
	err   error
	done  chan struct{}
}

// Run gets pieces from next, one after the other, has work done on several of them at once,
// and gives each to take in the order in which they came. It ends with the first error of
// any of these in that order. io.EOF of next is the proper end, and no error; that of work
// or take is an error as any other. Nothing is called any more when it returns.
func Run[T any](next func() (T, error), work func(*T) error, take func(*T) error) error {
	workers := runtime.GOMAXPROCS(0)
	turns, jobs, quit := make(chan *piece[T], piecesAhead*workers), make(chan *piece[T]), make(chan struct{})
	var group sync.WaitGroup
	defer group.Wait()
	defer close(quit)
	group.Go(func() {
		defer close(jobs)
		defer close(turns)
		for {
			p := &piece[T]{done: make(chan struct{})}
			if p.value, p.err = next(); p.err == io.EOF {
				return
			}
			if p.err != nil {
				close(p.done)
			}
			select {
			case turns <- p:
			case <-quit:
				return
			}
			if p.err != nil {
				return
			}
			jobs <- p // some worker takes it: they end when this does
		}
	})
	for range workers {
		group.Go(func() {
			for p := range jobs {
				p.err = work(&p.value)
				close(p.done)
			}
		})
	}
	for p := range turns {
		<-p.done
		if p.err == nil {
			p.err = take(&p.value)
		}
		if p.err != nil {
			return p.err
		}
	}
	return nil
}
