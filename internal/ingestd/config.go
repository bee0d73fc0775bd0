package ingestd

import (
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Config is the section [ingestd].
type Config struct {
	MaxFileBytes   int64            `toml:"max_file_bytes"`  // of one upload, unpacked; 0: as the disk holds
	MaxExpansion   int64            `toml:"max_expansion"`   // bytes that may come of one compressed byte
	MaxUploads     int              `toml:"max_uploads"`     // ingests under way at once; more get 503
	MaxConcurrent  int              `toml:"max_concurrent"`  // conversions at once; more wait for their turn
	WorkerMemory   int64            `toml:"worker_memory"`   // bytes that one conversion may use
	WorkerSpill    int64            `toml:"worker_spill"`    // bytes of disk that one conversion may spill to
	WorkerThreads  int              `toml:"worker_threads"`  // 0: one per core
	FileBytes      int64            `toml:"file_bytes"`      // size at which a version's files are rolled
	ConvertTimeout service.Duration `toml:"convert_timeout"` // longest conversion
	Compact        bool             `toml:"compact"`         // fold small files in the background
	MinUploadRate  int64            `toml:"min_upload_rate"` // bytes a second, averaged over a minute; 0: as slow as it likes
	MaxJobs        int              `toml:"max_jobs"`        // that wait or run; more get 503
	KeepJobs       service.Duration `toml:"keep_jobs"`       // how long an ended job is shown
}

// Defaults fit a box of two cores that does other things too.
func Defaults() Config {
	return Config{
		MaxExpansion:   500,
		MaxUploads:     256,
		MaxConcurrent:  4,
		WorkerMemory:   1 << 30,
		WorkerSpill:    8 << 30,
		FileBytes:      128 << 20,
		ConvertTimeout: service.Duration(30 * time.Minute),
		Compact:        true,
		MinUploadRate:  1 << 10,
		MaxJobs:        1000,
		KeepJobs:       service.Duration(24 * time.Hour),
	}
}

// minWorkerMemory is what a conversion needs to begin at all.
const minWorkerMemory = 256 << 20

// Check returns what of the section cannot work.
func (c Config) Check() error {
	switch {
	case c.MaxExpansion < 1:
		return errors.New("[ingestd] max_expansion must be at least 1")
	case c.MaxUploads < 1:
		return errors.New("[ingestd] max_uploads must be at least 1")
	case c.MaxConcurrent < 1:
		return errors.New("[ingestd] max_concurrent must be at least 1")
	case c.WorkerMemory < minWorkerMemory:
		return errors.New("[ingestd] worker_memory must be at least 268435456 (256 MiB)")
	case c.FileBytes < 1<<20 || c.FileBytes > 128<<20:
		return errors.New("[ingestd] file_bytes must be between 1048576 (1 MiB) and 134217728 (128 MiB)")
	case c.ConvertTimeout <= 0:
		return errors.New("[ingestd] convert_timeout must be positive")
	case c.MinUploadRate < 0:
		return errors.New("[ingestd] min_upload_rate must be 0 or more bytes a second")
	case c.MaxJobs < 1:
		return errors.New("[ingestd] max_jobs must be at least 1")
	case c.KeepJobs < service.Duration(time.Minute):
		return errors.New("[ingestd] keep_jobs must be at least 1m: who waits for a job has to see its end")
	}
	return nil
}

// bounds are those of one upload.
func (c Config) bounds() bounds { return bounds{bytes: c.MaxFileBytes, expansion: c.MaxExpansion} }
