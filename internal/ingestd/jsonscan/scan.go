package jsonscan

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// Scan reads a file to its end and returns what it is and what stands in the way
// of loading it. It reads r in one goroutine and stops with ctx's error soon after
// ctx ends.
//
// Errors: [csvscan.ErrEmptyFile], [csvscan.ErrBadEncoding], [csvscan.ErrBadOption],
// [csvscan.MissingColumnError], [ErrSyntax], [ErrTooManyKeys], [ErrNoKeys], and
// whatever r returned; r may then be left half read. Everything else that is wrong
// with a file is in the result.
func Scan(ctx context.Context, r io.Reader, opts Options) (*Result, error) {
	sc := &scanner{res: &Result{}, opts: opts, doc: newDocument()}
	sc.readOptions()
	s := newSplitter(ctx, r, unknown)
	for {
		record, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := sc.take(record, s.line); err != nil {
			return nil, err
		}
	}
	sc.res.layout = s.layout
	return sc.res, sc.conclude()
}

// scanner is the state of one Scan.
type scanner struct {
	res    *Result
	opts   Options
	doc    *document
	count  keyCount
	types  map[string]string // folded names of the caller's types
	target map[string]int
}

func (sc *scanner) readOptions() {
	sc.res.keys = topKeys{root: node{fields: map[string]*node{}, folded: map[string]*node{}}, columns: map[string]*column{}}
	sc.types, sc.target = map[string]string{}, map[string]int{}
	for name := range sc.opts.Types {
		sc.types[csvscan.FoldName(name)] = name
	}
	for i, t := range sc.opts.Target {
		sc.target[csvscan.FoldName(t.Name)] = i
	}
}

// take tallies one record.
func (sc *scanner) take(record []byte, line int64) error {
	err := sc.doc.parse(record)
	if err == nil {
		err = sc.res.keys.admits(sc.doc)
	}
	if err != nil {
		sc.res.BadCount++
		if errors.Is(err, errNotUTF8) {
			sc.res.NotUTF8++
		}
		return nil
	}
	sc.res.Records++
	d := sc.doc
	for i := d.values[0].first; i != 0; i = d.values[i].next {
		c := sc.res.keys.columns[string(d.values[i].name)]
		if c == nil {
			if c, err = sc.newColumn(string(d.values[i].name)); err != nil {
				return err
			}
		}
		if d.values[i].kind == 'n' {
			continue
		}
		if err := c.observe(d, i, line, &sc.count); err != nil {
			return err
		}
	}
	return nil
}

// newColumn begins the column of a key.
func (sc *scanner) newColumn(key string) (*column, error) {
	n, err := sc.res.keys.root.add([]byte(key), &sc.count)
	if err != nil {
		return nil, err
	}
	c := &column{name: key, node: n, target: -1}
	if i, ok := sc.target[csvscan.FoldName(key)]; ok {
		t := sc.opts.Target[i]
		if c.target, c.name = i, t.Name; !t.Unvalued {
			if err := c.expect(t.Type, ""); err != nil {
				return nil, err
			}
		}
	}
	if name, ok := sc.types[csvscan.FoldName(key)]; ok {
		delete(sc.types, csvscan.FoldName(key))
		c.node = nil
		if err := c.expect(sc.opts.Types[name], sc.opts.Formats[name]); err != nil {
			return nil, err
		}
	}
	sc.res.keys.columns[key] = c
	c.at = len(sc.res.columns)
	sc.res.columns = append(sc.res.columns, c)
	c.needed = sc.required(key)
	return c, nil
}

func (sc *scanner) required(key string) bool {
	return slices.ContainsFunc(sc.opts.Required, func(name string) bool { return csvscan.FoldName(name) == csvscan.FoldName(key) })
}

// conclude turns the tallies into types and differences.
func (sc *scanner) conclude() error {
	res := sc.res
	switch {
	case res.NotUTF8 > 0 && res.Records == 0:
		return csvscan.ErrBadEncoding
	case res.Records == 0 && res.BadCount == 0 && sc.opts.Target == nil:
		return csvscan.ErrEmptyFile
	}
	if err := sc.missing(); err != nil {
		return err
	}
	for i := range res.columns {
		sc.settle(res.columns[i])
	}
	if sc.opts.Target == nil && len(res.columns) == 0 && res.BadCount == 0 {
		return ErrNoKeys
	}
	return sc.addAbsent()
}

// settle adds a column's result, and how it differs from the target's.
func (sc *scanner) settle(c *column) {
	res := sc.res
	out := c.result(res.Records)
	out.Adopted = c.target >= 0 && sc.opts.Target[c.target].Unvalued
	res.Columns = append(res.Columns, out)
	if c.needed {
		res.Missing += out.Nulls
	}
	if w := c.warning(); w != "" {
		res.Warnings = append(res.Warnings, w)
	}
	if sc.opts.Target == nil {
		res.Misfits += out.Misfits
		return
	}
	switch {
	case c.target < 0:
		res.Drift = append(res.Drift, csvscan.Change{Column: c.name, Kind: csvscan.Added, To: out.Type})
	case out.Adopted:
		res.Misfits += out.Misfits
	case out.Type != sc.opts.Target[c.target].Type:
		res.Drift = append(res.Drift, csvscan.Change{Column: c.name, Kind: csvscan.Retyped, From: sc.opts.Target[c.target].Type, To: out.Type})
	case out.Misfits*2 > out.NonNull:
		res.Drift = append(res.Drift, csvscan.Change{Column: c.name, Kind: csvscan.Retyped, From: out.Type, To: out.FileType, Example: c.example, Line: c.line})
	default:
		res.Misfits += out.Misfits
	}
}

// missing refuses types of columns that are nowhere.
func (sc *scanner) missing() error {
	for _, folded := range slices.Sorted(maps.Keys(sc.types)) {
		if _, ok := sc.target[folded]; ok {
			continue
		}
		names := make([]string, len(sc.res.columns))
		for i, c := range sc.res.columns {
			names[i] = c.name
		}
		return &csvscan.MissingColumnError{Column: sc.types[folded], Columns: names}
	}
	return nil
}

// addAbsent adds the target's columns that no record mentions.
func (sc *scanner) addAbsent() error {
	found := map[int]bool{}
	for _, c := range sc.res.columns {
		found[c.target] = true
	}
	for i, t := range sc.opts.Target {
		if found[i] {
			continue
		}
		c := &column{name: t.Name, target: i, at: len(sc.res.columns), needed: sc.required(t.Name)}
		if err := c.expect(t.Type, ""); err != nil {
			return err
		}
		sc.res.columns = append(sc.res.columns, c)
		sc.settle(c)
	}
	return nil
}
