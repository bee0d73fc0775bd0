package hnsw

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

func TestWhatFillsHugePagesIsGatheredIntoThem(t *testing.T) {
	a, err := reserve[uint32](4 << 20)
	if err != nil {
		t.Fatal(err)
	}
	defer a.free()
	const filled = 6 << 20 / 4
	for i := range filled {
		a.data[i] = uint32(i)
	}
	if huge := hugeBytes(t, &a.data[0]); huge > 0 {
		t.Skipf("the system made %d bytes huge pages by itself", huge)
	}
	a.gather(1000)
	if huge := hugeBytes(t, &a.data[0]); huge > 0 {
		t.Errorf("%d bytes are huge pages, where 4000 bytes are filled", huge)
	}
	a.gather(filled)
	if huge := hugeBytes(t, &a.data[0]); huge < hugePage && collapses(t) {
		t.Errorf("%d bytes are huge pages, where 6 MB are filled", huge)
	}
	for i := range filled {
		if a.data[i] != uint32(i) {
			t.Fatalf("number %d is %d now", i, a.data[i])
		}
	}
	a.forget(0, filled)
	if a.data[1] != 0 || a.gathered != 0 {
		t.Errorf("after it was given back, number 1 is %d, and %d bytes count as gathered", a.data[1], a.gathered)
	}
}

// Room for many vectors is address space, whatever has a place for each.
func TestRoomTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := New(Config{Dimension: 2, MaxItems: MaxSlots}, simd.Best())
	if errors.Is(err, unix.ENOMEM) {
		t.Skip("the system does not overcommit memory")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("an empty graph with room for %d vectors took %d bytes", MaxSlots, took)
	}
}

// collapses tells whether this system makes huge pages of small ones when it is asked.
func collapses(t *testing.T) bool {
	memory, err := unix.Mmap(-1, 0, 2*hugePage, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(memory)
	from := int(-uintptr(unsafe.Pointer(&memory[0])) % hugePage)
	clear(memory)
	err = unix.Madvise(memory[from:from+hugePage], unix.MADV_COLLAPSE)
	return !errors.Is(err, unix.EINVAL)
}

// hugeBytes reads how much of the mapping that something is in is in huge pages.
func hugeBytes(t *testing.T, at *uint32) int {
	file, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	defer file.Close()
	address, inside := uint64(uintptr(unsafe.Pointer(at))), false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var low, high uint64
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &low, &high); n == 2 {
			inside = low <= address && address < high
		} else if kilobytes, ok := strings.CutPrefix(lines.Text(), "AnonHugePages:"); ok && inside {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(kilobytes, "kB")))
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("the area is no mapping of this process")
	return 0
}
