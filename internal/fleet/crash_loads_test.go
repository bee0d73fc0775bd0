package fleet_test

import (
	"encoding/csv"
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

// load is a file and how it is sent.
type load struct {
	options ingest.Options
	csv     string
	rows    []string // as SQL gives them
	sum     int64
	bad     []string // rows that cannot be read
	key     string
}

// file makes a CSV of random content. No two rows of a run are the same.
func (c *crashClient) file(count, bad int) *load {
	l := &load{}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"id", "n", "amount", "day", "note"}) // to a builder: it never fails
	for i := range count {
		c.row(w, l, fmt.Sprintf("c%d-%06d-%06d", c.number, c.serial, i))
	}
	for i := range bad {
		row := fmt.Sprintf("c%d-%06d-bad%03d,many,1.00,2026-01-01,n:bad", c.number, c.serial, i)
		w.Flush()
		b.WriteString(row + "\n")
		l.bad = append(l.bad, fmt.Sprintf("%q", row))
	}
	w.Flush()
	c.seal(l, b.String())
	return l
}

// seal gives a load its bytes and, in half of all cases, a key.
func (c *crashClient) seal(l *load, csv string) {
	l.csv = csv
	l.options.Delimiter = "comma"
	if c.dice.IntN(2) == 0 {
		l.key = fmt.Sprintf("key-%d-%d", c.number, c.serial)
	}
}

// row adds a row of random values.
func (c *crashClient) row(w *csv.Writer, l *load, id string) {
	n, cents := c.dice.Int64N(1000)-200, c.dice.IntN(1_000_000)
	amount, day := fmt.Sprintf("%d.%02d", cents/100, cents%100), fmt.Sprintf("20%02d-%02d-%02d", c.dice.IntN(30), 1+c.dice.IntN(12), 1+c.dice.IntN(28))
	note := c.note(len(l.rows))
	_ = w.Write([]string{id, fmt.Sprint(n), amount, day, note}) // to a builder: it never fails
	shown := "null"                                             // an unquoted empty field
	if note != "" {
		shown = fmt.Sprintf("%q", note)
	}
	l.sum += n
	l.rows = append(l.rows, fmt.Sprintf("%q|%d|%q|%q|%s", id, n, amount, day, shown))
}

// note is a text that is hard to keep, or nothing. The first of a file is text for
// sure, so that the column's type is clear.
func (c *crashClient) note(i int) string {
	if i > 0 && c.dice.IntN(6) == 0 {
		return ""
	}
	parts := []string{"a", "0", "007", ",", "\"", "\n", ";", "|", "\t", " ", "é", "日本", "'", "\\", "NULL", "😀"}
	note := "n:"
	for range c.dice.IntN(8) {
		note += parts[c.dice.IntN(len(parts))]
	}
	return note
}

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
	return c.load(name, "append", c.file(c.size(), 0)), true
}

func (c *crashClient) full(name string) bool {
	t := c.world.tables[name]
	return t != nil && (len(t.current().rows) > mostRows || t.current().files >= mostFiles)
}

func (c *crashClient) replaces() (operation, bool) {
	return c.load(c.name(), "replace", c.file(c.size(), 0)), true
}

func (c *crashClient) creates() (operation, bool) {
	name := c.name()
	f := c.file(c.size(), 0)
	f.key = fmt.Sprintf("key-%d-%d", c.number, c.serial) // without one nobody can tell a retry from a second creation
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
	f := c.file(count, 1+c.dice.IntN(count/3))
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
	o := c.load(name, "append", c.file(20, 3))
	o.refusal, o.apply = ingest.ErrBadRows, nil
	return o, true
}

func (c *crashClient) drifts() (operation, bool) {
	name, ok := c.liveName()
	if !ok {
		return operation{}, false
	}
	f := c.file(5, 0)
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
	f.key = ""
	if f.options.Mode == "create" { // which a retry without a key is refused
		f.options.Mode = "replace"
	}
	o := c.load(name, f.options.Mode, &f)
	o.kind, o.apply = "repeat", nil
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
		case try == 1 && !created:
			return wrong("new content was there already")
		case id != "" && answer.DatasetID != id:
			return wrong("it is the dataset %s, want %s", answer.DatasetID, id)
		}
		if id = answer.DatasetID; !created {
			c.events.count(&c.events.landed)
		}
		return nil
	}
	return o
}

func (c *crashClient) send(f *load) (ingest.Answer, bool, error) {
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
	made := &content{rows: f.rows, sum: f.sum, files: 1}
	if len(t.versions) > 0 {
		switch was := t.current(); f.options.Mode {
		case "append":
			made = &content{rows: slices.Concat(was.rows, f.rows), sum: was.sum + f.sum, files: was.files + 1}
		case "upsert":
			made = was.upserted(f)
		}
	}
	latest := f
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
