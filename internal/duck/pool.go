package duck

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/sandbox"

	"github.com/prometheus/client_golang/prometheus"
)

// Limits bound one worker.
type Limits struct {
	MemoryBytes int64 `json:"memory_bytes"` // resident, of the whole process; at least 256 MiB
	Threads     int   `json:"threads"`
	SpillBytes  int64 `json:"spill_bytes"` // temporary files on disk
}

// Config makes a Pool.
type Config struct {
	Workers    int // query workers kept warm; 0 for a pool that only runs jobs
	MaxWorkers int // statements and jobs at once; more wait
	// Spare keeps a process started for the next worker: most of what a short job takes
	// is the start of its process.
	Spare  bool
	Limits Limits
	// ReadDir is the folder whose files queries may read, "" for none.
	ReadDir string
	// S3, where it is given, is what the Files of a View are objects of, and ReadDir
	// is "".
	S3 *S3
	// SpillDir holds the workers' temporary files. It is the pool's alone: what
	// workers left behind there is removed.
	SpillDir string
	Log      *slog.Logger
	Metrics  prometheus.Registerer // nil for none

	adjust func(*exec.Cmd) // changes how a worker is started, for a test that watches it
}

const minMemory = 256 << 20

// Pool keeps workers. It is safe for concurrent use.
type Pool struct {
	config  Config
	metrics metrics
	slots   chan struct{} // one for each statement or job at once
	starts  chan startRequest
	closing chan struct{}
	work    sync.WaitGroup // the starter, the refills and the spares

	mu     sync.Mutex
	idle   []*process
	live   map[*process]bool // all, idle and busy
	spare  *process          // see Config.Spare; not among the live
	spared bool              // there is a spare, or one is being started
	closed bool
	report sandbox.Report
}

// NewPool starts the warm workers. It fails if not even one can build its walls.
func NewPool(c Config) (*Pool, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if err := cleanSpill(c.SpillDir); err != nil {
		return nil, err
	}
	p := &Pool{
		config:  c,
		slots:   make(chan struct{}, c.MaxWorkers),
		starts:  make(chan startRequest),
		closing: make(chan struct{}),
		live:    map[*process]bool{},
	}
	if err := p.measure(c.Metrics); err != nil {
		return nil, err
	}
	p.work.Go(p.startAll)
	for range max(c.Workers, 1) { // one in any case, to see that its walls stand
		w, err := p.spawn(p.querySetup())
		if err != nil {
			p.Close()
			return nil, fmt.Errorf("query worker: %w", err)
		}
		p.report = w.report
		if !p.keep(w) {
			p.discard(w, nil)
		}
	}
	return p, nil
}

func (c Config) validate() error {
	switch {
	case c.Workers < 0 || c.MaxWorkers < max(c.Workers, 1):
		return fmt.Errorf("duck: MaxWorkers must be at least 1 and at least Workers, which must not be negative; not %d and %d", c.MaxWorkers, c.Workers)
	case c.Limits.MemoryBytes < minMemory:
		return fmt.Errorf("duck: MemoryBytes must be at least %d, not %d", minMemory, c.Limits.MemoryBytes)
	case c.Limits.Threads < 1 || c.Limits.SpillBytes < 0:
		return fmt.Errorf("duck: Threads must be at least 1 and SpillBytes not negative")
	case !filepath.IsAbs(c.SpillDir) || c.ReadDir != "" && !filepath.IsAbs(c.ReadDir):
		return fmt.Errorf("duck: SpillDir and ReadDir must be absolute paths")
	case c.Log == nil:
		return fmt.Errorf("duck: Log is missing")
	case c.S3 != nil && c.ReadDir != "":
		return fmt.Errorf("duck: files are in ReadDir or in S3, not in both")
	case c.S3 != nil:
		return c.S3.validate()
	}
	return nil
}

// Sandbox reports what the kernel enforces on the workers.
func (p *Pool) Sandbox() sandbox.Report { return p.report }

// Acquire takes a query worker, for one statement. It waits while all are busy.
func (p *Pool) Acquire(ctx context.Context) (*Session, error) {
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	for {
		w := p.pop()
		if w == nil {
			break
		}
		if !w.gone() {
			return &Session{pool: p, process: w}, nil
		}
		p.discard(w, w.death())
	}
	w, err := p.spawn(p.querySetup())
	if err != nil {
		<-p.slots
		return nil, err
	}
	return &Session{pool: p, process: w}, nil
}

// enter takes a slot.
func (p *Pool) enter(ctx context.Context) error {
	select {
	case <-p.closing:
		return failure(ErrClosed, "the query workers are shut down")
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case <-p.closing:
		return failure(ErrClosed, "the query workers are shut down")
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return ended(ctx)
		}
		return failure(ErrBusy, "all %d query workers were busy until the deadline", p.config.MaxWorkers)
	}
}

func (p *Pool) pop() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	w := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	return w
}

// release takes a query worker back from its session. One that is in doubt, or
// that grew fat, is replaced.
func (p *Pool) release(w *process, doubt error) {
	defer func() { <-p.slots }()
	fat := w.resident() > p.config.Limits.MemoryBytes/2
	switch {
	case doubt != nil:
		p.discard(w, doubt)
	case w.gone() || w.doomed.Load() != nil: // killed as it finished
		p.discard(w, w.death())
	case fat || !w.stepUp() || !p.keep(w):
		p.discard(w, nil)
	}
	p.refill()
}

// keep makes a worker idle, unless there are enough.
func (p *Pool) keep(w *process) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle) >= p.config.Workers {
		return false
	}
	p.idle = append(p.idle, w)
	return true
}

// refill starts a worker in the background if too few are warm.
func (p *Pool) refill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.live) >= p.config.Workers {
		return
	}
	p.work.Go(func() {
		w, err := p.spawn(p.querySetup())
		if err != nil {
			p.config.Log.Error("query worker does not start", "error", err)
			return
		}
		if !p.keep(w) {
			p.discard(w, nil)
		}
	})
}

// discard ends a worker; fault is nil if nothing is wrong with it.
func (p *Pool) discard(w *process, fault error) {
	w.dispose()
	p.mu.Lock()
	delete(p.live, w)
	p.mu.Unlock()
	if fault == nil {
		return
	}
	p.metrics.faults.WithLabelValues(reasonOf(fault)).Inc()
	var e *Error
	cause := ""
	if errors.As(fault, &e) {
		cause = e.Cause
	}
	p.config.Log.Warn("query worker replaced", "pid", w.cmd.Process.Pid, "fault", fault.Error(), "cause", cause,
		"state", w.cmd.ProcessState.String(), "stderr", w.stderr.String())
}

// Close ends all workers; what still runs fails. It returns when none is left.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.closing)
	idle := p.idle
	if p.spare != nil {
		idle = append(idle, p.spare)
	}
	p.idle, p.spare = nil, nil
	for w := range p.live {
		w.kill(failure(ErrClosed, "the query workers are shut down"))
	}
	p.mu.Unlock()
	for _, w := range idle {
		p.discard(w, nil)
	}
	for range cap(p.slots) {
		p.slots <- struct{}{} // wait for the sessions and jobs
	}
	p.work.Wait()
	return nil
}
