package duck

import (
	"os"

	"golang.org/x/sys/unix"
)

// A worker's ends of the pipes.
const (
	requestsFD   = 3 + iota // frames from the parent
	answersFD               // frames to the parent
	interruptsFD            // numbers of requests to stop, four bytes each
	noteFD                  // the shared memory for its progress
)

// answersBytes is how far a worker may be ahead of its parent without waiting.
const answersBytes = 1 << 20

// pipes connect parent and worker.
type pipes struct {
	requests, answers, interrupts *os.File    // the parent's ends
	note                          *os.File    // both ends in one
	child                         [3]*os.File // the worker's ends, in the order of their numbers, note apart
}

// open makes the pipes. What is open after an error is for the caller to close.
func (p *pipes) open() (err error) {
	if p.child[0], p.requests, err = blockingPipe(); err != nil {
		return err
	}
	if p.answers, p.child[1], err = blockingPipe(); err != nil {
		return err
	}
	// Where a user may have no more of such pipes the usual size will do.
	_, _ = unix.FcntlInt(p.answers.Fd(), unix.F_SETPIPE_SZ, answersBytes)
	if p.child[2], p.interrupts, err = os.Pipe(); err != nil {
		return err
	}
	p.note, err = newNote()
	return err
}

// blockingPipe makes a pipe whose reader waits in the kernel and not in Go's
// poller: an answer wakes it up sooner by half.
func blockingPipe() (r, w *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe"), nil
}

func (p *pipes) closeChild() {
	for _, f := range p.child {
		f.Close()
	}
}

func (p *pipes) closeParent() {
	for _, f := range []*os.File{p.requests, p.answers, p.interrupts, p.note} {
		f.Close() // of nil does nothing
	}
}
