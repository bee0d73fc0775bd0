package queryd

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Config is the section [queryd].
type Config struct {
	MaxConcurrent int              `toml:"max_concurrent"` // statements that run at once, a worker process each
	MaxPerToken   int              `toml:"max_per_token"`  // statements of one bearer token that run at once; 0: half of them
	MaxQueue      int              `toml:"max_queue"`      // statements that may wait for their turn
	QueueWait     service.Duration `toml:"queue_wait"`     // the longest wait for a turn
	StallTimeout  service.Duration `toml:"stall_timeout"`  // how long a statement may keep its turn while none of its answer can be sent
	// StallTimeoutCrowded is the same where another statement waits for the turn, and the client reads not a byte.
	StallTimeoutCrowded service.Duration `toml:"stall_timeout_crowded"`
	DefaultTimeout      service.Duration `toml:"default_timeout"` // for a statement that does not say
	MaxTimeout          service.Duration `toml:"max_timeout"`     // the most that timeout_ms may ask for
	MemoryBytes         int64            `toml:"memory_bytes"`    // of one statement's worker
	SpillBytes          int64            `toml:"spill_bytes"`     // temporary files of one statement
	Threads             int              `toml:"threads"`         // of one statement
	Access              string           `toml:"access"`          // auto, local, s3 or cache
	HTTPFS              string           `toml:"httpfs"`          // DuckDB's extension, for access s3; "": where it is looked for
	CacheBytes          int64            `toml:"cache_bytes"`     // of objects fetched from storaged
	// ResultCacheBytes of answers stay in memory for the same statement over the same versions; 0: none.
	ResultCacheBytes int64            `toml:"result_cache_bytes"`
	CacheCheck       service.Duration `toml:"cache_check"` // between two looks for copies of what storage has no longer
}

// The ways to the files of a table.
const (
	accessAuto  = "auto"  // the first that holds of local, s3, cache
	accessLocal = "local" // storaged's own files, in place
	accessS3    = "s3"    // objects straight from their bucket
	accessCache = "cache" // objects fetched from storaged
)

// Defaults is a configuration that works on one box.
func Defaults() Config {
	concurrent := max(4, runtime.NumCPU())
	return Config{
		MaxConcurrent:       concurrent,
		MaxQueue:            64,
		QueueWait:           service.Duration(15 * time.Second), // more than StallTimeout: a turn comes of that
		StallTimeout:        service.Duration(10 * time.Second),
		StallTimeoutCrowded: service.Duration(2 * time.Second),
		DefaultTimeout:      service.Duration(time.Minute),
		MaxTimeout:          service.Duration(time.Hour),
		MemoryBytes:         memoryShare(concurrent),
		SpillBytes:          16 << 30,
		Threads:             runtime.NumCPU(),
		Access:              accessAuto,
		CacheBytes:          20 << 30,
		ResultCacheBytes:    64 << 20,
		CacheCheck:          service.Duration(10 * time.Minute),
	}
}

// memoryShare gives each of n statements its part of half of this box's memory,
// within what a worker needs and what one statement should ever want.
func memoryShare(n int) int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 1 << 30
	}
	total := int64(info.Totalram) * int64(info.Unit)
	return min(max(total/2/int64(n), 512<<20), 4<<30)
}

// Check names the first key whose value cannot work.
func (c Config) Check() error {
	switch {
	case c.MaxConcurrent < 1:
		return fmt.Errorf("[queryd] max_concurrent is %d; at least 1 is needed", c.MaxConcurrent)
	case c.MaxPerToken < 0 || c.MaxPerToken > c.MaxConcurrent:
		return fmt.Errorf("[queryd] max_per_token is %d; it must be from 1 to max_concurrent (%d), or 0 for half of that", c.MaxPerToken, c.MaxConcurrent)
	case c.MaxQueue < 0:
		return fmt.Errorf("[queryd] max_queue is %d; 0 means that nothing waits", c.MaxQueue)
	case c.DefaultTimeout <= 0 || c.MaxTimeout < c.DefaultTimeout:
		return fmt.Errorf("[queryd] default_timeout must be above zero and at most max_timeout")
	case c.StallTimeout <= 0:
		return fmt.Errorf("[queryd] stall_timeout must be above zero; a statement none of whose answer can be sent for so long loses its turn")
	case c.StallTimeoutCrowded <= 0:
		return fmt.Errorf("[queryd] stall_timeout_crowded must be above zero; while others wait, a statement whose client reads nothing for so long loses its turn")
	case c.MemoryBytes < 256<<20:
		return fmt.Errorf("[queryd] memory_bytes is %d; a worker needs at least %d", c.MemoryBytes, 256<<20)
	case c.SpillBytes < 0:
		return fmt.Errorf("[queryd] spill_bytes is negative; 0 means that nothing is spilt to disk")
	case c.Threads < 1:
		return fmt.Errorf("[queryd] threads is %d; at least 1 is needed", c.Threads)
	case c.CacheBytes < 0:
		return fmt.Errorf("[queryd] cache_bytes is negative")
	case c.ResultCacheBytes < 0:
		return fmt.Errorf("[queryd] result_cache_bytes is negative; 0 means that no answer is kept")
	case c.CacheCheck <= 0:
		return fmt.Errorf("[queryd] cache_check must be above zero; copies of erased objects go by it")
	case !slices.Contains([]string{accessAuto, accessLocal, accessS3, accessCache}, c.Access):
		return fmt.Errorf("[queryd] access = %q is none of auto, local, s3, cache", c.Access)
	case c.HTTPFS != "" && !filepath.IsAbs(c.HTTPFS):
		return fmt.Errorf("[queryd] httpfs = %q is no absolute path", c.HTTPFS)
	}
	return nil
}

// CheckEnv tells what a section that passes Check misses on this box: the extension,
// where it has to be there.
func (c Config) CheckEnv(service.Env) error {
	if c.HTTPFS == "" && c.Access != accessS3 {
		return nil
	}
	if _, err := c.Extension(); err != nil {
		return fmt.Errorf("[queryd] httpfs: %w", err)
	}
	return nil
}
