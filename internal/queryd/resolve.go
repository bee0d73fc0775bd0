package queryd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	manifestFetches = 8       // manifests asked for at once
	maxTables       = 100_000 // names that SHOW TABLES answers with
	listPage        = 1000
)

// tables are what a statement reads: for each dataset, and each view, its version that
// was current when the statement began, or the one that was asked for.
type tables struct {
	named     []duck.Table   // as the statement says them, and the statements of views
	names     []catalog.Name // of each table
	manifests map[catalog.Name]catalog.Manifest
	views     map[catalog.Name]catalog.View
	order     []catalog.Name // of the views: each follows those that it reads
}

// mention is a name on its way to a version.
type mention struct {
	name  catalog.Name
	table duck.Table // where the statement says it itself
	by    string     // else the view that does
}

// resolve asks the catalog, once for each dataset and each view. Nothing is remembered
// between statements, so that whoever has written reads what was written.
func (s *server) resolve(ctx context.Context, named []duck.Table, asOf query.AsOf) (*tables, error) {
	t := &tables{manifests: map[catalog.Name]catalog.Manifest{}, views: map[catalog.Name]catalog.View{}}
	var next []mention
	for _, table := range named {
		name, err := nameOf(table)
		if err != nil {
			return nil, s.notFound(ctx, table)
		}
		t.add(table, name)
		if !slices.ContainsFunc(next, func(m mention) bool { return m.name == name }) {
			next = append(next, mention{name: name, table: table})
		}
	}
	wanted, err := wantedVersions(asOf)
	if err != nil {
		return nil, err
	}
	for len(next) > 0 {
		if next, err = s.fetch(ctx, t, next, wanted); err != nil {
			return nil, err
		}
	}
	if err := wanted.unread(t); err != nil {
		return nil, err
	}
	return t, t.sort()
}

// fetch gets the versions of what was mentioned, and gives what is mentioned by the
// views among them and not known yet.
func (s *server) fetch(ctx context.Context, t *tables, some []mention, wanted versions) (next []mention, err error) {
	found := make([]catalog.Relation, len(some))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(manifestFetches)
	for i, m := range some {
		group.Go(func() (err error) {
			found[i], err = s.catalog.Relation(groupCtx, m.name.String(), wanted.at(m.name))
			return s.explain(groupCtx, m, err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, m := range some {
		if err := wanted.meant(m.name, found[i]); err != nil {
			return nil, err
		}
		if found[i].View != nil {
			t.views[m.name] = *found[i].View
		} else {
			t.manifests[m.name] = *found[i].Dataset
		}
	}
	if len(t.views) > maxViews {
		return nil, query.ErrViewLimit.Errorf("the statement reads more than %d views; read fewer, or views that read fewer", maxViews).With("limit", maxViews)
	}
	for i, m := range some {
		if found[i].View == nil {
			continue
		}
		for _, read := range found[i].View.Reads {
			name, err := catalog.ParseName(read.Name)
			if err != nil {
				return nil, err
			}
			if !t.has(name) && !slices.ContainsFunc(next, func(m mention) bool { return m.name == name }) {
				next = append(next, mention{name: name, by: m.name.String()})
			}
		}
	}
	return next, nil
}

// explain says of a name that has no version where it was mentioned.
func (s *server) explain(ctx context.Context, m mention, err error) error {
	absent := errors.Is(err, catalog.ErrDatasetNotFound) || errors.Is(err, catalog.ErrViewNotFound)
	unversioned := errors.Is(err, catalog.ErrVersionNotFound) || errors.Is(err, catalog.ErrTagNotFound)
	switch {
	case absent && m.by == "":
		return s.notFound(ctx, m.table)
	case absent:
		why := wire.AsProblem(err).Detail
		return query.ErrViewBroken.Errorf("the view %s cannot be read: %s. Bring that back, or give the view another statement (POST /catalog/views with mode=replace)", m.by, why).
			With("view", m.by).With("table", m.name.String())
	case unversioned && m.by == "":
		return at(wire.AsProblem(err).With("table", m.name.String()), m.table.Position)
	case unversioned:
		p := wire.AsProblem(err)
		p.Detail = fmt.Sprintf("the view %s reads %s, and %s", m.by, m.name, p.Detail)
		return p.With("view", m.by).With("table", m.name.String())
	}
	return err
}

// nameOf gives the dataset that a table of a statement means. SQL does not tell
// upper from lower case, the catalog has lower case alone.
func nameOf(t duck.Table) (catalog.Name, error) {
	text := strings.ToLower(t.Name)
	if strings.Contains(text, ".") {
		return catalog.Name{}, catalog.ErrBadName.Errorf("a dot in a name")
	}
	if t.Schema != "" {
		text = strings.ToLower(t.Schema) + "." + text
	}
	return catalog.ParseName(text)
}

// add notes a table as a statement says it, once.
func (t *tables) add(table duck.Table, name catalog.Name) {
	same := func(other duck.Table) bool {
		return strings.EqualFold(other.Schema, table.Schema) && strings.EqualFold(other.Name, table.Name)
	}
	if !slices.ContainsFunc(t.named, same) {
		t.named, t.names = append(t.named, table), append(t.names, name)
	}
}

// has tells that the version of a name is known.
func (t *tables) has(name catalog.Name) bool {
	_, dataset := t.manifests[name]
	_, view := t.views[name]
	return dataset || view
}

// objects are the files of all datasets, each once.
func (t *tables) objects() []catalog.DataObject {
	var all []catalog.DataObject
	for _, name := range t.datasets() {
		all = append(all, t.manifests[name].Objects...)
	}
	return all
}

// relations gives every table what it is made of. The files of datasets have paths,
// which are those of objects; without any, the tables have their columns and no rows.
func (t *tables) relations(paths []string) []duck.View {
	files := map[catalog.Name][]string{}
	if paths != nil {
		for _, name := range t.datasets() {
			n := len(t.manifests[name].Objects)
			files[name], paths = paths[:n], paths[n:]
		}
	}
	var all []duck.View
	for i, table := range t.named {
		if m, is := t.manifests[t.names[i]]; is {
			all = append(all, tableOf(table, m, files[t.names[i]]))
		}
	}
	for _, name := range t.order {
		for i, table := range t.named {
			if t.names[i] == name {
				all = append(all, selectOf(table, t.views[name]))
			}
		}
	}
	return all
}

// tableOf is a table of a dataset's files.
func tableOf(table duck.Table, m catalog.Manifest, files []string) duck.View {
	v := duck.View{Schema: table.Schema, Name: table.Name, Files: files, Rows: m.Rows}
	for _, o := range m.Objects[:len(files)] {
		v.Sizes = append(v.Sizes, o.Size)
	}
	for _, c := range m.Columns {
		v.Columns = append(v.Columns, duck.Column{FieldID: c.FieldID, Name: c.Name, Type: c.Type})
	}
	return v
}

// selectOf is a table of a view's statement.
func selectOf(table duck.Table, view catalog.View) duck.View {
	v := duck.View{Schema: table.Schema, Name: table.Name, SQL: view.SQL}
	for _, c := range view.Columns {
		v.Columns = append(v.Columns, duck.Column{Name: c.Name})
	}
	return v
}

// datasets gives those that are read, in order.
func (t *tables) datasets() []catalog.Name { return byName(t.manifests) }

func byName[T any](m map[catalog.Name]T) []catalog.Name {
	return slices.SortedFunc(maps.Keys(m), func(a, b catalog.Name) int { return strings.Compare(a.String(), b.String()) })
}
