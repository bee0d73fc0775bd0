package vectord

import (
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Config is the section [vectord].
type Config struct {
	MemoryBytes  int64 `toml:"memory_bytes"`   // that all indexes together may take; 0: half of this box's
	MaxIndexes   int   `toml:"max_indexes"`    // more are refused
	MaxBodyBytes int64 `toml:"max_body_bytes"` // of one request
	// MaxAnswerBytes is about how much the answer to one search may have.
	MaxAnswerBytes int64            `toml:"max_answer_bytes"`
	Workers        int              `toml:"workers"`     // goroutines that build an index's graph; 0: one for each processor
	RetryAfter     service.Duration `toml:"retry_after"` // between two tries to reach storaged at the start
	// EmbedTimeout is that of one call of embedd for vectors of items, above what embedd may take.
	EmbedTimeout service.Duration `toml:"embed_timeout"`
}

// LeastObjectBytes is the least [storaged] max_object_bytes that indexes get along with: their
// changes and generations are cut into objects below it.
const LeastObjectBytes = 1 << 20

// Defaults is a configuration that works on one box.
func Defaults() Config {
	return Config{MaxIndexes: 1000, MaxBodyBytes: 64 << 20, MaxAnswerBytes: 64 << 20, RetryAfter: service.Duration(time.Second), EmbedTimeout: service.Duration(8 * time.Minute)}
}

// Check names the first key whose value cannot work.
func (c Config) Check() error {
	switch {
	case c.MemoryBytes < 0:
		return fmt.Errorf("[vectord] memory_bytes is negative; 0 means half of the memory of this box")
	case c.MaxIndexes < 1:
		return fmt.Errorf("[vectord] max_indexes is %d; at least 1 is needed", c.MaxIndexes)
	case c.MaxBodyBytes < 1<<20:
		return fmt.Errorf("[vectord] max_body_bytes is %d; at least 1 MiB is needed", c.MaxBodyBytes)
	case c.MaxAnswerBytes < 1<<20:
		return fmt.Errorf("[vectord] max_answer_bytes is %d; at least 1 MiB is needed", c.MaxAnswerBytes)
	case c.Workers < 0:
		return fmt.Errorf("[vectord] workers is negative; 0 means one for each processor")
	case c.RetryAfter <= 0 || c.EmbedTimeout <= 0:
		return fmt.Errorf("[vectord] retry_after and embed_timeout must be above zero")
	}
	return nil
}

// complete puts what depends on the box in the place of zeros.
func (c Config) complete() Config {
	if c.Workers == 0 {
		c.Workers = runtime.NumCPU()
	}
	if c.MemoryBytes == 0 {
		c.MemoryBytes = 2 << 30
		var info unix.Sysinfo_t
		if unix.Sysinfo(&info) == nil {
			c.MemoryBytes = int64(info.Totalram) * int64(info.Unit) / 2
		}
	}
	return c
}
