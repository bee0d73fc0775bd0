package sandbox

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const probeName = "sandbox-probe"

func TestMain(m *testing.M) {
	if os.Args[0] == probeName {
		probe()
		return
	}
	os.Exit(m.Run())
}

// probeOrder is what the test tells the probe, by its only argument.
type probeOrder struct {
	Rules   Rules
	Outside string // a file that no rule names
	Listen  string // an address on which the test listens
	Other   string // another one
	Limit   int64
}

// probe enters the sandbox and tries everything, natively. It answers with the
// error of each attempt, "" for success.
func probe() {
	var order probeOrder
	if err := json.Unmarshal([]byte(os.Args[1]), &order); err != nil {
		panic(err)
	}
	// A thread that is older than the sandbox must be in it all the same.
	older, try := make(chan error), make(chan bool)
	go func() {
		runtime.LockOSThread()
		older <- nil
		<-try
		_, err := os.ReadFile(order.Outside)
		older <- err
	}()
	<-older
	report, err := Enter(order.Rules)
	if err != nil {
		panic(err)
	}
	if order.Limit > 0 {
		if err := Limit(order.Limit); err != nil {
			panic(err)
		}
	}
	results := map[string]string{}
	for name, attempt := range attempts(order) {
		results[name] = fmt.Sprint(attempt())
	}
	try <- true
	results["older thread"] = fmt.Sprint(<-older)
	json.NewEncoder(os.Stdout).Encode(map[string]any{"report": report, "results": results})
}

func attempts(o probeOrder) map[string]func() error {
	read, write := o.Rules.ReadDirs[0], o.Rules.WriteDirs[0]
	inside := filepath.Join(read, "file")
	made := filepath.Join(write, "made")
	return map[string]func() error{
		"ok read":  func() error { _, err := os.ReadFile(inside); return err },
		"ok list":  func() error { _, err := os.ReadDir(read); return err },
		"ok file":  func() error { _, err := os.ReadFile(o.Rules.ReadFiles[0]); return err },
		"ok write": func() error { return os.WriteFile(made, nil, 0o600) },
		"ok thread": func() error {
			done := make(chan error)
			go func() { runtime.LockOSThread(); done <- nil }()
			return <-done
		},

		"read outside":    func() error { _, err := os.ReadFile(o.Outside); return err },
		"read passwd":     func() error { _, err := os.ReadFile("/etc/passwd"); return err },
		"read environ":    func() error { _, err := os.ReadFile("/proc/self/environ"); return err },
		"list root":       func() error { _, err := os.ReadDir("/"); return err },
		"symlink out":     func() error { _, err := os.ReadFile(filepath.Join(read, "link")); return err },
		"dotdot out":      func() error { _, err := os.ReadFile(read + "/../outside"); return err },
		"write read-only": func() error { return os.WriteFile(inside, nil, 0o600) },
		"make read-only":  func() error { return os.WriteFile(filepath.Join(read, "new"), nil, 0o600) },
		"remove":          func() error { return os.Remove(inside) },
		"truncate":        func() error { return os.Truncate(inside, 0) },
		"chmod":           func() error { return os.Chmod(inside, 0o777) },
		"chtimes":         func() error { return unix.Utimes(inside, make([]unix.Timeval, 2)) },
		"symlink":         func() error { return os.Symlink("/etc", filepath.Join(write, "etc")) },
		"write outside":   func() error { return os.WriteFile(o.Outside, nil, 0o600) },
		"exec":            func() error { return exec.Command("/bin/true").Run() },
		"exec self":       func() error { return unix.Exec("/proc/self/exe", []string{"x"}, nil) },
		"exec written": func() error {
			os.WriteFile(made, []byte("#!/bin/true"), 0o700)
			return unix.Exec(made, []string{"x"}, nil)
		},
		"connect tcp":   func() error { _, err := net.Dial("tcp", o.Listen); return err },
		"connect other": func() error { _, err := net.Dial("tcp", o.Other); return err },
		"fast open": func() error {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
			if err != nil {
				return err
			}
			port, _ := strconv.Atoi(o.Other[strings.LastIndexByte(o.Other, ':')+1:])
			return unix.Sendto(fd, []byte("x"), unix.MSG_FASTOPEN, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
		},
		"multipath tcp": func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP); return err },
		"raw socket":    func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP); return err },
		"netlink":       func() error { _, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, 0); return err },
		"read hosts":    func() error { _, err := os.ReadFile("/etc/hosts"); return err },
		"listen tcp":    func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err },
		"socket udp":    func() error { _, err := net.Dial("udp", "127.0.0.1:53"); return err },
		"socket unix":   func() error { _, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err },
		"io_uring":      func() error { return callError(unix.Syscall(unix.SYS_IO_URING_SETUP, 1, 0, 0)) },
		"ptrace":        func() error { return unix.PtraceAttach(os.Getppid()) },
		"signal parent": func() error { return unix.Kill(os.Getppid(), 0) },
		"tgkill parent": func() error { return unix.Tgkill(os.Getppid(), os.Getppid(), 0) },
		"fork":          func() error { return callError(unix.RawSyscall(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0)) },
		"unshare":       func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
		"mount":         func() error { return unix.Mount("none", write, "tmpfs", 0, "") },
		"userfaultfd":   func() error { return callError(unix.Syscall(unix.SYS_USERFAULTFD, 0, 0, 0)) },
		"map beyond": func() error {
			_, err := unix.Mmap(-1, 0, 64<<30, unix.PROT_READ, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_NORESERVE)
			return err
		},
	}
}

func callError(_, _ uintptr, e syscall.Errno) error {
	if e != 0 {
		return e
	}
	return nil
}

func TestKernelRefusesEverythingElse(t *testing.T) {
	order := newOrder(t)
	refuses(t, order)
	order.Rules.ConnectPort = portOf(order.Listen)
	refuses(t, order, "connect tcp")
	order.Rules.Names = true
	refuses(t, order, "connect tcp", "socket udp", "read hosts")
}

func portOf(address string) uint16 {
	port, _ := strconv.Atoi(address[strings.LastIndexByte(address, ':')+1:])
	return uint16(port)
}

// refuses: but for what begins with ok, and what is allowed beside it.
func refuses(t *testing.T, order probeOrder, allowed ...string) {
	t.Helper()
	// What an earlier probe made.
	for _, name := range []string{"made", "etc"} {
		_ = os.Remove(filepath.Join(order.Rules.WriteDirs[0], name))
	}
	answer := runProbe(t, order)
	if !answer.Report.Seccomp || answer.Report.LandlockABI < 4 {
		t.Skipf("this kernel enforces only %+v", answer.Report)
	}
	for name, result := range answer.Results {
		if want := name[:3] == "ok " || slices.Contains(allowed, name); want != (result == "<nil>") {
			t.Errorf("with %v allowed, %s: %s", allowed, name, result)
		}
	}
}

// newOrder makes files inside and outside of what the rules name, and listens.
func newOrder(t *testing.T) probeOrder {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"read", "write"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"read/file", "single", "outside"} {
		if err := os.WriteFile(filepath.Join(root, file), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside", filepath.Join(root, "read", "link")); err != nil {
		t.Fatal(err)
	}
	return probeOrder{
		Rules: Rules{
			ReadDirs:  []string{filepath.Join(root, "read")},
			ReadFiles: []string{filepath.Join(root, "single")},
			WriteDirs: []string{filepath.Join(root, "write")},
		},
		Outside: filepath.Join(root, "outside"),
		Listen:  listening(t),
		Other:   listening(t),
		Limit:   32 << 30,
	}
}

func listening(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

type probeAnswer struct {
	Report  Report
	Results map[string]string
}

func runProbe(t *testing.T, order probeOrder) (answer probeAnswer) {
	t.Helper()
	text, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{probeName, string(text)}, Stderr: os.Stderr}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("probe: %v", err)
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestMemoryOfThisProcess(t *testing.T) {
	m, err := OpenMemory(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	resident, err := m.Resident()
	if err != nil {
		t.Fatal(err)
	}
	space, err := m.AddressSpace()
	if err != nil {
		t.Fatal(err)
	}
	if resident < 1<<20 || space < resident {
		t.Errorf("resident %d, address space %d", resident, space)
	}
}
