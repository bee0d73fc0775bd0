package duck

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// startRequest asks the starter for a process.
type startRequest struct {
	spill  string
	answer chan<- startAnswer
}

type startAnswer struct {
	process *process
	err     error
}

// startAll starts every worker on one thread, which lives until the pool is
// closed: the kernel kills a worker when the thread that started it ends.
func (p *Pool) startAll() {
	runtime.LockOSThread()
	for {
		select {
		case r := <-p.starts:
			w, err := start(r.spill, p.config.Limits, p.config.adjust)
			r.answer <- startAnswer{w, err}
		case <-p.closing:
			// The workers are killed by now or will be by their owners; the thread ends
			// with this goroutine and takes along what is left.
			return
		}
	}
}

// querySetup is the setup of a query worker.
func (p *Pool) querySetup() setup {
	s := setup{Parent: os.Getpid(), Limits: p.config.Limits, S3: p.config.S3}
	if p.config.ReadDir != "" {
		s.ReadDirs = []string{p.config.ReadDir}
	}
	return s
}

// begin starts a process, which waits for its setup.
func (p *Pool) begin() (*process, error) {
	if err := os.MkdirAll(p.config.SpillDir, 0o700); err != nil { // somebody may have cleaned up too well
		return nil, err
	}
	spill, err := os.MkdirTemp(p.config.SpillDir, spillPrefix)
	if err != nil {
		return nil, err
	}
	answer := make(chan startAnswer, 1)
	select {
	case p.starts <- startRequest{spill, answer}:
	case <-p.closing:
		os.RemoveAll(spill)
		return nil, failure(ErrClosed, "the query workers are shut down")
	}
	started := <-answer
	if started.err != nil {
		os.RemoveAll(spill)
		return nil, fmt.Errorf("start: %w", started.err)
	}
	return started.process, nil
}

// spawn makes a worker of a process and waits until its walls stand.
func (p *Pool) spawn(s setup) (*process, error) {
	w := p.takeSpare()
	if w == nil {
		var err error
		if w, err = p.begin(); err != nil {
			return nil, err
		}
	}
	if !p.adopt(w) {
		w.dispose()
		return nil, failure(ErrClosed, "the query workers are shut down")
	}
	s.SpillDir = w.spill
	if err := w.greet(s); err != nil {
		said := w.stderr.String()
		p.discard(w, err)
		return nil, fmt.Errorf("the worker's walls do not stand: %w: %s", err, said)
	}
	return w, nil
}

// adopt counts a worker among the live, unless the pool is closed.
func (p *Pool) adopt(w *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.live[w] = true
	return true
}

// spillPrefix begins the names of the workers' folders.
const spillPrefix = "worker-"

// cleanSpill makes the spill folder and removes what dead workers left in it.
func cleanSpill(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), spillPrefix) {
			if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
