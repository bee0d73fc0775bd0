// Package sandbox closes the kernel around the calling process: after Enter it
// reads, writes and reaches only what its Rules name, whatever code runs in it.
//
// Enter is for a process that has nothing else to do, soon after its start:
// nothing can be undone, every thread is restricted, and every later thread and
// child inherits it.
package sandbox

import (
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Rules name what stays allowed. Every path must exist.
type Rules struct {
	ReadDirs  []string // folders whose files may be read
	ReadFiles []string // single files that may be read
	WriteDirs []string // folders in which files may be read, made, changed and removed
	// ConnectPort is the one TCP port that may be connected to, at any address; 0:
	// there are no sockets at all. Names allows, beside it, what the names of hosts are
	// looked up with: UDP, and the resolver's files.
	ConnectPort uint16
	Names       bool
}

// resolverFiles are what the C library looks the names of hosts up with.
func resolverFiles() []string {
	return []string{"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"}
}

// Report tells what the kernel enforces. A kernel without Landlock or seccomp
// leaves the other walls standing.
type Report struct {
	LandlockABI int  `json:"landlock_abi"` // 0: this kernel has no Landlock
	Seccomp     bool `json:"seccomp"`
}

const (
	readFile  = landlock.AccessFSSet(llsys.AccessFSReadFile)
	readDir   = readFile | landlock.AccessFSSet(llsys.AccessFSReadDir)
	writeDir  = readDir | landlock.AccessFSSet(llsys.AccessFSWriteFile|llsys.AccessFSTruncate|llsys.AccessFSMakeReg|llsys.AccessFSMakeDir|llsys.AccessFSRemoveFile|llsys.AccessFSRemoveDir)
	cgroupOf  = "/proc/self/cgroup"
	cgroupDir = "/sys/fs/cgroup"
)

// Enter applies the rules: no new privileges; Landlock as far as the kernel
// knows it (no file outside the rules, no execution, no TCP but to the one port, no
// signals to others); seccomp (no sockets but those to connect from where the rules
// have a port, no execution, no tracing, no other processes, no change of a file's
// owner or mode). DuckDB and the Go runtime go on
// working. An error means that something the kernel supports was not applied,
// and the process must end.
func Enter(rules Rules) (Report, error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return Report{}, fmt.Errorf("no_new_privs: %w", err)
	}
	abi, err := llsys.LandlockGetABIVersion()
	if err != nil {
		abi = 0
	}
	paths := []landlock.Rule{
		// Where these are unreadable DuckDB aborts instead of falling back.
		landlock.PathAccess(readFile, cgroupOf).IgnoreIfMissing(),
		landlock.PathAccess(readDir, cgroupDir).IgnoreIfMissing(),
		landlock.PathAccess(readDir, rules.ReadDirs...),
		landlock.PathAccess(readFile, rules.ReadFiles...),
		landlock.PathAccess(writeDir, rules.WriteDirs...),
	}
	if rules.Names {
		paths = append(paths, landlock.PathAccess(readFile, resolverFiles()...).IgnoreIfMissing())
	}
	if rules.ConnectPort != 0 {
		paths = append(paths, landlock.ConnectTCP(rules.ConnectPort))
	}
	if err := landlock.V11.BestEffort().Restrict(paths...); err != nil {
		return Report{}, fmt.Errorf("landlock: %w", err)
	}
	seccomp, err := loadFilter(rules)
	if err != nil {
		return Report{}, fmt.Errorf("seccomp: %w", err)
	}
	return Report{LandlockABI: abi, Seccomp: seccomp}, nil
}

// Limit sets the limits of the calling process that the kernel keeps: no core
// dump, a bounded number of open files, and an address space of at most so many
// bytes.
func Limit(addressSpace int64) error {
	limits := []struct {
		resource int
		value    uint64
	}{
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_NOFILE, 4096},
		{unix.RLIMIT_AS, uint64(addressSpace)},
	}
	for _, l := range limits {
		var old unix.Rlimit
		if err := unix.Getrlimit(l.resource, &old); err != nil {
			return fmt.Errorf("getrlimit: %w", err)
		}
		value := min(l.value, old.Max)
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: value, Max: value}); err != nil {
			return fmt.Errorf("setrlimit: %w", err)
		}
	}
	return nil
}
