package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// timed gives what some work took, of all threads.
func timed(work func() error) (answer, error) {
	wall, before := time.Now(), processorTime()
	err := work()
	return answer{Wall: time.Since(wall).Seconds(), Processor: (processorTime() - before).Seconds()}, err
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it fails for wrong arguments only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident gives the bytes of anonymous memory that the process holds: files that are
// mapped, as the vectors of the bench are, do not count.
func resident() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kib, err := strconv.ParseInt(number, 10, 64)
	return kib << 10, err
}
