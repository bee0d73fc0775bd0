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
	// Sockets to be connected to, and every socket by way of io_uring.
	unix.SYS_SOCKETPAIR, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_ACCEPT, unix.SYS_ACCEPT4,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
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
	dataArgs   = 16 // 8 bytes each
	x32Bit     = 0x40000000

	errno = unix.SECCOMP_RET_ERRNO
)

// loadFilter installs the seccomp filter on all threads. It answers false
// where the kernel has no seccomp.
func loadFilter(rules Rules) (bool, error) {
	program := filter(uint32(unix.Getpid()), rules)
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

// The instructions of a program, by what they do.
func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func arg(n uint32) (offset uint32) { return dataArgs + 8*n }

func answer(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}

func refuse() unix.SockFilter { return answer(errno | uint32(unix.EPERM)) }

// skipUnless jumps over the next n instructions unless the test holds.
func skipUnless(test uint16, k uint32, n uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, K: k, Jf: n}
}

// call runs instructions, of which the last one returns, for one system call alone.
func call(number uint32, program ...unix.SockFilter) []unix.SockFilter {
	return append([]unix.SockFilter{skipUnless(unix.BPF_JEQ, number, uint8(len(program)))}, program...)
}

// filter assembles the program. A call by another architecture's convention
// kills the process: its numbers mean other calls.
func filter(pid uint32, rules Rules) []unix.SockFilter {
	program := []unix.SockFilter{
		load(dataArch),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: auditArch, Jt: 1},
		answer(unix.SECCOMP_RET_KILL_PROCESS),
		load(dataNumber),
		skipUnless(unix.BPF_JGE, x32Bit, 1), answer(errno | uint32(unix.ENOSYS)),
	}
	// clone3 hides its flags behind a pointer; libc falls back to clone.
	program = append(program, call(unix.SYS_CLONE3, answer(errno|uint32(unix.ENOSYS)))...)
	// Threads may be made, processes not.
	program = append(program, call(unix.SYS_CLONE, load(arg(0)),
		skipUnless(unix.BPF_JSET, unix.CLONE_THREAD, 1), answer(unix.SECCOMP_RET_ALLOW), refuse())...)
	// The Go runtime signals its own threads.
	program = append(program, call(unix.SYS_TGKILL, load(arg(0)),
		skipUnless(unix.BPF_JEQ, pid, 1), answer(unix.SECCOMP_RET_ALLOW), refuse())...)
	program = append(program, sockets(rules)...)
	for _, number := range denied {
		program = append(program, call(number, refuse())...)
	}
	return append(program, answer(unix.SECCOMP_RET_ALLOW))
}

// sockets lets no socket be made or, where the rules have a port, such as Landlock
// governs: plain TCP alone, for it does not see the multipath kind, and no data with
// which a connection is opened, which it does not see either.
func sockets(rules Rules) []unix.SockFilter {
	if rules.ConnectPort == 0 {
		return append(call(unix.SYS_SOCKET, refuse()), call(unix.SYS_CONNECT, refuse())...)
	}
	oneOf := func(a, b uint32) []unix.SockFilter {
		return []unix.SockFilter{
			{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: a, Jt: 2},
			{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: b, Jt: 1},
			refuse(),
		}
	}
	ofKind := func(kind, protocol uint32) []unix.SockFilter {
		check := append([]unix.SockFilter{load(arg(2))}, oneOf(0, protocol)...)
		check = append(check, answer(unix.SECCOMP_RET_ALLOW))
		return append([]unix.SockFilter{skipUnless(unix.BPF_JEQ, kind, uint8(len(check)))}, check...)
	}
	socket := append([]unix.SockFilter{load(arg(0))}, oneOf(unix.AF_INET, unix.AF_INET6)...)
	const kinds = 0xf // the rest of the argument are flags
	socket = append(socket, load(arg(1)), unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: kinds})
	socket = append(socket, ofKind(unix.SOCK_STREAM, unix.IPPROTO_TCP)...)
	if rules.Names {
		socket = append(socket, ofKind(unix.SOCK_DGRAM, unix.IPPROTO_UDP)...)
	}
	program := call(unix.SYS_SOCKET, append(socket, refuse())...)
	for number, flags := range map[uint32]uint32{unix.SYS_SENDTO: 3, unix.SYS_SENDMSG: 2, unix.SYS_SENDMMSG: 3} {
		program = append(program, call(number, load(arg(flags)),
			skipUnless(unix.BPF_JSET, unix.MSG_FASTOPEN, 1), refuse(), answer(unix.SECCOMP_RET_ALLOW))...)
	}
	return program
}
