package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/sandbox"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// workerName is argument zero of a worker.
const workerName = "lakehouse-duck-worker"

// A worker's ends of the pipes.
const (
	requestsFD = 3
	answersFD  = 4
)

// Main runs a worker and never returns if this process was started as one;
// otherwise it returns at once. It is the first line of main, and of TestMain,
// of every program that makes a Pool.
func Main() {
	if os.Args[0] != workerName {
		return
	}
	w := &worker{
		requests: newFrameReader(os.NewFile(requestsFD, "requests")),
		out:      &frameWriter{w: os.NewFile(answersFD, "answers")},
	}
	if err := w.run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// worker is the state of a worker process.
type worker struct {
	requests *frameReader
	out      *frameWriter
	db       bindings.Database
	// parser is the connection that only ever parses.
	parser *connection
	query  *query // parsed last, not yet run
	// running is the connection that an interrupt is for, nil between statements.
	running     atomic.Pointer[connection]
	interrupted atomic.Bool
}

// request is a frame from the parent.
type request struct {
	kind    byte
	payload []byte
}

// run builds the walls, says so, and serves until the parent is gone.
func (w *worker) run() error {
	if err := w.prepare(); err != nil {
		return err
	}
	requests := make(chan request)
	go func() {
		err := w.receive(requests)
		// Nobody is left to answer: whatever runs is in vain.
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(0)
	}()
	for r := range requests {
		if err := w.serve(r); err != nil {
			return err
		}
	}
	return nil
}

// prepare reads the setup and builds the walls.
func (w *worker) prepare() error {
	s, err := w.readSetup()
	if err != nil {
		return err
	}
	memory, err := sandbox.OpenMemory(os.Getpid())
	if err != nil {
		return err
	}
	defer memory.Close()
	report, err := sandbox.Enter(rulesOf(s))
	if err != nil {
		return err
	}
	if w.db, err = openInstance(s, true); err != nil {
		return err
	}
	if w.parser, err = connect(w.db); err != nil {
		return err
	}
	if _, err := parse(w.parser, "SELECT 1"); err != nil { // warms the parser up
		return err
	}
	size, err := memory.AddressSpace()
	if err != nil {
		return err
	}
	if err := sandbox.Limit(size + s.Limits.MemoryBytes + addressSlack); err != nil {
		return err
	}
	debug.SetMemoryLimit(s.Limits.MemoryBytes / 8)
	return w.out.send(frameReady, report)
}

func (w *worker) readSetup() (s setup, err error) {
	kind, size, err := w.requests.next()
	if err != nil || kind != frameSetup {
		return s, fmt.Errorf("no setup: %w", err)
	}
	payload, err := w.requests.payload(size)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(payload, &s); err != nil {
		return s, err
	}
	if os.Getppid() != s.Parent {
		return s, errors.New("the parent is gone")
	}
	return s, nil
}

// addressSlack is how much address space a worker may reserve beyond its bound
// of memory: heaps and stacks reserve more than they use.
const addressSlack = 1 << 30

// rulesOf gives the kernel wall of a setup.
func rulesOf(s setup) sandbox.Rules {
	rules := sandbox.Rules{ReadDirs: s.ReadDirs, ReadFiles: s.ReadFiles, WriteDirs: []string{s.SpillDir}}
	if s.WriteDir != "" {
		rules.WriteDirs = append(rules.WriteDirs, s.WriteDir)
	}
	return rules
}

// receive reads frames until the parent closes its end. Interrupts act at once,
// all else waits for its turn.
func (w *worker) receive(requests chan<- request) error {
	for {
		kind, size, err := w.requests.next()
		if err != nil {
			return nil // the parent closed its end
		}
		if kind == frameInterrupt {
			w.interrupted.Store(true)
			if c := w.running.Load(); c != nil {
				bindings.Interrupt(c.handle)
			}
			continue
		}
		payload, err := w.requests.payload(size)
		if err != nil {
			return err
		}
		requests <- request{kind, payload}
	}
}

// serve answers one request. An error ends the worker.
func (w *worker) serve(r request) error {
	var err error
	switch r.kind {
	case frameParse:
		err = w.parse(r.payload)
	case frameRun:
		err = w.runQuery(r.payload)
	case frameJob:
		err = w.runJob(r.payload)
	default:
		return fmt.Errorf("unknown request %q", r.kind)
	}
	if err == nil {
		return w.out.flush()
	}
	var failure *workerFailure
	if !errors.As(err, &failure) {
		failure = &workerFailure{Kind: failInternal, Message: err.Error(), Position: -1}
	}
	return w.out.send(frameFailed, failure)
}

func (w *worker) parse(payload []byte) error {
	var r parseRequest
	if err := json.Unmarshal(payload, &r); err != nil {
		return err
	}
	w.query = nil
	q, err := parse(w.parser, r.SQL)
	if err != nil {
		return err
	}
	w.query = q
	return w.out.message(frameParsed, q.Statement)
}

// session opens the connection of one statement and makes it the one that an
// interrupt is for.
func (w *worker) session() (c *connection, done func(), err error) {
	w.interrupted.Store(false)
	if c, err = connect(w.db); err != nil {
		return nil, nil, err
	}
	w.running.Store(c)
	return c, func() {
		w.running.Store(nil)
		c.close()
	}, nil
}

// stopped fails if an interrupt came while nothing ran that it could stop.
func (w *worker) stopped() error {
	if w.interrupted.Load() {
		return &workerFailure{Kind: failInterrupted, Message: "interrupted", Position: -1}
	}
	return nil
}
