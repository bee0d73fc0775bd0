package duck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	pipes
	cmd    *exec.Cmd
	calls  uint32 // requests sent, the number of the last
	out    *frameWriter
	in     *frameReader
	memory *sandbox.Memory
	spill  string // its own folder, removed with it
	limits Limits
	report sandbox.Report
	stderr tail

	nice atomic.Bool // it stepped back

	// doomed is why the parent killed it, nil if it did not.
	doomed atomic.Pointer[Error]
	exited chan struct{} // closed once the process is gone and its folder too
}

// program is what a worker executes: this program again. Tests with the race detector
// are linked with the path of one that was built without (scripts/verify.sh), for a
// worker starts in a tenth of the time then.
var program = "/proc/self/exe"

// start executes a worker with its own folder, whose command adjust may change (nil: as
// it is). The calling thread must live as long as the worker: the kernel kills the
// worker when that thread ends.
func start(spill string, limits Limits, adjust func(*exec.Cmd)) (*process, error) {
	var pipes pipes
	defer pipes.closeChild()
	if err := pipes.open(); err != nil {
		pipes.closeParent()
		return nil, err
	}
	p := &process{
		pipes: pipes,
		out:   &frameWriter{w: pipes.requests}, in: newFrameReader(pipes.answers),
		spill: spill, limits: limits, exited: make(chan struct{}),
	}
	p.cmd = &exec.Cmd{
		Path:       program,
		Args:       []string{workerName},
		Env:        []string{}, // secrets stay with the parent
		Dir:        "/",
		Stderr:     &p.stderr,
		ExtraFiles: append(pipes.child[:], pipes.note), // from requestsFD on
		SysProcAttr: &syscall.SysProcAttr{
			Pdeathsig: syscall.SIGKILL,
			Setpgid:   true, // a terminal's interrupt is for the parent to handle
		},
		WaitDelay: time.Second,
	}
	if adjust != nil {
		adjust(p.cmd)
	}
	if err := p.cmd.Start(); err != nil {
		pipes.closeParent()
		return nil, err
	}
	var err error
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

// startTimeout bounds the time in which a worker builds its walls.
const startTimeout = 30 * time.Second

// greet sends the setup and waits until the walls stand.
func (p *process) greet(s setup) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	watch, err := p.call(ctx, frameSetup, s)
	defer watch.stop()
	if err != nil {
		return err
	}
	payload, err := p.expect(frameReady)
	if err != nil {
		return err
	}
	return json.Unmarshal(payload, &p.report)
}

// call sends a request. The caller stops the watch, also after an error, before
// the next call.
func (p *process) call(ctx context.Context, kind byte, payload any) (*watch, error) {
	p.calls++
	watch := p.watch(ctx)
	if err := p.out.send(kind, payload); err != nil {
		return watch, p.death()
	}
	return watch, nil
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
	p.closeParent()
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
	e.Cause = detail
	p.kill(e)
	return e
}

// failure words what the worker reported.
func (p *process) failure(payload []byte) *Error {
	var f workerFailure
	if err := json.Unmarshal(payload, &f); err != nil {
		return p.confused(err.Error())
	}
	switch f.Kind {
	case failMemory:
		return overMemory(p.limits.MemoryBytes, f.Message)
	case failSpill:
		return overSpill(p.limits.SpillBytes)
	case failInterrupted:
		return failure(errInterrupted, "the statement was interrupted")
	case failInvalid:
		return &Error{Kind: ErrInvalid, Detail: f.Message, Position: f.Position}
	case failView:
		return &Error{Kind: ErrView, Detail: f.Message, Position: -1, View: f.View}
	case failDamaged:
		e := failure(ErrDamaged, "a data file of one of the statement's tables is damaged: the log names it")
		e.Cause = f.Message
		return e
	case failUnreachable:
		e := failure(ErrUnreachable, "the S3 endpoint does not answer as it should; it may be starting: try again, or look at its log")
		e.Cause = f.Message
		return e
	case failKeyRefused:
		e := failure(ErrKeyRefused, "the S3 endpoint refuses the key that query workers read with")
		e.Cause = f.Message
		return e
	case failNotAllowed:
		return &Error{Kind: ErrNotAllowed, Detail: f.Message, Position: f.Position}
	}
	e := failure(ErrInternal, "the query engine failed, its log says why")
	if saysDiskFull(f.Message) {
		e = overDisk()
	}
	e.Cause = f.Message
	return e
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
			return overMemory(p.limits.MemoryBytes, sign)
		}
	}
	e := failure(ErrCrashed, "the query worker died, the statement may be tried again")
	if saysDiskFull(said) { // it writes a little before its walls stand
		e = overDisk()
	}
	e.Cause = p.cmd.ProcessState.String()
	return e
}

// saysDiskFull tells what the system says of a disk without room, in any case of letters.
func saysDiskFull(text string) bool {
	return strings.Contains(strings.ToLower(text), "no space left on device")
}

func overDisk() *Error {
	return failure(ErrDiskFull, "the disk is full: free some space and try again")
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
