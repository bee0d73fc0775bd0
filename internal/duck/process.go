package duck

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/sandbox"
)

// process is a worker as its parent sees it. It is used by one statement or job
// at a time.
type process struct {
	cmd      *exec.Cmd
	requests *os.File
	answers  *os.File
	out      *frameWriter
	in       *frameReader
	memory   *sandbox.Memory
	spill    string // its own folder, removed with it
	limits   Limits
	report   sandbox.Report
	stderr   tail

	// doomed is why the parent killed it, nil if it did not.
	doomed atomic.Pointer[Error]
	exited chan struct{} // closed once the process is gone and its folder too
}

// start executes this program again as a worker. The calling thread must live as
// long as the worker: the kernel kills the worker when that thread ends.
func start(s setup) (*process, error) {
	childIn, requests, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer childIn.Close()
	answers, childOut, err := os.Pipe()
	if err != nil {
		requests.Close()
		return nil, err
	}
	defer childOut.Close()
	p := &process{
		requests: requests, answers: answers,
		out: &frameWriter{w: requests}, in: newFrameReader(answers),
		spill: s.SpillDir, limits: s.Limits, exited: make(chan struct{}),
	}
	p.cmd = &exec.Cmd{
		Path:       "/proc/self/exe",
		Args:       []string{workerName},
		Env:        []string{}, // secrets stay with the parent
		Dir:        "/",
		Stderr:     &p.stderr,
		ExtraFiles: []*os.File{childIn, childOut}, // requestsFD, answersFD
		SysProcAttr: &syscall.SysProcAttr{
			Pdeathsig: syscall.SIGKILL,
			Setpgid:   true, // a terminal's interrupt is for the parent to handle
		},
		WaitDelay: time.Second,
	}
	if err := p.cmd.Start(); err != nil {
		requests.Close()
		answers.Close()
		return nil, err
	}
	if p.memory, err = sandbox.OpenMemory(p.cmd.Process.Pid); err != nil {
		p.memory = nil // it is gone already; the handshake will say so
	}
	go p.reap()
	return p, nil
}

// reap waits for the process and cleans up behind it.
func (p *process) reap() {
	p.cmd.Wait()
	os.RemoveAll(p.spill)
	close(p.exited)
}

// greet sends the setup and waits until the walls stand.
func (p *process) greet(s setup) error {
	if err := p.out.send(frameSetup, s); err != nil {
		return p.death()
	}
	payload, err := p.expect(frameReady)
	if err != nil {
		return err
	}
	return json.Unmarshal(payload, &p.report)
}

// kill ends the process. The first reason given stays.
func (p *process) kill(reason *Error) {
	p.doomed.CompareAndSwap(nil, reason)
	p.cmd.Process.Kill()
}

// dispose ends the process, waits for its end and frees what the parent holds.
func (p *process) dispose() {
	p.cmd.Process.Kill()
	<-p.exited
	p.requests.Close()
	p.answers.Close()
	if p.memory != nil {
		p.memory.Close()
	}
}

// gone reports whether the process has ended.
func (p *process) gone() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// resident is the memory that the process holds, 0 once it has ended.
func (p *process) resident() int64 {
	if p.memory == nil {
		return 0
	}
	size, err := p.memory.Resident()
	if err != nil {
		return 0
	}
	return size
}

// expect reads the answer of the given kind. A frameFailed becomes its error,
// anything else means that the worker is beyond trust.
func (p *process) expect(kind byte) ([]byte, error) {
	got, size, err := p.in.next()
	if err != nil {
		return nil, p.death()
	}
	payload, err := p.in.payload(size)
	if err != nil {
		return nil, p.death()
	}
	switch got {
	case kind:
		return payload, nil
	case frameFailed:
		return nil, p.failure(payload)
	}
	return nil, p.confused(fmt.Sprintf("frame %q where %q was due", got, kind))
}

// confused kills a worker that breaks the protocol.
func (p *process) confused(detail string) *Error {
	e := failure(ErrCrashed, "the query worker failed, the statement may be tried again")
	fmt.Fprintln(&p.stderr, detail)
	p.kill(e)
	return e
}

// failure words what the worker reported.
func (p *process) failure(payload []byte) *Error {
	var f workerFailure
	if err := json.Unmarshal(payload, &f); err != nil {
		return p.confused(err.Error())
	}
	kind := ErrInternal
	switch f.Kind {
	case failMemory:
		return overMemory(p.limits.MemoryBytes)
	case failSpill:
		return overSpill(p.limits.SpillBytes)
	case failInterrupted:
		return failure(errInterrupted, "the statement was interrupted")
	case failInvalid:
		kind = ErrInvalid
	case failNotAllowed:
		kind = ErrNotAllowed
	case failInternal:
		fmt.Fprintln(&p.stderr, f.Message)
	}
	return &Error{Kind: kind, Detail: f.Message, Position: f.Position}
}

// death words why the worker's pipe broke.
func (p *process) death() *Error {
	p.cmd.Process.Kill() // it may have closed its pipes and live
	<-p.exited
	if e := p.doomed.Load(); e != nil {
		return e
	}
	said := strings.ToLower(p.stderr.String())
	for _, sign := range []string{"out of memory", "cannot allocate memory", "bad_alloc", "resource temporarily unavailable"} {
		if strings.Contains(said, sign) {
			return overMemory(p.limits.MemoryBytes)
		}
	}
	return failure(ErrCrashed, "the query worker died (%s), the statement may be tried again", p.cmd.ProcessState)
}

var errInterrupted = errors.New("interrupted")

// tail keeps the end of what a worker wrote to its standard error.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if n := len(t.buf) - tailSize; n > 0 {
		t.buf = append(t.buf[:0], t.buf[n:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}

// take gives what was written since the last take.
func (t *tail) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	said := string(t.buf)
	t.buf = t.buf[:0]
	return said
}

var _ io.Writer = (*tail)(nil)
