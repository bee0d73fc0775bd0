package duck

import (
	"encoding/binary"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"golang.org/x/sys/unix"
)

// A worker notes how far its statement is in a piece of memory that it shares with
// its parent: no message has to find its way between those of the answer. Three
// numbers of eight bytes: the percentage, a float that is negative while nobody
// knows it, and of the rows to read those that were and all.
const noteBytes = 24

// noteInterval is how often a worker notes.
const noteInterval = 100 * time.Millisecond

// progressSettings are what DuckDB keeps count for. They are a session's own, and out
// of reach once the configuration is locked.
const progressSettings = "SET enable_progress_bar = true; SET enable_progress_bar_print = false;"

// newNote makes the shared memory; nobody can make it larger.
func newNote() (*os.File, error) {
	fd, err := unix.MemfdCreate("progress", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	note := os.NewFile(uintptr(fd), "progress")
	if err = note.Truncate(noteBytes); err == nil {
		_, err = unix.FcntlInt(note.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_GROW|unix.F_SEAL_SHRINK|unix.F_SEAL_SEAL)
	}
	if err != nil {
		note.Close()
		return nil, err
	}
	return note, nil
}

// noteProgress writes the note of the statement that runs, nil for none, and goes on
// with that until none runs. The caller holds w.mu.
func (w *worker) noteProgress(c *connection) {
	percentage, rows, total := -1.0, uint64(0), uint64(0)
	if c != nil {
		progress := bindings.QueryProgress(c.handle)
		percentage, rows, total = bindings.QueryProgressTypeMembers(&progress)
	}
	var note [noteBytes]byte
	binary.LittleEndian.PutUint64(note[:], math.Float64bits(percentage))
	binary.LittleEndian.PutUint64(note[8:], rows)
	binary.LittleEndian.PutUint64(note[16:], total)
	w.note.WriteAt(note[:], 0) // a parent that is gone needs none
}

// tick notes, if a statement still runs.
func (w *worker) tick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running != nil {
		w.noteProgress(w.running)
		w.ticker.Reset(noteInterval)
	}
}

// Progress is how far a statement is.
type Progress struct {
	// Fraction is from 0 to 1, as DuckDB estimates; negative where it does not know.
	Fraction   float64
	Rows       int64 // read so far, as it estimates, of tables and of what else it reads from
	SpillBytes int64 // of temporary files on disk
}

// Gauge reads the progress of a session's statement, from any goroutine and also when
// the session is over, which then is no progress.
type Gauge struct {
	note  *os.File
	spill string
}

// Gauge gives the session's.
func (s *Session) Gauge() *Gauge { return &Gauge{note: s.process.note, spill: s.process.spill} }

// Read tells how far the statement is.
func (g *Gauge) Read() Progress {
	p := Progress{Fraction: -1, SpillBytes: folderBytes(g.spill)}
	var note [noteBytes]byte
	if _, err := g.note.ReadAt(note[:], 0); err != nil {
		return p
	}
	percentage := math.Float64frombits(binary.LittleEndian.Uint64(note[:]))
	rows, total := binary.LittleEndian.Uint64(note[8:]), binary.LittleEndian.Uint64(note[16:])
	if total > 0 && percentage >= 0 && percentage <= 100 && rows < math.MaxInt64 {
		p.Fraction, p.Rows = percentage/100, int64(rows)
	}
	return p
}

// folderBytes is what is spilled in a folder, about: files come and go.
func folderBytes(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || entry.Name() == noRowsName {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
