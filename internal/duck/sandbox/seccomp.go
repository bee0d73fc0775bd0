package sandbox

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// denied are the system calls that answer EPERM. The rest is left to Landlock
// and to the limits: an allow list would break with the next libc or Go.
var denied = append(legacyCalls,
	// Sockets, also by way of io_uring.
	unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN,
	unix.SYS_ACCEPT, unix.SYS_ACCEPT4, unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	// Other programs and processes.
	unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV,
	unix.SYS_KILL, unix.SYS_TKILL, unix.SYS_RT_SIGQUEUEINFO, unix.SYS_RT_TGSIGQUEUEINFO, unix.SYS_PIDFD_SEND_SIGNAL,
	unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP,
	// What Landlock does not govern about files.
	unix.SYS_FCHMOD, unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWN, unix.SYS_FCHOWNAT,
	unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_FSETXATTR, unix.SYS_REMOVEXATTR, unix.SYS_LREMOVEXATTR,
	unix.SYS_FREMOVEXATTR, unix.SYS_UTIMENSAT, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_MKNODAT,
	// The system.
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_UNSHARE, unix.SYS_SETNS,
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY,
	unix.SYS_PERSONALITY, unix.SYS_QUOTACTL, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_ADJTIMEX,
	unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
	unix.SYS_KEXEC_LOAD, unix.SYS_ACCT, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_SYSLOG,
)

// Offsets into struct seccomp_data; arguments are little-endian 64 bits.
const (
	dataNumber = 0
	dataArch   = 4
	dataArg0   = 16
	x32Bit     = 0x40000000

	errno = unix.SECCOMP_RET_ERRNO
)

// loadFilter installs the seccomp filter on all threads. It answers false
// where the kernel has no seccomp.
func loadFilter() (bool, error) {
	program := filter(uint32(unix.Getpid()))
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	thread, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	switch {
	case errors.Is(e, unix.ENOSYS), errors.Is(e, unix.EINVAL):
		return false, nil
	case e != 0:
		return false, e
	case thread != 0:
		return false, fmt.Errorf("thread %d could not be restricted", thread)
	}
	return true, nil
}

// filter assembles the program. A call by another architecture's convention
// kills the process: its numbers mean other calls.
func filter(pid uint32) []unix.SockFilter {
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	answer := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	// skipUnless jumps over the next n instructions unless the test holds.
	skipUnless := func(test uint16, k uint32, n uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, K: k, Jf: n}
	}
	program := []unix.SockFilter{
		load(dataArch),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: auditArch, Jt: 1},
		answer(unix.SECCOMP_RET_KILL_PROCESS),
		load(dataNumber),
		skipUnless(unix.BPF_JGE, x32Bit, 1), answer(errno | uint32(unix.ENOSYS)),
		// clone3 hides its flags behind a pointer; libc falls back to clone.
		skipUnless(unix.BPF_JEQ, unix.SYS_CLONE3, 1), answer(errno | uint32(unix.ENOSYS)),
		// Threads may be made, processes not.
		skipUnless(unix.BPF_JEQ, unix.SYS_CLONE, 4),
		load(dataArg0),
		skipUnless(unix.BPF_JSET, unix.CLONE_THREAD, 1), answer(unix.SECCOMP_RET_ALLOW),
		answer(errno | uint32(unix.EPERM)),
		// The Go runtime signals its own threads.
		skipUnless(unix.BPF_JEQ, unix.SYS_TGKILL, 4),
		load(dataArg0),
		skipUnless(unix.BPF_JEQ, pid, 1), answer(unix.SECCOMP_RET_ALLOW),
		answer(errno | uint32(unix.EPERM)),
	}
	for _, call := range denied {
		program = append(program, skipUnless(unix.BPF_JEQ, call, 1), answer(errno|uint32(unix.EPERM)))
	}
	return append(program, answer(unix.SECCOMP_RET_ALLOW))
}
