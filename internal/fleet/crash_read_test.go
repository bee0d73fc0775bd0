package fleet_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// gone stands for the bytes of an object that is not there: no object begins so.
const gone = "\x00gone"

const allRows = "FROM %s ORDER BY id"

// ask runs a statement and gives its rows, cells joined by a bar.
func (c *crashClient) ask(sql string) ([]string, error) { return c.askFor(query.Request{SQL: sql}) }

func (c *crashClient) askFor(statement query.Request) ([]string, error) {
	ctx, cancel := c.context()
	defer cancel()
	limit := int64(query.MaxLimit)
	statement.Limit = &limit
	answer, err := c.query.Run(ctx, statement)
	if err != nil {
		return nil, err
	}
	rows := make([]string, 0, len(answer.Rows))
	for _, row := range answer.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cells[i] = string(cell); cell[0] == '"' {
				var text string
				if err := json.Unmarshal(cell, &text); err != nil {
					return nil, wrong("%s answered the cell %s", statement.SQL, cell)
				}
				cells[i] = fmt.Sprintf("%q", text)
			}
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return rows, nil
}

// askAsOf reads all rows of a table as an older version has them.
func (c *crashClient) askAsOf(name, version string) ([]string, error) {
	return c.askFor(query.Request{SQL: fmt.Sprintf(allRows, name), AsOf: fmt.Appendf(nil, "{%q:%s}", name, version)})
}

// reads compares a table, or an object, with what must be there. It is asked for
// until it is told.
func (c *crashClient) reads() (operation, bool) {
	o := operation{kind: "read", again: true, insist: true}
	name, live := c.liveName()
	if key := c.key(); !live || c.dice.IntN(2) == 0 {
		o.what, o.do = key, func(int) error {
			got, err := c.get(key)
			if want := c.world.objects[key]; err == nil && got != want {
				err = wrong("%s, want %s", brief(got), brief(want))
			}
			return err
		}
		return o, true
	}
	t := c.world.tables[name]
	o.what, o.do = name, func(int) error {
		rows, err := c.ask("SELECT count(*)::BIGINT, sum(n)::BIGINT FROM " + name)
		if want := fmt.Sprintf("%d|%d", len(t.current().rows), t.current().sum); err == nil && rows[0] != want {
			err = wrong("count and sum are %s, want %s", rows[0], want)
		}
		return err
	}
	switch c.dice.IntN(3) {
	case 0:
		version := t.kept(c.dice)
		o.what += fmt.Sprintf(" version %d", version)
		o.do = func(int) error { return c.holds(name, fmt.Sprint(version), t.versions[version-1]) }
	case 1:
		o.do = func(int) error {
			rows, err := c.ask(fmt.Sprintf(allRows, name))
			if x := rowDifference(t.current().rows, rows); err == nil && x != "" {
				err = wrong("%s", x)
			}
			return err
		}
	}
	return o, true
}

// holds compares an older version of a table with what it must hold for ever.
func (c *crashClient) holds(name, version string, want *content) error {
	rows, err := c.askAsOf(name, version)
	if x := rowDifference(want.rows, rows); err == nil && x != "" {
		err = wrong("version %s: %s", version, x)
	}
	return err
}

// look sees all that can be seen of a name, however long it takes to be told.
func (c *crashClient) look(name string) (p picture) {
	if isCrashView(name) {
		return c.lookAtView(name)
	}
	if isCrashIndex(name) {
		return c.lookAtIndex(name)
	}
	ctx, cancel := c.context()
	defer cancel()
	rows := func(sql string) (found []string) {
		c.must(sql, query.ErrTableNotFound, func() (err error) {
			found, err = c.askFor(query.Request{SQL: sql, NoCache: true}) // what the files hold
			return err
		})
		return found
	}
	c.must("manifest of "+name, catalog.ErrDatasetNotFound, func() error {
		m, err := c.catalog.Manifest(ctx, name, 0)
		p.id, p.columns = m.DatasetID, columnsOf(m)
		return err
	})
	c.must("versions of "+name, catalog.ErrDatasetNotFound, func() error {
		list, err := c.catalog.Versions(ctx, name, "", 1000)
		p.versions, p.tags = nil, map[string]int64{}
		for _, v := range slices.Backward(list.Versions) {
			p.versions = append(p.versions, versionLine(v.Version, v.Rows))
			for _, tag := range v.Tags {
				p.tags[tag] = v.Version
			}
		}
		return err
	})
	c.must("dropped datasets", nil, func() error {
		page, err := c.catalog.Dropped(ctx, "", 1000)
		p.dropped = nil
		for _, d := range page.Datasets {
			if d.Name == name {
				p.dropped = append(p.dropped, d.DatasetID)
			}
		}
		return err
	})
	p.rows = rows(fmt.Sprintf(allRows, name))
	p.bad = rows("SELECT raw FROM " + name + catalog.QuarantineSuffix + " ORDER BY raw")
	return p
}

// must asks until it is told; absent is an answer too.
func (c *crashClient) must(what string, absent error, ask func() error) {
	err := c.insist(what, func(int) error { return ask() })
	if err != nil && (absent == nil || !errors.Is(err, absent)) {
		c.fail("%s: %v", what, err)
	}
}

// object reads an object whole.
func (c *crashClient) object(key string) (bytes string) {
	c.must(key, nil, func() (err error) { bytes, err = c.get(key); return err })
	return bytes
}

func (c *crashClient) get(key string) (string, error) {
	ctx, cancel := c.context()
	defer cancel()
	body, _, err := c.storage.Get(ctx, key, storage.Range{})
	if errors.Is(err, storage.ErrObjectNotFound) {
		return gone, nil
	}
	if err != nil {
		return "", err
	}
	defer body.Close()
	bytes, err := io.ReadAll(body)
	return string(bytes), err
}

func brief(bytes string) string {
	return fmt.Sprintf("%d bytes beginning with %.20q", len(bytes), bytes)
}

func columnsOf(m catalog.Manifest) string {
	columns := make([]string, len(m.Columns))
	for i, column := range m.Columns {
		columns[i] = column.Name + " " + column.Type
	}
	return strings.Join(columns, ", ")
}
