package duck

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// workerName is argument zero of a worker.
const workerName = "lakehouse-duck-worker"

// Main runs a worker and never returns if this process was started as one;
// otherwise it returns at once. It is the first line of main, and of TestMain,
// of every program that makes a Pool.
func Main() {
	if os.Args[0] != workerName {
		return
	}
	w := &worker{
		requests:   newFrameReader(os.NewFile(requestsFD, "requests")),
		out:        &frameWriter{w: os.NewFile(answersFD, "answers")},
		interrupts: os.NewFile(interruptsFD, "interrupts"),
		note:       os.NewFile(noteFD, "progress"),
	}
	if err := w.run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// worker is the state of a worker process.
type worker struct {
	requests   *frameReader
	out        *frameWriter
	interrupts *os.File
	note       *os.File  // see noteProgress
	threads    int       // that a statement may use
	noRows     string    // see setup.noRows
	plain      *instance // for statements that read no objects
	parser     *parser
	objects    *objects          // nil where files are on this box
	query      *query            // parsed last, not yet run
	selects    map[string]*query // parsed for it, by their texts: those of views

	mu      sync.Mutex
	calls   uint32      // requests read, the number of the last
	stopped uint32      // the number of the last request to be interrupted
	running *connection // what an interrupt is for, nil between statements
	ticker  *time.Timer // of notes; nil before the first statement
}

// run builds the walls, says so, and serves until the parent is gone.
func (w *worker) run() error {
	if err := w.prepare(); err != nil {
		return err
	}
	go func() {
		w.awaitInterrupts()
		os.Exit(0) // the parent is gone: whatever runs is in vain
	}()
	for {
		kind, payload, err := w.next()
		if err != nil {
			return nil // the parent is gone
		}
		if err := w.serve(kind, payload); err != nil {
			return err
		}
	}
}

// next reads a request.
func (w *worker) next() (kind byte, payload []byte, err error) {
	kind, size, err := w.requests.next()
	if err != nil {
		return 0, nil, err
	}
	if payload, err = w.requests.payload(size); err != nil {
		return 0, nil, err
	}
	w.mu.Lock()
	w.calls++
	w.mu.Unlock()
	return kind, payload, nil
}

// awaitInterrupts stops requests by their number, until the parent is gone. One
// that is over is no longer harmed by an interrupt that comes late.
func (w *worker) awaitInterrupts() {
	var number [4]byte
	for {
		if _, err := io.ReadFull(w.interrupts, number[:]); err != nil {
			return
		}
		w.mu.Lock()
		w.stopped = binary.BigEndian.Uint32(number[:])
		if w.stopped == w.calls && w.running != nil {
			bindings.Interrupt(w.running.handle)
		}
		w.mu.Unlock()
	}
}

// serve answers one request. An error ends the worker.
func (w *worker) serve(kind byte, payload []byte) error {
	var err error
	switch kind {
	case frameParse:
		err = w.parse(payload)
	case frameRun:
		err = w.runQuery(payload)
	case frameBind:
		err = w.bind(payload)
	case frameJob:
		err = w.runJob(payload)
	default:
		return fmt.Errorf("unknown request %q", kind)
	}
	var broken *wallError
	switch {
	case err == nil:
		return w.ahead(w.out.flush())
	case errors.As(err, &broken):
		return err
	}
	var failure *workerFailure
	if !errors.As(err, &failure) {
		failure = &workerFailure{Kind: failInternal, Message: err.Error(), Position: -1}
	}
	if w.objects != nil {
		failure.Message = w.objects.setup.S3.hide(failure.Message)
	}
	return w.ahead(w.out.send(frameFailed, failure))
}

// ahead makes ready what the next request may need, once this one has its answer.
func (w *worker) ahead(err error) error {
	if err != nil || w.objects == nil {
		return err
	}
	return w.objects.prepare()
}

func (w *worker) parse(payload []byte) error {
	var r parseRequest
	if err := json.Unmarshal(payload, &r); err != nil {
		return err
	}
	if r.View {
		return w.parseView(r.SQL)
	}
	w.query, w.selects = nil, map[string]*query{}
	if r.Predicate != "" {
		q, err := w.parser.predicate(r.SQL, r.Predicate)
		if err != nil {
			return err
		}
		return w.out.message(frameParsed, q.Statement) // not to be run
	}
	q, err := w.parser.parse(r.SQL)
	if err != nil {
		return err
	}
	w.query = q
	return w.out.message(frameParsed, q.Statement)
}

// session makes an instance's session the one that an interrupt is for, and gives it
// a crew. done rolls back whatever the statement's run made: where it cannot, the next
// statement could see that, and the worker must end.
func (w *worker) session(i *instance) (c *connection, done func() error) {
	w.setRunning(i.runs)
	crew := summon(i.db, i.hands)
	return i.runs, func() error {
		crew.dismiss()
		w.setRunning(nil)
		return i.runs.rollback()
	}
}

func (w *worker) setRunning(c *connection) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = c
	w.noteProgress(nil)
	switch {
	case c == nil:
		w.ticker.Stop()
	case w.ticker == nil:
		w.ticker = time.AfterFunc(noteInterval, w.tick)
	default:
		w.ticker.Reset(noteInterval)
	}
}

// checkInterrupt fails if an interrupt came while nothing ran that it could stop.
func (w *worker) checkInterrupt() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped == w.calls {
		return &workerFailure{Kind: failInterrupted, Message: "interrupted", Position: -1}
	}
	return nil
}
