package fleet_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/transfer"
)

// searchOrphans lets the grace of orphans pass and the catalog search for them.
// Afterwards nothing is in the store that neither a version nor a dropped dataset
// needs, and nothing is gone that one does. The clients go on with the fleet that it
// starts for that.
func (c *crash) searchOrphans() {
	c.fleet.stop()
	data, bucket := c.fleet.data(), storage.DefaultBucket
	if c.s3 != nil { // where no clock can be set
		data, bucket = c.t.TempDir(), c.s3.Bucket
		c.copyLake(data)
	}
	c.age(storaged.LocalRoot(data, bucket), 48*time.Hour)
	f := startFleet(c.t, data, uncompacted, func(config *fleet.Config) {
		config.Storaged.Bucket = bucket
		config.Catalogd.OrphanFirst, config.Catalogd.DeleteAfter = 0, 0
	})
	for _, client := range c.clients {
		client.at(f.URL("gateway"))
	}
	one := c.clients[0]
	needs, err := one.needed()
	if err != nil {
		c.t.Errorf("what is needed cannot be found out: %v", err)
		return
	}
	c.settled(f, needs)
	c.compareAll()
	there := one.datasetKeys()
	for key := range needs.objects {
		if _, found := slices.BinarySearch(there, key); !found {
			c.t.Errorf("%s was needed, and the search for orphans took it", key)
		}
	}
	c.restoreAll()
}

// copyLake copies the lake from S3 into a data folder.
func (c *crash) copyLake(data string) {
	log := slog.New(slog.DiscardHandler)
	from, err := storaged.OpenS3(c.t.Context(), "primary", *c.s3, c.s3.Bucket, 4, false, log)
	if err != nil {
		c.t.Fatal(err)
	}
	to, err := storaged.OpenLocal(data, c.s3.Bucket)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := transfer.Copy(c.t.Context(), from, to, transfer.Options{Workers: 4, HashOf: catalog.HashOf}); err != nil {
		c.t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		c.t.Fatal(err)
	}
}

// age makes every file older.
func (c *crash) age(folder string, by time.Duration) {
	then := time.Now().Add(-by)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return os.Chtimes(path, then, then)
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// settled waits until the search is done and what it found is gone.
func (c *crash) settled(f *fleet.Fleet, needs *needs) {
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	for {
		text, families := scrape(c.t, f, "catalogd")
		left := needs.leftOver(c.clients[0].datasetKeys())
		if sampleOf(families, "orphan_searches_total", "done") == 1 && sampleOf(families, "objects_waiting", "") == 0 && len(left) == 0 {
			c.orphans = int(sampleOf(families, "objects_removed_total", "orphan"))
			return
		}
		select {
		case <-ctx.Done():
			c.t.Errorf("after the search for orphans there are %q, which nothing needs; catalogd's metrics:\n%s", left, text)
			return
		case <-time.After(5 * readyPoll):
		}
	}
}

// sampleOf gives what a metric of catalogd is at, under a label's value if it has one.
func sampleOf(families map[string]*dto.MetricFamily, name, value string) float64 {
	for _, m := range families["lakehouse_catalogd_"+name].GetMetric() {
		if value == "" || m.GetLabel()[0].GetValue() == value {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return 0
}

// leftOver gives the objects that nothing needs.
func (n *needs) leftOver(keys []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		id, _, _ := strings.Cut(strings.TrimPrefix(key, "datasets/"), "/")
		return n.objects[key] || n.former[key] || n.waiting[id]
	})
}

// datasetKeys lists what all datasets have in the store, in order.
func (c *crashClient) datasetKeys() (keys []string) {
	c.must("datasets/", nil, func() (err error) { keys, err = c.keysUnder("datasets/"); return err })
	return keys
}

func (c *crashClient) keysUnder(prefix string) (keys []string, err error) {
	ctx, cancel := c.context()
	defer cancel()
	for cursor := ""; ; {
		page, err := c.storage.List(ctx, prefix, "", cursor, 1000)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Objects {
			keys = append(keys, o.Key)
		}
		if page.NextCursor == nil {
			return keys, nil
		}
		cursor = *page.NextCursor
	}
}

// restoreAll brings back every dataset that was dropped, and reads all its versions.
func (c *crash) restoreAll() {
	for _, client := range c.clients {
		for name, waiting := range client.world.dropped {
			for _, t := range waiting {
				if !c.t.Failed() && t.id != "" {
					client.restoreOne(name, t)
				}
			}
		}
	}
}

func (c *crashClient) restoreOne(name string, t *table) {
	ctx, cancel := c.context()
	defer cancel()
	if c.world.tables[name] != nil {
		if _, err := c.catalog.Drop(ctx, name, ""); err != nil {
			c.fail("drop %s: %v", name, err)
		}
	}
	if _, err := c.catalog.Restore(ctx, name, t.id, ""); err != nil {
		c.fail("restore %s, %s: %v", name, t.id, err)
	}
	c.world.tables[name] = t
	c.compareVersions(name, t)
}
