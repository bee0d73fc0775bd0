package measure

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Machine says what the numbers were measured on.
func Machine(scratch string) string {
	kernel := "unknown kernel"
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = "Linux " + strings.TrimSpace(string(text))
	}
	return fmt.Sprintf("Measured %s on %s, %d cores, %s of memory, %s; scratch folder on %s; load before the run %s; %s.",
		time.Now().UTC().Format("2006-01-02 15:04 MST"), firstOf("/proc/cpuinfo", "model name"), runtime.NumCPU(),
		firstOf("/proc/meminfo", "MemTotal"), kernel, filesystem(scratch), load(), runtime.Version())
}

// firstOf gives the value of the first "key : value" line of a file.
func firstOf(path, key string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}

// filesystem names the kind of file system that a folder is on.
func filesystem(dir string) string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return "an unknown file system"
	}
	names := map[int64]string{0xEF53: "ext4", 0x58465342: "XFS", 0x9123683E: "btrfs", 0x01021994: "tmpfs", 0x794c7630: "overlayfs", 0x2FC12FC1: "ZFS"}
	if name, ok := names[int64(fs.Type)]; ok {
		return name
	}
	return fmt.Sprintf("file system %#x", fs.Type)
}
