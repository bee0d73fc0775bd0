package embedd

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// drip gives a byte in each of its pauses.
type drip struct{ pause time.Duration }

func (d drip) Read(p []byte) (int, error) {
	time.Sleep(d.pause)
	return 1, nil
}

// A body that drips does not keep its turn, one that comes has its time.
func TestAnUploadThatHasItsTurnHasToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &timely{ReadCloser: io.NopCloser(drip{time.Second}), began: time.Now()}
		if _, err := io.ReadAll(slow); !errors.Is(err, wire.ErrBodyIdle) {
			t.Error(err)
		}
		if took := time.Since(slow.began); took > 2*uploadWait {
			t.Errorf("it was waited for %s", took)
		}
		well := &timely{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("a", 1<<20))), began: time.Now().Add(-20 * time.Second)}
		if _, err := io.ReadAll(io.MultiReader(io.LimitReader(well, 1), well)); !errors.Is(err, wire.ErrBodyIdle) {
			t.Errorf("it began too late: %v", err)
		}
		well = &timely{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("a", 1<<20))), began: time.Now()}
		if _, err := io.ReadAll(well); err != nil {
			t.Error(err)
		}
	})
}

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
