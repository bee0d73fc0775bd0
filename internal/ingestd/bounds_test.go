package ingestd

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// A conversion waits while max_concurrent others run, and begins when one of
// them ends.
func TestConversionsTakeTurns(t *testing.T) {
	d := newTestIngestd(t, func(c *Config) { c.MaxConcurrent = 2 })
	l, src := d.scanned(t, "a,b\n1,x\n")
	convert := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, err := l.convertAll(ctx, src)
		return err
	}
	first, err := d.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if err := convert(time.Minute); err != nil {
		t.Errorf("the second at once: %v", err)
	}
	second, err := d.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := convert(100 * time.Millisecond); !errors.Is(err, duck.ErrBusy) {
		t.Errorf("a third conversion while two are under way: %v", err)
	}
	second.Close()
	if err := convert(time.Minute); err != nil {
		t.Errorf("after one ended: %v", err)
	}
}

// The bounds of the section are checked before anything starts, and named.
func TestConfigThatCannotWork(t *testing.T) {
	if err := Defaults().Check(); err != nil {
		t.Error(err)
	}
	for key, change := range map[string]func(*Config){
		"max_expansion":   func(c *Config) { c.MaxExpansion = 0 },
		"max_uploads":     func(c *Config) { c.MaxUploads = 0 },
		"max_concurrent":  func(c *Config) { c.MaxConcurrent = 0 },
		"worker_memory":   func(c *Config) { c.WorkerMemory = 1 << 20 },
		"file_bytes":      func(c *Config) { c.FileBytes = 1<<20 - 1 },
		"convert_timeout": func(c *Config) { c.ConvertTimeout = 0 },
		"min_upload_rate": func(c *Config) { c.MinUploadRate = -1 },
		"max_jobs":        func(c *Config) { c.MaxJobs = 0 },
		"keep_jobs":       func(c *Config) { c.KeepJobs = service.Duration(time.Second) },
	} {
		c := Defaults()
		change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), "[ingestd] "+key+" must be") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
