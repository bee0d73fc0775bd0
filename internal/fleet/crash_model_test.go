package fleet_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// world is what must be there of one client's names: nobody else uses them, so
// that one operation at a time decides.
type world struct {
	tables  map[string]*table
	dropped map[string][]*table // by name, in the order in which they were dropped
	bad     map[string][]string // rows in quarantine, raw, by the name of the table
	objects map[string]string   // bytes by key
	view    crashView
	index   crashIndex
}

// table is a dataset: the content of each of its versions, from version 1.
type table struct {
	id       string     // "": not known yet
	versions []*content // nil: erased
	tags     map[string]int64
	latest   *load // what made the current version, if it was a load of good rows
}

// content is the columns and the rows of a version, these in order. Versions of the
// same content share it.
type content struct {
	shape shape
	rows  []string
	sum   int64 // of column n
	files int   // about: loads that it came by
}

func (t *table) current() *content { return t.versions[len(t.versions)-1] }

// kept draws a version that is there.
func (t *table) kept(dice *rand.Rand) int {
	for {
		if at := dice.IntN(len(t.versions)); t.versions[at] != nil {
			return at + 1
		}
	}
}

// next gives the table another version.
func (t *table) next(c *content, by *load) {
	t.versions = append(slices.Clone(t.versions), c)
	t.latest = by
}

func newWorld() *world {
	return &world{tables: map[string]*table{}, dropped: map[string][]*table{}, bad: map[string][]string{}, objects: map[string]string{}}
}

// clone gives a world that may become another one while this one stays.
func (w *world) clone() *world {
	c := &world{tables: map[string]*table{}, dropped: map[string][]*table{}, bad: maps.Clone(w.bad), objects: maps.Clone(w.objects), view: w.view, index: maps.Clone(w.index)}
	for name, t := range w.tables {
		c.tables[name] = t.clone()
	}
	for name, list := range w.dropped {
		for _, t := range list {
			c.dropped[name] = append(c.dropped[name], t.clone())
		}
	}
	return c
}

func (t *table) clone() *table {
	c := *t
	c.tags = maps.Clone(t.tags)
	return &c
}

// picture is all that can be seen of a name.
type picture struct {
	id       string   // "": there is no such dataset, or, of a world, it is not known
	columns  string   // "name type, ..."
	versions []string // the number and the rows of each
	rows     []string
	tags     map[string]int64
	bad      []string
	dropped  []string // ids
}

func (w *world) picture(name string) picture {
	if isCrashView(name) {
		return w.viewPicture()
	}
	if isCrashIndex(name) {
		return w.indexPicture()
	}
	p := picture{bad: w.bad[name]}
	for _, d := range w.dropped[name] {
		p.dropped = append(p.dropped, d.id)
	}
	t := w.tables[name]
	if t == nil {
		return p
	}
	p.id, p.tags, p.rows, p.columns = t.id, t.tags, t.current().rows, t.current().shape.columns()
	for i, v := range t.versions {
		if v != nil {
			p.versions = append(p.versions, versionLine(int64(i+1), int64(len(v.rows))))
		}
	}
	return p
}

func versionLine(version, rows int64) string { return fmt.Sprintf("%d: %d rows", version, rows) }

// difference tells where what is seen is not what must be, "" for nowhere.
func (want picture) difference(got picture) string {
	var d []string
	say := func(what string, equal bool, got, want any) {
		if !equal {
			d = append(d, fmt.Sprintf("%s: %v, want %v", what, got, want))
		}
	}
	say("id", want.id == "" || want.id == got.id, got.id, want.id)
	say("columns", want.columns == got.columns, got.columns, want.columns)
	say("versions", slices.Equal(want.versions, got.versions), got.versions, want.versions)
	say("tags", maps.Equal(want.tags, got.tags), got.tags, want.tags)
	say("dropped", len(want.dropped) == len(got.dropped) && equalKnown(want.dropped, got.dropped), got.dropped, want.dropped)
	if x := rowDifference(want.rows, got.rows); x != "" {
		d = append(d, x)
	}
	if x := rowDifference(want.bad, got.bad); x != "" {
		d = append(d, "quarantine: "+x)
	}
	return strings.Join(d, "; ")
}

// equalKnown compares ids as far as they are known.
func equalKnown(want, got []string) bool {
	for i := range want {
		if want[i] != "" && want[i] != got[i] {
			return false
		}
	}
	return true
}

// rowDifference tells the first row that differs, "" for none.
func rowDifference(want, got []string) string {
	for i := range max(len(want), len(got)) {
		switch {
		case i == len(got):
			return fmt.Sprintf("%d rows, want %d; the first that is missing: %s", len(got), len(want), want[i])
		case i == len(want):
			return fmt.Sprintf("%d rows, want %d; the first too many: %s", len(got), len(want), got[i])
		case want[i] != got[i]:
			return fmt.Sprintf("row %d of %d is %s, want %s of %d", i, len(got), got[i], want[i], len(want))
		}
	}
	return ""
}

// adopt takes over the ids that were not known.
func (w *world) adopt(name string, seen picture) {
	if t := w.tables[name]; t != nil && t.id == "" {
		t.id = seen.id
	}
	for i, d := range w.dropped[name] {
		d.id = seen.dropped[i]
	}
}
