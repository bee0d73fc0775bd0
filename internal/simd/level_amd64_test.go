//go:build linux && !purego

package simd_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// TestLevelsAreTheProcessors holds the levels against what the system says of the
// processor, so that none is lost, or given where it would be an illegal instruction.
func TestLevelsAreTheProcessors(t *testing.T) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip(err)
	}
	_, line, _ := strings.Cut(string(text), "\nflags")
	line, _, _ = strings.Cut(line, "\n")
	flags := strings.Fields(line)
	for level, needs := range map[simd.Level][]string{
		simd.AVX2:   {"avx2", "fma"},
		simd.AVX512: {"avx2", "fma", "bmi2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"},
	} {
		want := !slices.ContainsFunc(needs, func(flag string) bool { return !slices.Contains(flags, flag) })
		if got := slices.Contains(simd.Levels(), level); got != want {
			t.Errorf("level %v: %v, but of %v the processor has all: %v", level, got, needs, want)
		}
	}
}
