package testbed

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
)

// startLimit is far more than a start takes, so that a busy machine fails no test.
const startLimit = 3 * time.Minute

// Process is a server beside the test.
type Process struct {
	name, health string
	template     *exec.Cmd // never started itself
	cmd          *exec.Cmd
	exited       chan struct{}
}

// Start runs a server until the test ends, and returns once health answers 200.
// What the server printed is shown if it does not.
func Start(t testing.TB, name string, cmd *exec.Cmd, health string) *Process {
	t.Helper()
	p := &Process{name: name, health: health, template: cmd}
	p.start(t)
	t.Cleanup(p.Kill)
	return p
}

// Restart starts a server that was killed again as it was, and returns once it
// answers.
func (p *Process) Restart(t testing.TB) {
	t.Helper()
	p.start(t)
}

func (p *Process) start(t testing.TB) {
	t.Helper()
	out := &testlog.Text{}
	p.cmd = &exec.Cmd{
		Path: p.template.Path, Args: p.template.Args, Env: p.template.Env, Dir: p.template.Dir, Err: p.template.Err,
		Stdout: out, Stderr: out, SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	cmd, exited := p.cmd, make(chan struct{})
	p.exited = exited
	started := make(chan error)
	go func() {
		// The kernel kills the server when the thread that started it ends, and a pool
		// of workers ends a thread when it is closed: this one is the server's alone.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // however it ends
			close(exited)
		}
	}()
	if err := <-started; err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
	p.await(t, out)
}

// await returns once the server answers.
func (p *Process) await(t testing.TB, out *testlog.Text) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	for !answers(ctx, p.health) {
		select {
		case <-p.exited:
			t.Fatalf("%s ended before it was ready:\n%s", p.name, out)
		case <-ctx.Done():
			p.Kill()
			t.Fatalf("%s was not ready within %s:\n%s", p.name, startLimit, out)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server as kill -9 does, and returns when it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.exited
}

// end has the server end as an operator would, and returns when it is gone.
func (p *Process) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	<-p.exited
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// FreeAddress gives an address that nobody listens on now. Another process may
// take it before it is used; the start then fails, and says so.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
