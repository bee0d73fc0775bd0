package duck

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// parentProbe is a process that makes a pool, prints its workers and waits.
const parentProbe = "duck-parent-probe"

func runParent() {
	p, err := NewPool(Config{
		Workers: 2, MaxWorkers: 2, Limits: Limits{MemoryBytes: 1 << 30, Threads: 1},
		SpillDir: os.Args[1], Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		panic(err)
	}
	for _, w := range p.idle {
		fmt.Println(w.cmd.Process.Pid)
	}
	fmt.Println("done")
	select {}
}

// awaitEnd waits until a process that is no child of this one has ended.
func awaitEnd(t *testing.T, pidfd int) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, 10_000)
		if err == unix.EINTR {
			continue
		}
		if n != 1 {
			t.Fatalf("a worker outlived its parent: %v", err)
		}
		return
	}
}

func TestWorkersDieWithAKilledParent(t *testing.T) {
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{parentProbe, t.TempDir()}, Stderr: os.Stderr}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var workers []int
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "done"; {
		var pid int
		fmt.Sscan(lines.Text(), &pid)
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		workers = append(workers, fd)
	}
	if len(workers) != 2 {
		t.Fatalf("%d workers", len(workers))
	}
	cmd.Process.Kill()
	cmd.Wait()
	for _, fd := range workers {
		awaitEnd(t, fd)
	}
}

func TestCloseLeavesNoWorker(t *testing.T) {
	c := testConfig(t)
	p := newTestPool(t, c)
	idle := p.idle[0]
	busy, err := startQuery(t.Context(), p, "select * from range(100000000)", Request{})
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error)
	go func() { closed <- p.Close() }()
	if _, err := busy.WriteTo(io.Discard); !errors.Is(err, ErrClosed) {
		t.Errorf("a running statement ended with %v", err)
	}
	busy.close()
	if err := <-closed; err != nil {
		t.Error(err)
	}
	for _, w := range []*process{idle, busy.process} {
		if w != nil && !w.gone() {
			t.Errorf("worker %d is alive", w.cmd.Process.Pid)
		}
	}
	if entries, err := os.ReadDir(c.SpillDir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if _, err := p.Acquire(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Acquire after Close: %v", err)
	}
	if _, err := p.Exec(t.Context(), Job{SQL: []string{"select 1"}}); !errors.Is(err, ErrClosed) {
		t.Errorf("Exec after Close: %v", err)
	}
}

func TestAHealthyWorkerIsUsedAgain(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	first := p.idle[0]
	for _, sql := range []string{"select 1", "select nope", "copy t to 'x'", "select * from range(10000000)", "select 'a'::int"} {
		b, err := startQuery(t.Context(), p, sql, Request{})
		if err == nil {
			b.close() // also before its end
		}
	}
	if len(p.idle) != 1 || p.idle[0] != first {
		t.Error("a worker was replaced without need")
	}
}

func TestAKilledWorkerCostsOneStatement(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	b, err := startQuery(t.Context(), p, "select * from range(100000000)", Request{})
	if err != nil {
		t.Fatal(err)
	}
	b.process.cmd.Process.Signal(syscall.SIGKILL)
	if _, err := b.WriteTo(io.Discard); !errors.Is(err, ErrCrashed) {
		t.Errorf("got %v", err)
	}
	b.close()
	if got := answer(t, p, "select 1 as a", Request{}); got != `{"a":1}` {
		t.Errorf("afterwards: %s", got)
	}
}

func TestAWorkerThatDiedIdleIsNoticed(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	w := p.idle[0]
	w.cmd.Process.Signal(syscall.SIGKILL)
	<-w.exited
	if got := answer(t, p, "select 1 as a", Request{}); got != `{"a":1}` {
		t.Errorf("afterwards: %s", got)
	}
}

func TestMoreStatementsWait(t *testing.T) {
	c := testConfig(t)
	c.MaxWorkers = 1
	p := newTestPool(t, c)
	held, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.Acquire(ctx); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := p.Acquire(left); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	waiting := make(chan error)
	go func() {
		s, err := p.Acquire(t.Context())
		if err == nil {
			s.Close()
		}
		waiting <- err
	}()
	held.Close()
	held.Close() // twice is once
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}

func TestManyAtOnce(t *testing.T) {
	c := testConfig(t)
	c.MaxWorkers = 3
	p := newTestPool(t, c)
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			sql := fmt.Sprintf("select %d as a", i)
			if i%6 == 5 {
				sql = "select nope"
			}
			rows, err := ask(t.Context(), p, sql, Request{})
			if i%6 == 5 {
				if !errors.Is(err, ErrInvalid) {
					t.Errorf("got %v", err)
				}
			} else if want := fmt.Sprintf(`{"a":%d}`, i); err != nil || rows[0] != want {
				t.Errorf("got %v, %v, want %s", rows, err, want)
			}
		})
	}
	all.Wait()
}

func TestAPoolForJobsKeepsNoWorker(t *testing.T) {
	c := testConfig(t)
	c.Workers = 0
	p := newTestPool(t, c)
	if rows, err := p.Exec(t.Context(), Job{SQL: []string{"select 1"}}); err != nil || string(rows[0][0]) != "1" {
		t.Errorf("%s, %v", rows, err)
	}
	if len(p.live) != 0 {
		t.Errorf("%d workers live", len(p.live))
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"fewer than none": func(c *Config) { c.Workers = -1 },
		"too few":         func(c *Config) { c.MaxWorkers = 0 },
		"little memory":   func(c *Config) { c.Limits.MemoryBytes = 1 << 20 },
		"no thread":       func(c *Config) { c.Limits.Threads = 0 },
		"relative folder": func(c *Config) { c.SpillDir = "spill" },
		"missing folder":  func(c *Config) { c.ReadDir = "/nonexistent" },
		"no log":          func(c *Config) { c.Log = nil },
	} {
		c := testConfig(t)
		spoil(&c)
		if p, err := NewPool(c); err == nil {
			p.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestASpillFolderThatWasRemovedIsMadeAgain: somebody cleaned up too well while
// the pool runs. The next worker spills as ever.
func TestASpillFolderThatWasRemovedIsMadeAgain(t *testing.T) {
	c := smallMemory(t)
	p := newTestPool(t, c)
	if err := os.RemoveAll(c.SpillDir); err != nil {
		t.Fatal(err)
	}
	w := p.idle[0]
	w.cmd.Process.Signal(syscall.SIGKILL)
	<-w.exited
	spilling(t, p, spills, func(s *Session) { s.process.cmd.Process.Kill() }, func(_ []string, err error) {
		if !errors.Is(err, ErrCrashed) {
			t.Errorf("of a worker that was killed when it had spilled: %v", err)
		}
	})
}
