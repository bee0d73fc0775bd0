package catalogd

import (
	"fmt"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// Config is the section [catalogd].
type Config struct {
	Bucket      string           `toml:"bucket"`       // "": storaged's default bucket
	Shared      bool             `toml:"shared"`       // another catalogd writes to the same bucket: ask storage before every answer, and take up no file that it may remove
	MaxVersions int              `toml:"max_versions"` // kept for each dataset
	MaxAge      service.Duration `toml:"max_age"`      // of a version that is not among the newest
	KeepNewest  int              `toml:"keep_newest"`  // versions that are kept whatever their age
	DeleteAfter service.Duration `toml:"delete_after"` // how long files stay that no kept version needs: the longest query
	OrphanEvery service.Duration `toml:"orphan_every"` // between two searches for orphans; 0: none is made
	OrphanFirst service.Duration `toml:"orphan_first"` // after a start, before the first search
	OrphanGrace service.Duration `toml:"orphan_grace"` // how long an object stays that no version names: the longest ingest and the longest query
	DropGrace   service.Duration `toml:"drop_grace"`   // how long a dropped dataset can be restored
	TableMemory int64            `toml:"table_memory"` // bytes of tables in memory, about
	Spool       string           `toml:"spool"`        // folder for copies in the making; "": the system's
}

// Defaults is a configuration that works on one box.
func Defaults() Config {
	return Config{
		MaxVersions: 1000,
		MaxAge:      service.Duration(90 * 24 * time.Hour),
		KeepNewest:  10,
		DeleteAfter: service.Duration(time.Hour),
		OrphanEvery: service.Duration(24 * time.Hour),
		OrphanFirst: service.Duration(5 * time.Minute),
		OrphanGrace: service.Duration(24 * time.Hour),
		DropGrace:   service.Duration(7 * 24 * time.Hour),
		TableMemory: 256 << 20,
	}
}

// minIngest is the longest ingest that the grace of orphans has to cover at least.
const minIngest = 6 * time.Hour

// Check returns what of the section cannot work.
func (c Config) Check() error {
	switch {
	case c.KeepNewest < 1:
		return fmt.Errorf("[catalogd] keep_newest: at least 1, not %d", c.KeepNewest)
	case c.OrphanEvery != 0 && c.OrphanEvery.Std() < time.Minute:
		return fmt.Errorf("[catalogd] orphan_every: at least 1m, or 0s for never, not %s", c.OrphanEvery.Std())
	case c.OrphanEvery != 0 && c.OrphanGrace.Std() < c.DeleteAfter.Std()+minIngest:
		return fmt.Errorf("[catalogd] orphan_grace: at least delete_after and %s more, for the longest ingest, not %s", minIngest, c.OrphanGrace.Std())
	case c.OrphanFirst < 0:
		return fmt.Errorf("[catalogd] orphan_first: 0s or more, not %s", c.OrphanFirst.Std())
	case c.DropGrace < 0:
		return fmt.Errorf("[catalogd] drop_grace: 0s or more, not %s", c.DropGrace.Std())
	case c.TableMemory < 1<<20:
		return fmt.Errorf("[catalogd] table_memory: at least 1048576 (1 MiB), not %d", c.TableMemory)
	case c.MaxVersions < c.KeepNewest:
		return fmt.Errorf("[catalogd] max_versions: at least keep_newest (%d), not %d", c.KeepNewest, c.MaxVersions)
	}
	return nil
}
