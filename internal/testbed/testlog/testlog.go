// Package testlog keeps what runs in a test says, so that the test can read it meanwhile
// and wait for it. It knows nothing of ours: any package's tests may use it.
package testlog

import (
	"bytes"
	"sync"
	"testing"
	"time"
)

// Text is what was written to it so far; the zero value is empty. Any number of goroutines
// may write and read.
type Text struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed at the next write; nil while nobody waits for that
}

// Write adds to the text. Its error is always nil.
func (x *Text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.grown != nil {
		close(x.grown)
		x.grown = nil
	}
	return x.text.Write(p)
}

// String gives all that was written so far.
func (x *Text) String() string {
	text, _ := x.now(false)
	return text
}

// patience is how long Await waits, in which a loaded machine gets everywhere.
const patience = time.Minute

// Await returns when the text is as wanted, and gives it. Where that does not come to be
// within a minute the test ends as failed, and says what it waited for.
func (x *Text) Await(t testing.TB, what string, wanted func(text string) bool) string {
	t.Helper()
	late := time.After(patience)
	for {
		text, grown := x.now(true)
		if wanted(text) {
			return text
		}
		select {
		case <-grown:
		case <-late:
			t.Fatalf("%s was not said within %v: %s", what, patience, text)
		}
	}
}

// now gives the text and, for who waits, what is closed when there is more of it.
func (x *Text) now(waiting bool) (string, <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if waiting && x.grown == nil {
		x.grown = make(chan struct{})
	}
	return x.text.String(), x.grown
}
