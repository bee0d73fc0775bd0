package duck

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// awaitSpare waits until a pool has its spare, which no other job takes.
func awaitSpare(p *Pool) *process {
	for {
		p.mu.Lock()
		w := p.spare
		p.mu.Unlock()
		if w != nil {
			return w
		}
		runtime.Gosched()
	}
}

func TestAJobTakesTheSpare(t *testing.T) {
	c := testConfig(t)
	c.Workers, c.Spare = 0, true
	p := newTestPool(t, c)
	spare := awaitSpare(p)
	if rows, err := p.Exec(t.Context(), Job{SQL: []string{"select 1"}}); err != nil || string(rows[0][0]) != "1" {
		t.Fatalf("%s, %v", rows, err)
	}
	if !spare.gone() {
		t.Error("the job ran in a process of its own")
	}
	spare = awaitSpare(p) // the next one
	if err := unix.Kill(spare.cmd.Process.Pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-spare.exited
	if _, err := p.Exec(t.Context(), Job{SQL: []string{"select 1"}}); err != nil {
		t.Errorf("a job after the spare was killed: %v", err)
	}
	spare = awaitSpare(p)
	if err := p.Close(); err != nil || !spare.gone() {
		t.Errorf("the spare outlived its pool: %v", err)
	}
}
