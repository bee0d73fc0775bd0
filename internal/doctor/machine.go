package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	gib         = 1 << 30
	fsyncs      = 5
	slowFsync   = 50 * time.Millisecond
	leastMemory = 2 * gib
	leastFiles  = 4096
)

// disk looks at the room on the disk of the data folder, and at what an acknowledged
// write costs there.
func disk(ctx context.Context, f Fleet) []Check {
	folder := existing(f.Settings.Data)
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return trouble("disk_space", Fail, "correct [fleet] data", "%s: %v", folder, err)
	}
	free, total := int64(stat.Bavail)*stat.Frsize, int64(stat.Blocks)*stat.Frsize
	reserve := f.Storaged.ReserveBytes
	if reserve == 0 {
		reserve = max(gib, total/100*2)
	}
	const fix = "free space there, or move [fleet] data to a larger disk"
	evidence := fmt.Sprintf("%s has %s free of %s", folder, size(free), size(total))
	if f.Storaged.Backend == "local" {
		evidence += fmt.Sprintf("; below %s writes are refused", size(reserve))
	}
	found := ok("disk_space", "%s", evidence)
	switch {
	case free < reserve:
		found = trouble("disk_space", Fail, fix, "%s", evidence)
	case free < 2*reserve:
		found = trouble("disk_space", Warn, fix, "%s", evidence)
	}
	return append(found, fsyncSpeed(ctx, folder)...)
}

// existing gives the folder, or the nearest one above it that is there.
func existing(folder string) string {
	for {
		if _, err := os.Stat(folder); err == nil || filepath.Dir(folder) == folder {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}

func fsyncSpeed(ctx context.Context, folder string) []Check {
	file, err := os.CreateTemp(folder, ".lakehouse-doctor-")
	if err != nil {
		return trouble("disk_fsync", Fail, "let the fleet's user write there: chown", "nothing can be written in %s: %v", folder, err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	var took []time.Duration
	for len(took) < fsyncs && ctx.Err() == nil {
		start := time.Now()
		if _, err = file.Write(make([]byte, 4096)); err == nil {
			err = file.Sync()
		}
		if err != nil {
			return trouble("disk_fsync", Fail, "look at the kernel's log: dmesg | tail", "%s: %v", folder, err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	median := took[len(took)/2]
	if median > slowFsync {
		return trouble("disk_fsync", Warn, "put [fleet] data on a local SSD", "%d flushes in %s took %.1f ms each; every write waits for some", len(took), folder, milliseconds(median))
	}
	return ok("disk_fsync", "%d flushes in %s took %.1f ms each", len(took), folder, milliseconds(median))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func size(bytes int64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/gib) }

// memory looks at what this box has, and what a control group leaves of it.
func memory(context.Context, Fleet) []Check {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return skip("memory", "%v", err)
	}
	total, available := meminfo(string(text), "MemTotal"), meminfo(string(text), "MemAvailable")
	evidence := fmt.Sprintf("%s, of which %s are available", size(total), size(available))
	if limit, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(limit)), 10, 64); err == nil && n < total {
			total = n
			evidence += fmt.Sprintf(", and a control group allows %s", size(n))
		}
	}
	if total < leastMemory {
		return trouble("memory", Warn, "lower [queryd] max_concurrent and [ingestd] max_concurrent to 1, or give the box 2 GiB", "%s", evidence)
	}
	return ok("memory", "%s", evidence)
}

func meminfo(text, name string) int64 {
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == name+":" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

// openFiles looks at the hard limit: the daemons raise their own to it.
func openFiles(context.Context, Fleet) []Check {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return skip("open_files", "%v", err)
	}
	if limit.Max < leastFiles {
		return trouble("open_files", Warn, fmt.Sprintf("ulimit -Hn %d, or LimitNOFILE=%d in the unit", leastFiles, leastFiles),
			"a process may have %d files open; %d are needed under load", limit.Max, leastFiles)
	}
	return ok("open_files", "a process may have %d files open", limit.Max)
}

// clock looks whether the time can be right: tokens of S3 and versions depend on it.
func clock(context.Context, Fleet) []Check {
	now := time.Now().UTC()
	const fix = "timedatectl set-ntp true, or start another NTP client"
	if now.Year() < 2026 {
		return trouble("clock", Fail, fix, "it is said to be %s, which is before this program was made", now.Format(time.RFC3339))
	}
	var state unix.Timex
	if _, err := unix.Adjtimex(&state); err == nil && state.Status&unix.STA_UNSYNC != 0 {
		return trouble("clock", Warn, fix, "it is said to be %s, and the kernel says that nothing keeps its clock right", now.Format(time.RFC3339))
	}
	return ok("clock", "%s", now.Format(time.RFC3339))
}
