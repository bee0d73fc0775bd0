package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// memoryField reads one field of a file of a process, in bytes; 0 when the
// process has ended.
func memoryField(pid int, file, field string) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), field+":"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10
		}
	}
	return 0
}

// residents adds up the memory of a process and its children. Pss counts a page
// that several share once, divided among them.
func residents(root int) int64 {
	var sum int64
	for _, pid := range processes.Tree(root) {
		sum += memoryField(pid, "smaps_rollup", "Pss")
	}
	return sum
}

// watchPeaks follows a process and its children until stop is closed and gives
// the sum of the peaks (VmHWM) of all that lived in that time.
func watchPeaks(root int, stop <-chan struct{}) <-chan int64 {
	result := make(chan int64, 1)
	go func() {
		peaks := map[int]int64{}
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			for _, pid := range processes.Tree(root) {
				peaks[pid] = max(peaks[pid], memoryField(pid, "status", "VmHWM"))
			}
			select {
			case <-tick.C:
			case <-stop:
				var sum int64
				for _, peak := range peaks {
					sum += peak
				}
				result <- sum
				return
			}
		}
	}()
	return result
}
