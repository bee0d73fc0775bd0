package embedd

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// builtinName is the model that is always there.
const builtinName = "minilm"

// Config is the section [embedd].
type Config struct {
	Model        string                   `toml:"model"`          // taken where a request names none
	Models       map[string]remote.Config `toml:"models"`         // beside the one that is built in, by name
	CacheBytes   int64                    `toml:"cache_bytes"`    // of vectors that are kept for the same text again; 0: none
	MaxBodyBytes int64                    `toml:"max_body_bytes"` // of one request
	// MemoryBytes is about how much the requests that have a permit may take: one half for
	// bodies that are read, one for texts and vectors, and as much as that half for each model
	// of Models. No request counts for more than half of what there is of its kind, so that
	// another passes beside the largest, though that takes what it takes.
	MemoryBytes int64            `toml:"memory_bytes"`
	MaxQueue    int              `toml:"max_queue"`  // requests that may wait for a permit
	QueueWait   service.Duration `toml:"queue_wait"` // the longest wait for a permit
	Timeout     service.Duration `toml:"timeout"`    // of the work on one request
}

// Defaults is a configuration that works on one box.
func Defaults() Config {
	return Config{
		Model: builtinName, CacheBytes: 12 << 20, MaxBodyBytes: 32 << 20, MemoryBytes: 12 << 20,
		MaxQueue: 256, QueueWait: service.Duration(time.Minute), Timeout: service.Duration(5 * time.Minute),
	}
}

// Check names the first key whose value cannot work.
func (c Config) Check() error {
	switch {
	case c.CacheBytes < 0:
		return fmt.Errorf("[embedd] cache_bytes is negative; 0 means that no vector is kept")
	case c.MaxBodyBytes < 1<<10:
		return fmt.Errorf("[embedd] max_body_bytes is %d; at least 1024 are needed", c.MaxBodyBytes)
	case c.MemoryBytes < 1<<20:
		return fmt.Errorf("[embedd] memory_bytes is %d; at least 1 MiB is needed", c.MemoryBytes)
	case c.MaxQueue < 0:
		return fmt.Errorf("[embedd] max_queue is negative; 0 means that nothing waits")
	case c.QueueWait <= 0 || c.Timeout <= 0:
		return fmt.Errorf("[embedd] queue_wait and timeout must be above zero")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Models)) {
		if name == builtinName || name == "" {
			return fmt.Errorf("[embedd.models.%s]: %s is built in; call this one otherwise", name, builtinName)
		}
		if err := c.Models[name].Check("embedd.models." + name); err != nil {
			return err
		}
	}
	if _, there := c.Models[c.Model]; !there && c.Model != builtinName {
		return fmt.Errorf("[embedd] model = %q is neither %s nor one of [embedd.models]", c.Model, builtinName)
	}
	return nil
}

// InForce is the section with the models as they are where a key is left out.
func (c Config) InForce() any {
	models := maps.Clone(c.Models)
	for name, m := range models {
		models[name] = m.Complete(name)
	}
	c.Models = models
	return c
}

// CheckEnv tells what a section that passes Check misses on this box: the keys of providers.
func (c Config) CheckEnv(service.Env) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Models)) {
		errs = append(errs, c.Models[name].CheckEnv("embedd.models."+name))
	}
	return errors.Join(errs...)
}
