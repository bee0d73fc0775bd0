package duck

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// niceOf gives the nice values of all threads of a process, each once.
func niceOf(t *testing.T, pid int) (found []string) {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if value := fields[16]; !seen[value] {
			seen[value] = true
			found = append(found, value)
		}
	}
	return found
}

// TestALongStatementStepsBack: its threads leave the processors to others, and the
// next statement's do not.
func TestALongStatementStepsBack(t *testing.T) {
	p := newTestPool(t, testConfig(t))
	const most = 20 // the system call gives 20 less the value
	priority, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	own := most - priority
	behind := min(own+longRunNice, 19) // the kernel knows no value above that
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	s, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pid := s.process.cmd.Process.Pid
	go func() {
		statement, err := s.Parse(ctx, "SELECT count(*) FROM range(1000000000000) a(i), range(1000000) b(j) WHERE i * j % 7 = 8")
		if err == nil {
			_, err = s.Run(ctx, Request{Statement: statement})
		}
		s.Close()
		ended <- err
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(5 * time.Minute); strings.Join(niceOf(t, pid), " ") != strconv.Itoa(behind); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("its threads are at %v", niceOf(t, pid))
		}
	}
	cancel()
	<-ended
	next, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if got := strings.Join(niceOf(t, next.process.cmd.Process.Pid), " "); got != strconv.Itoa(own) {
		t.Errorf("the next statement's threads are at %s", got)
	}
}
