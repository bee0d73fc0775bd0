package duck

import (
	"time"

	"golang.org/x/sys/unix"
)

const (
	// longRun is how long a statement may run beside others as their equal.
	longRun = 500 * time.Millisecond
	// longRunNice is what it steps back by after that: about a tenth of their share of
	// a processor that they want, and all of one that nobody wants.
	longRunNice = 10
)

// stepBack gives a worker's threads less of the processors. They are one process
// group, of which Linux sets each thread.
func (p *process) stepBack() { p.nice.Store(p.setNice(longRunNice)) }

// stepUp undoes stepBack, and reports whether that may be: it takes a privilege that
// a service has seldom. A worker that stays behind is replaced.
func (p *process) stepUp() bool {
	if !p.nice.Load() {
		return true
	}
	if !p.setNice(0) {
		return false
	}
	p.nice.Store(false)
	return true
}

// setNice puts the worker n behind this process.
func (p *process) setNice(n int) bool {
	const most = 20 // the system call gives 20 less the value
	own, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	return err == nil && unix.Setpriority(unix.PRIO_PGRP, p.cmd.Process.Pid, most-own+n) == nil
}
