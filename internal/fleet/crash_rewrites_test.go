package fleet_test

import (
	"slices"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// upserts sends new values for some of a table's rows, and some new rows.
func (c *crashClient) upserts() (operation, bool) {
	name, ok := c.liveName()
	if !ok || c.full(name) {
		return operation{}, false
	}
	has := c.shapeOf(name)
	f := &load{shape: has, own: shape{extra: has.extra, digits: firstShape.digits}}
	c.fillUpsert(f, name)
	return c.load(name, "upsert", f), len(f.rows) > 0
}

// fillUpsert makes the rows of an upsert.
func (c *crashClient) fillUpsert(f *load, name string) {
	had := c.world.tables[name].current().rows
	b, w := f.writer()
	seen := map[string]bool{}
	for range min(len(had), 1+c.dice.IntN(20)) {
		id := idOf(had[c.dice.IntN(len(had))])
		if !seen[id] {
			c.row(w, f, id)
		}
		seen[id] = true
	}
	for i := range c.dice.IntN(20) {
		c.row(w, f, c.rowID(i))
	}
	w.Flush()
	c.seal(f, b.String())
	f.options.Key = []string{"id"}
}

// upserted is the content with the rows of a file in the place of those of their ids.
func (was *content) upserted(f *load) *content {
	now := &content{shape: was.shape, rows: slices.Clone(was.rows), sum: was.sum + f.sum, files: was.files + 1}
	at := map[string]int{}
	for i, row := range now.rows {
		at[idOf(row)] = i
	}
	for _, row := range f.rows {
		if i, there := at[idOf(row)]; there {
			now.sum -= numberOf(now.rows[i])
			now.rows[i] = row
		} else {
			now.rows = append(now.rows, row)
		}
	}
	return now
}

// idOf and numberOf give a row's columns id and n.
func idOf(row string) string {
	id, _, _ := strings.Cut(row, "|")
	return strings.Trim(id, `"`)
}

func numberOf(row string) int64 {
	n, _ := strconv.ParseInt(strings.Split(row, "|")[1], 10, 64) // the model wrote it
	return n
}

// erases takes a row out of all versions for good: those that held it are gone. Cut
// short it is completed by the same request.
func (c *crashClient) erases() (operation, bool) {
	name, ok := c.liveName()
	if !ok || len(c.world.tables[name].current().rows) < 2 {
		return operation{}, false
	}
	t := c.world.tables[name]
	row := t.current().rows[c.dice.IntN(len(t.current().rows))]
	ask := ingest.Erase{Name: name, Where: "id = '" + idOf(row) + "'"}
	o := operation{
		kind: "erase", what: name + ", " + ask.Where, names: []string{name}, table: name, again: true, insist: true,
		apply: func(w *world) { w.tables[name].erase(row) },
	}
	o.do = func(int) error {
		ctx, cancel := c.context()
		defer cancel()
		if ask.Confirm == "" {
			plan, err := c.ingest.Erase(ctx, ask)
			if err != nil {
				return err
			}
			if plan.Rows != 1 {
				return wrong("the plan erases %d rows, want 1", plan.Rows)
			}
			ask.Confirm = plan.Confirm
		}
		done, err := c.ingest.Erase(ctx, ask)
		if want := int64(len(t.versions) + 1); err == nil && (!done.Erased || done.Version != want) {
			err = wrong("erased %t, version %d; want version %d", done.Erased, done.Version, want)
		}
		return err
	}
	return o, true
}

// erase makes a version without a row, and those that hold it go with their tags.
func (t *table) erase(row string) {
	was := t.current()
	rest := slices.DeleteFunc(slices.Clone(was.rows), func(r string) bool { return r == row })
	t.next(&content{shape: was.shape, rows: rest, sum: was.sum - numberOf(row), files: was.files}, nil)
	id := idOf(row)
	for i, v := range t.versions {
		if v == nil || !slices.ContainsFunc(v.rows, func(r string) bool { return idOf(r) == id }) {
			continue
		}
		t.versions[i] = nil
		for tag, version := range t.tags {
			if version == int64(i+1) {
				delete(t.tags, tag)
			}
		}
	}
}
