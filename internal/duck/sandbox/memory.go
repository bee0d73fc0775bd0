package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory reads how much memory a process holds.
type Memory struct{ statm *os.File }

// OpenMemory opens the memory counters of a process; reading them costs one
// system call.
func OpenMemory(pid int) (*Memory, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return nil, err
	}
	return &Memory{statm: f}, nil
}

// AddressSpace is the size of the address space in bytes.
func (m *Memory) AddressSpace() (int64, error) { return m.field(0) }

// Resident is the number of bytes in main memory. It fails once the process
// has ended.
func (m *Memory) Resident() (int64, error) { return m.field(1) }

// Close releases the counters.
func (m *Memory) Close() error { return m.statm.Close() }

func (m *Memory) field(n int) (int64, error) {
	var buf [128]byte
	size, err := m.statm.ReadAt(buf[:], 0)
	if size == 0 {
		return 0, err
	}
	fields := strings.Fields(string(buf[:size]))
	if len(fields) <= n {
		return 0, fmt.Errorf("statm: %q", buf[:size])
	}
	pages, err := strconv.ParseInt(fields[n], 10, 64)
	if err != nil {
		return 0, err
	}
	return pages * int64(os.Getpagesize()), nil
}
