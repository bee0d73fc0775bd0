package embedd

import (
	"strings"
	"testing"
)

// What texts do not need, once they were read, is others'.
func TestATurnShrinks(t *testing.T) {
	c := Defaults()
	c.MemoryBytes = 1 << 20
	turns := newTurns(c)
	first, err := turns.enter(t.Context(), 1<<20) // all of it
	if err != nil {
		t.Fatal(err)
	}
	first.shrink([]string{strings.Repeat("a", 1000)})
	second, err := turns.enter(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	first.leave()
	second.leave()
	if !turns.memory.TryAcquire(c.MemoryBytes) {
		t.Error("not all was given back")
	}
}
