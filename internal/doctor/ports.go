package doctor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// ports tells who holds the ports of this configuration: nobody, the fleet itself, or
// another program.
func ports(_ context.Context, f Fleet) []Check {
	var free, own []string
	for _, daemon := range f.Daemons {
		if f.Peers[daemon] != "" {
			continue // elsewhere
		}
		port, _ := service.Port(daemon)
		port += f.Settings.PortOffset
		l, err := net.Listen("tcp", net.JoinHostPort(f.Settings.Bind, strconv.Itoa(port)))
		switch {
		case err == nil:
			l.Close()
			free = append(free, strconv.Itoa(port))
		case !errors.Is(err, syscall.EADDRINUSE):
			return trouble("ports", Fail, "correct [fleet] bind", "%s cannot listen: %v", daemon, err)
		default:
			pid, command := holder(port)
			if !isOurs(command, f.Daemons) {
				return trouble("ports", Fail, "stop that program, or set [fleet] port_offset, or: lakehouse up --port-offset auto",
					"port %d of %s is held by %s", port, daemon, describeHolder(pid, command))
			}
			own = append(own, fmt.Sprintf("%s %d by pid %d", daemon, port, pid))
		}
	}
	if own != nil {
		return ok("ports", "a fleet holds them: %s", strings.Join(own, ", "))
	}
	return ok("ports", "free: %s", strings.Join(free, ", "))
}

func isOurs(command string, daemons []string) bool {
	return command == "lakehouse" || slices.Contains(daemons, command)
}

func describeHolder(pid int, command string) string {
	if pid == 0 {
		return "a program of another user; as root, ss -ltnp names it"
	}
	return fmt.Sprintf("%s (pid %d)", command, pid)
}

// holder gives the process that listens on a port, and its program's name; 0 where
// this user may not know.
func holder(port int) (pid int, command string) {
	inodes := listening(port)
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		fds, _ := filepath.Glob(filepath.Join("/proc", entry.Name(), "fd", "*"))
		for _, fd := range fds {
			target, _ := os.Readlink(fd)
			if inode, found := strings.CutPrefix(target, "socket:["); found && slices.Contains(inodes, strings.TrimSuffix(inode, "]")) {
				return pid, programOf(entry.Name())
			}
		}
	}
	return 0, ""
}

func programOf(pid string) string {
	text, _ := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
	program, _, _ := strings.Cut(string(text), "\x00")
	return filepath.Base(program)
}

// listening gives the inodes of the sockets that listen on a port.
func listening(port int) (inodes []string) {
	const stateListen = "0A"
	wanted := strings.ToUpper(hex.EncodeToString([]byte{byte(port >> 8), byte(port)}))
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(table)
		for line := range strings.Lines(string(text)) {
			columns := strings.Fields(line)
			if len(columns) > 9 && columns[3] == stateListen && strings.HasSuffix(columns[1], ":"+wanted) {
				inodes = append(inodes, columns[9])
			}
		}
	}
	return inodes
}
