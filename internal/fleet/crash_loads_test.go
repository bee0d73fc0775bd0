package fleet_test

import (
	"fmt"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// Bounds of a table: beyond them a load replaces. So many files are not folded in the
// background, which would be a version that nobody asked for; those of the table that
// all share are.
const (
	mostRows  = 30_000
	mostFiles = 6
)

// size is how many rows a file has: mostly few.
func (c *crashClient) size() int {
	if c.dice.IntN(8) == 0 {
		return 2_000 + c.dice.IntN(8_000)
	}
	return 1 + c.dice.IntN(60)
}

// appends, replaces, creates and quarantines are loads that have to succeed.
func (c *crashClient) appends() (operation, bool) {
	name := c.name()
	if c.full(name) {
		return c.replaces()
	}
	return c.load(name, "append", c.file(name, c.size(), 0)), true
}

func (c *crashClient) full(name string) bool {
	t := c.world.tables[name]
	return t != nil && (len(t.current().rows) > mostRows || t.current().files >= mostFiles)
}

func (c *crashClient) replaces() (operation, bool) {
	name := c.name()
	return c.load(name, "replace", c.file(name, c.size(), 0)), true
}

func (c *crashClient) creates() (operation, bool) {
	name := c.name()
	f := c.file(name, c.size(), 0)
	f.key = c.freshKey() // without one nobody can tell a retry from a second creation
	o := c.load(name, "create", f)
	if c.world.tables[name] != nil {
		o.refusal, o.apply = catalog.ErrDatasetExists, nil
	}
	return o, true
}

func (c *crashClient) quarantines() (operation, bool) {
	name, ok := c.liveName()
	if !ok || c.full(name) {
		return operation{}, false
	}
	count := 10 + c.dice.IntN(50)
	f := c.file(name, count, 1+c.dice.IntN(count/3))
	f.options.OnError = ingest.OnErrorQuarantine
	o := c.load(name, "append", f)
	o.early = func(w *world) { w.quarantine(name, f) }
	return o, true
}

// badRows and drifts are loads that have to be refused.
func (c *crashClient) badRows() (operation, bool) {
	name, ok := c.liveName()
	if !ok {
		return operation{}, false
	}
	o := c.load(name, "append", c.file(name, 20, 3))
	o.refusal, o.apply = ingest.ErrBadRows, nil
	return o, true
}

func (c *crashClient) drifts() (operation, bool) {
	name, ok := c.liveName()
	if !ok {
		return operation{}, false
	}
	f := c.file(name, 5, 0)
	f.csv = strings.Replace(f.csv, "id,n,", "id,m,", 1)
	o := c.load(name, "append", f)
	o.refusal, o.apply = catalog.ErrSchemaDrift, nil
	return o, true
}

// repeats sends what the current version was made of again.
func (c *crashClient) repeats() (operation, bool) {
	name, ok := c.liveName()
	if !ok || c.world.tables[name].latest == nil {
		return operation{}, false
	}
	f := *c.world.tables[name].latest
	f.options.Name, f.key, f.async, f.cancel = name, "", false, false
	if f.options.Mode == "create" { // which a retry without a key is refused
		f.options.Mode = "replace"
	}
	o := operation{kind: "repeat", what: name, names: []string{name}, table: name, again: true}
	version := len(c.world.tables[name].versions)
	o.do = func(int) error {
		answer, created, err := c.send(&f)
		if err == nil && (created || !answer.Unchanged || answer.Version != int64(version)) {
			err = wrong("the same content again made version %d of %d", answer.Version, version)
		}
		return err
	}
	return o, true
}

func (c *crashClient) load(name, mode string, f *load) operation {
	f.options.Name, f.options.Mode = name, mode
	o := operation{
		kind: mode, what: fmt.Sprintf("%s, %d rows and %d bad, key %q", name, len(f.rows), len(f.bad), f.key),
		names: []string{name}, table: name, again: true, apply: func(w *world) { w.load(name, f) },
	}
	if len(f.rows) > 1000 {
		o.kind += " of many rows"
	}
	version, id := int64(1), ""
	if t := c.world.tables[name]; t != nil {
		version, id = version+int64(len(t.versions)), t.id
	}
	o.learn = func(w *world) { w.tables[name].id = id }
	o.do = func(try int) error {
		answer, created, err := c.send(f)
		switch {
		case err != nil:
			return err
		case answer.Version != version || answer.Rows != int64(len(f.rows)) || answer.Rejected != int64(len(f.bad)):
			return wrong("version %d with %d rows and %d rejected, want version %d", answer.Version, answer.Rows, answer.Rejected, version)
		case try == 1 && !created && !f.async: // a job that is begun again finds its own version
			return wrong("new content was there already")
		case id != "" && answer.DatasetID != id:
			return wrong("it is the dataset %s, want %s", answer.DatasetID, id)
		}
		if id = answer.DatasetID; !created {
			c.events.count(&c.events.landed)
		}
		return nil
	}
	c.asJob(&o, f)
	return o
}

func (c *crashClient) send(f *load) (ingest.Answer, bool, error) {
	if f.async {
		return c.sendJob(f)
	}
	ctx, cancel := c.context()
	defer cancel()
	return c.ingest.CSV(ctx, f.options, strings.NewReader(f.csv), int64(len(f.csv)), f.key)
}

// load is what a load does if it is acknowledged.
func (w *world) load(name string, f *load) {
	t := w.tables[name]
	if t == nil {
		t = &table{tags: map[string]int64{}}
		w.tables[name] = t
	}
	made := &content{shape: f.shape, rows: f.rows, sum: f.sum, files: 1}
	if len(t.versions) > 0 {
		switch was := t.current().as(f.shape); f.options.Mode {
		case "append":
			made.rows, made.sum, made.files = slices.Concat(was.rows, f.rows), was.sum+f.sum, was.files+1
		case "upsert":
			made = was.upserted(f)
		}
	}
	latest := f
	if f.options.AllowDuplicate {
		latest = nil
	}
	if len(f.bad) > 0 {
		latest = nil
		w.quarantine(name, f)
	}
	t.next(made, latest)
}

// quarantine keeps the bad rows of a load, which come before its good ones.
func (w *world) quarantine(name string, f *load) {
	w.bad[name] = slices.Sorted(slices.Values(slices.Concat(w.bad[name], f.bad)))
}
