package ingestd

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

// catchUp looks at the objects of the current version that were not looked at yet.
// Where one is gone that was rewritten, all begins anew.
func (m *merge) catchUp(ctx context.Context) error {
	if m.batch.current == nil {
		return nil
	}
	objects := m.batch.current.Objects
	for _, gone := range m.removes {
		if !slices.ContainsFunc(objects, func(o catalog.DataObject) bool { return o.Key == gone.Key }) {
			m.withdraw(ctx, m.batch.name.String(), m.datasetID, m.since, m.kept)
			m.judged, m.removes, m.kept, m.found, m.updates = map[string]bool{}, nil, nil, nil, 0
			break
		}
	}
	if !m.all && m.keys == "" {
		return nil // nothing came that could be there
	}
	for _, some := range parts(m.unseen()) {
		p, err := m.fetch(ctx, some)
		if err != nil {
			return err
		}
		if err := m.take(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// unseen gives the objects of the current version that were not looked at.
func (m *merge) unseen() []catalog.DataObject {
	return slices.DeleteFunc(slices.Clone(m.batch.current.Objects), func(o catalog.DataObject) bool { _, seen := m.judged[o.Key]; return seen })
}

func (m *merge) unseenBytes() (bytes int64) {
	for _, o := range m.unseen() {
		bytes += o.Size
	}
	return bytes
}

// take finds which objects of a part hold rows that are to go, and writes what
// stays of those.
func (m *merge) take(ctx context.Context, p *part) error {
	hits, err := m.hits(ctx, p)
	if err != nil {
		return err
	}
	touched := &part{}
	var going int64
	for i, o := range p.objects {
		if hits[i] > 0 || m.all {
			touched.objects, touched.paths = append(touched.objects, o), append(touched.paths, p.paths[i])
			touched.rows, touched.bytes = touched.rows+o.Rows, touched.bytes+o.Size
			going += hits[i]
		}
	}
	if len(touched.objects) > 0 {
		if err := m.rewrite(ctx, touched, going); err != nil {
			return err
		}
	}
	for i, o := range p.objects {
		m.judged[o.Key] = hits[i] > 0 || m.all
	}
	return nil
}

// hits counts the rows of each object that have a key of those that came.
func (m *merge) hits(ctx context.Context, p *part) (map[int]int64, error) {
	hits := map[int]int64{}
	if m.keys == "" {
		return hits, nil
	}
	file := duck.Identifier(spare(m.to, "f"))
	rows, err := m.rows(p, "file_index AS "+file)
	if err != nil {
		return nil, err
	}
	counts, err := m.ask(ctx, append([]string{m.keys}, p.paths...), "",
		fmt.Sprintf("SELECT old.%s::BIGINT, count(*)::BIGINT FROM (%s) AS old SEMI %s GROUP BY 1", file, rows, m.sameKey()))
	for _, row := range counts {
		hits[int(row[0])] = row[1]
	}
	return hits, err
}

// rewrite writes the rows of objects that stay. going says how many do not.
func (m *merge) rewrite(ctx context.Context, p *part, going int64) error {
	if err := m.lossless(ctx, p); err != nil {
		return err
	}
	rows, err := m.rows(p)
	if err != nil {
		return err
	}
	stay, read := rows, p.paths
	if m.keys != "" {
		stay = fmt.Sprintf("SELECT * FROM (%s) AS old ANTI %s", rows, m.sameKey())
		read = append([]string{m.keys}, p.paths...)
	}
	if going > 0 {
		if err := m.find(ctx, rows, read); err != nil {
			return err
		}
	}
	kept, stored, err := m.write(ctx, m.datasetID, stay, read, p.rows-going, p.bytes)
	m.stored += stored
	m.kept, m.removes = append(m.kept, kept...), append(m.removes, refsOf(p.objects)...)
	return err
}

// find notes which of the keys that came were there.
func (m *merge) find(ctx context.Context, rows string, read []string) error {
	out, err := m.ws.folder("found" + strconv.Itoa(len(m.found)))
	if err != nil {
		return err
	}
	found := filepath.Join(out, "keys.parquet")
	m.found = append(m.found, found)
	m.updates, err = m.count(ctx, append(m.found[:len(m.found)-1:len(m.found)-1], read...), out,
		fmt.Sprintf("COPY (SELECT DISTINCT %s FROM (%s) AS old SEMI %s) TO %s (FORMAT parquet)", m.keyItems("old."), rows, m.sameKey(), duck.Literal(found)),
		"SELECT count(*)::BIGINT FROM (SELECT DISTINCT * FROM read_parquet("+literals(m.found)+"))")
	return err
}

func literals(paths []string) string {
	list := make([]string, len(paths))
	for i, path := range paths {
		list[i] = duck.Literal(path)
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// lossless makes sure that a column that becomes double holds no number that a
// double does not: a long may have 19 digits, a double 15 to 17.
func (m *merge) lossless(ctx context.Context, p *part) error {
	var terms []string
	var changes []catalog.Change
	for i, c := range m.from {
		j := slices.IndexFunc(m.to, func(t catalog.Column) bool { return t.Name == c.Name })
		if j < 0 || m.to[j].Type != "double" || c.Type != "long" && c.Type != "int" {
			continue
		}
		name := duck.Identifier(c.Name)
		terms = append(terms, fmt.Sprintf("count(*) FILTER (WHERE TRY_CAST(%s::DOUBLE AS BIGINT) IS DISTINCT FROM %s)::BIGINT", name, name))
		changes = append(changes, catalog.Change{Column: c.Name, Change: "retyped", From: &m.from[i].Type, To: &m.to[j].Type})
	}
	if len(terms) == 0 {
		return nil
	}
	rows, err := selectRows(duck.View{Files: p.paths, Rows: p.rows}, m.from, m.from)
	if err != nil {
		return err
	}
	counts, err := m.ask(ctx, p.paths, "", "SELECT "+strings.Join(terms, ", ")+" FROM ("+rows+")")
	if err != nil {
		return err
	}
	for i, lost := range counts[0] {
		if lost > 0 {
			return catalog.ErrSchemaDrift.Errorf("column %q of %s has %d numbers that a double cannot hold: write the file's numbers without an exponent", changes[i].Column, m.batch.name, lost).
				With("dataset", m.batch.name.String()).With("diff", changes[i:i+1])
		}
	}
	return nil
}
