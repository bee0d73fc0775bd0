package queryd

import (
	"strings"
	"testing"
)

func TestConfigThatCannotWork(t *testing.T) {
	if err := Defaults().Check(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for key, change := range map[string]func(*Config){
		"max_concurrent":  func(c *Config) { c.MaxConcurrent = 0 },
		"max_queue":       func(c *Config) { c.MaxQueue = -1 },
		"default_timeout": func(c *Config) { c.MaxTimeout = c.DefaultTimeout - 1 },
		"memory_bytes":    func(c *Config) { c.MemoryBytes = 1 << 20 },
		"spill_bytes":     func(c *Config) { c.SpillBytes = -1 },
		"threads":         func(c *Config) { c.Threads = 0 },
		"cache_bytes":     func(c *Config) { c.CacheBytes = -1 },
		"httpfs":          func(c *Config) { c.HTTPFS = "httpfs.duckdb_extension" },
		"none of":         func(c *Config) { c.Access = "nfs" },
	} {
		c := Defaults()
		change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
