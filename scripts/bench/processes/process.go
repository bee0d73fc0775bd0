// Package processes runs the programs that a bench measures, each a process of its own
// that is ended here: the daemons of a fleet as on a box where systemd runs them, and
// their peers. It tells what they took of the processors.
package processes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Process is a program that was started here and is ended here.
type Process struct {
	Done <-chan struct{} // closed when it has ended
	Log  string          // the file of its output

	name string
	cmd  *exec.Cmd
}

// Start runs a program in a folder, with its output in a log file there. out, if
// given, gets its standard output instead.
func Start(folder, name string, env []string, out io.Writer, program string, args ...string) (*Process, error) {
	done := make(chan struct{})
	p := &Process{name: name, Done: done, Log: filepath.Join(folder, name+".log")}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd = exec.Command(program, args...)
	p.cmd.Dir = folder
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = log
	p.cmd.Stdout = log
	if out != nil {
		p.cmd.Stdout = out
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // its exit code says nothing that the measurement does not
		close(done)
	}()
	return p, nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop ends the program and waits for it.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.Done:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.Done
	}
}

// Await polls url until it answers with the status that means ready.
func (p *Process) Await(ctx context.Context, url string, ready int) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == ready {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready: %w", p.name, ctx.Err())
		case <-p.Done:
			text, _ := os.ReadFile(p.Log)
			return errors.New(p.name + " ended: " + string(text))
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// FreePort is one that the system hands out now.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
