package fleet_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// compareAll holds everything of all clients against what must be there.
func (c *crash) compareAll() {
	var work sync.WaitGroup
	for _, client := range c.clients {
		work.Go(client.compareAll)
	}
	work.Wait()
}

// compareAll holds everything of a client against what must be there.
func (c *crashClient) compareAll() {
	for _, name := range append(c.allNames(), c.viewName(), c.indexName()) {
		if d := c.world.picture(name).difference(c.look(name)); d != "" {
			c.fail("in the end %s: %s", name, d)
		}
	}
	for _, key := range c.allKeys() {
		if got, want := c.object(key), c.world.objects[key]; got != want {
			c.fail("in the end %s is %s, want %s", key, brief(got), brief(want))
		}
	}
	c.compareHistory()
}

// compareHistory reads every version of every table again, and by each tag.
func (c *crashClient) compareHistory() {
	for name, t := range c.world.tables {
		c.compareVersions(name, t)
	}
}

func (c *crashClient) compareVersions(name string, t *table) {
	for i, v := range t.versions {
		if v == nil {
			continue
		}
		version := fmt.Sprint(i + 1)
		c.must(name+" version "+version, nil, func() error { return c.holds(name, version, v) })
	}
	for tag, version := range t.tags {
		c.must(name+" "+tag, nil, func() error { return c.holds(name, fmt.Sprintf("%q", "tag:"+tag), t.versions[version-1]) })
	}
}

// compareTogether finds what nobody made: datasets and objects.
func (c *crash) compareTogether() {
	one := c.clients[0]
	one.must("the shared table", nil, func() error { return one.lookAtShared(one.pool.all(), true) })
	var datasets, objects []string
	if len(one.pool.all()) > 0 {
		datasets = append(datasets, "shared")
	}
	for _, client := range c.clients {
		for _, name := range client.allNames() {
			if client.world.tables[name] != nil {
				datasets = append(datasets, name)
			}
			if client.world.bad[name] != nil {
				datasets = append(datasets, name+catalog.QuarantineSuffix)
			}
		}
		for _, key := range client.allKeys() {
			if client.world.objects[key] != gone {
				objects = append(objects, key)
			}
		}
	}
	var found []string
	ctx, cancel := one.context()
	defer cancel()
	one.must("datasets", nil, func() error {
		page, err := one.catalog.List(ctx, "", 1000)
		found = nil
		for _, d := range page.Datasets {
			found = append(found, d.Name)
		}
		return err
	})
	c.sameNames("datasets", found, datasets)
	one.must("objects", nil, func() error {
		page, err := one.storage.List(ctx, "u/", "", "", 1000)
		found = nil
		for _, o := range page.Objects {
			found = append(found, o.Key)
		}
		return err
	})
	c.sameNames("objects", found, objects)
}

func (c *crash) sameNames(what string, got, want []string) {
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		c.t.Errorf("in the end there are the %s %s, want %s", what, strings.Join(got, " "), strings.Join(want, " "))
	}
}
