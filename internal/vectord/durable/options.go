package durable

import (
	"cmp"
	"log/slog"
	"sync/atomic"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

// Options say which index it is and where it lies.
type Options struct {
	ID      string // never used for another index, one segment of a key
	Engine  engine.Config
	Kernels simd.Kernels
	Storage *storage.Client // nil: the index lives in memory alone
	Log     *slog.Logger    // nil: nowhere
	Workers int             // goroutines that link and mend; 0: one
	Limits  Limits
}

// Limits say how much comes together. The zero value of a field is its default.
type Limits struct {
	GroupBytes      int64         // of changes that share an object, unless one alone has more; 8 MiB
	QueueBytes      int64         // of changes that wait for their turn, unless one alone has more; 128 MiB
	GenerationBytes int64         // of log that cause a generation, where half of the last one is less; 64 MiB
	Quiet           time.Duration // without changes, after which a sixteenth of that log causes one; 1 min
	MergeObjects    int           // small ones that cause a merge; 64, at least 2
	MergeBytes      int64         // of a merged object, at most; 64 MiB
	PartBytes       int64         // of a generation's parts, and about that of an object of the log, at most; 64 MiB
	Patience        time.Duration // with storaged for one log object, four times as much for a part; 30 s
	Pause           time.Duration // after upkeep failed, then twice as long each time, up to 30 times; a 200th of it after an answer that was lost; 10 s
}

func (l Limits) complete() Limits {
	return Limits{
		GroupBytes:      cmp.Or(l.GroupBytes, 8<<20),
		QueueBytes:      cmp.Or(l.QueueBytes, 128<<20),
		GenerationBytes: cmp.Or(l.GenerationBytes, 64<<20),
		Quiet:           cmp.Or(l.Quiet, time.Minute),
		MergeObjects:    max(2, cmp.Or(l.MergeObjects, 64)),
		MergeBytes:      cmp.Or(l.MergeBytes, 64<<20),
		PartBytes:       cmp.Or(l.PartBytes, 64<<20),
		Patience:        cmp.Or(l.Patience, 30*time.Second),
		Pause:           cmp.Or(l.Pause, 10*time.Second),
	}
}

// partPatience is that with a part or a merged object, which may have 64 MiB.
func (l Limits) partPatience() time.Duration { return 4 * l.Patience }

// Progress counts how far an [Open] is. It may be read meanwhile.
type Progress struct {
	Bytes atomic.Int64 // that were read
	Total atomic.Int64 // that are to be read; 0 until that is known
}
