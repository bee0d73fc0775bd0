package queryd

import (
	"context"
	"errors"
	"fmt"
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

// tables are what a statement reads: for each dataset its version that was
// current when the statement began, or the one that was asked for.
type tables struct {
	named     []duck.Table
	names     []catalog.Name // of each table
	manifests map[catalog.Name]catalog.Manifest
}

// resolve asks the catalog, once for each dataset. Nothing is remembered between
// statements, so that whoever has written reads what was written.
func (s *server) resolve(ctx context.Context, named []duck.Table, asOf query.AsOf) (*tables, error) {
	t := &tables{named: named, manifests: map[catalog.Name]catalog.Manifest{}}
	for _, table := range named {
		name, err := nameOf(table)
		if err != nil {
			return nil, s.notFound(ctx, table)
		}
		t.names = append(t.names, name)
	}
	distinct := t.distinct()
	versions, err := versionsOf(asOf, distinct)
	if err != nil {
		return nil, err
	}
	manifests := make([]catalog.Manifest, len(distinct))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(manifestFetches)
	for i, name := range distinct {
		group.Go(func() (err error) {
			manifests[i], err = s.catalog.ManifestAt(groupCtx, name.String(), versions[name])
			table := named[slices.Index(t.names, name)]
			switch {
			case errors.Is(err, catalog.ErrDatasetNotFound):
				return s.notFound(groupCtx, table)
			case errors.Is(err, catalog.ErrVersionNotFound), errors.Is(err, catalog.ErrTagNotFound):
				return at(wire.AsProblem(err).With("table", name.String()), table.Position)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, name := range distinct {
		t.manifests[name] = manifests[i]
	}
	return t, nil
}

// versionsOf says which version of each dataset is asked for. Whoever names one that
// the statement does not read has made a mistake that would go unnoticed.
func versionsOf(asOf query.AsOf, read []catalog.Name) (map[catalog.Name]catalog.At, error) {
	versions := map[catalog.Name]catalog.At{}
	if !asOf.Time.IsZero() {
		for _, name := range read {
			versions[name] = catalog.At{AsOf: asOf.Time}
		}
		return versions, nil
	}
	for text, version := range asOf.Tables {
		name, err := catalog.ParseName(strings.ToLower(text))
		if err != nil || !slices.Contains(read, name) {
			return nil, wire.ErrBadRequest.Errorf("as_of names %q, which the statement does not read; it reads %s", text, listed(read))
		}
		if _, twice := versions[name]; twice {
			return nil, wire.ErrBadRequest.Errorf("as_of names %s twice; name it once", name)
		}
		versions[name] = catalog.At{Version: version.Number, Tag: version.Tag, AsOf: version.Time}
	}
	return versions, nil
}

// listed names datasets in a sentence.
func listed(names []catalog.Name) string {
	if len(names) == 0 {
		return "no table"
	}
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = name.String()
	}
	return strings.Join(texts, ", ")
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

// objects are the files of all datasets, each once.
func (t *tables) objects() []catalog.DataObject {
	var all []catalog.DataObject
	for _, name := range t.distinct() {
		all = append(all, t.manifests[name].Objects...)
	}
	return all
}

// views gives every table its files, whose paths are those of objects.
func (t *tables) views(paths []string) []duck.View {
	files, sizes := map[catalog.Name][]string{}, map[catalog.Name][]int64{}
	for _, name := range t.distinct() {
		objects := t.manifests[name].Objects
		files[name], paths = paths[:len(objects)], paths[len(objects):]
		for _, o := range objects {
			sizes[name] = append(sizes[name], o.Size)
		}
	}
	views := make([]duck.View, len(t.named))
	for i, table := range t.named {
		name := t.names[i]
		views[i] = duck.View{Schema: table.Schema, Name: table.Name, Files: files[name], Sizes: sizes[name], Rows: t.manifests[name].Rows}
		for _, c := range t.manifests[name].Columns {
			views[i].Columns = append(views[i].Columns, duck.Column{FieldID: c.FieldID, Name: c.Name, Type: c.Type})
		}
	}
	return views
}

// distinct gives the datasets in the order of their first mention.
func (t *tables) distinct() []catalog.Name {
	var names []catalog.Name
	for _, name := range t.names {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// String names the datasets and their versions, for the log.
func (t *tables) String() string {
	var parts []string
	for _, name := range t.distinct() {
		parts = append(parts, fmt.Sprintf("%s@%d", name, t.manifests[name].Version))
	}
	return strings.Join(parts, " ")
}

// notFound is the problem of a table that the catalog does not have, with the
// names that it may be a misspelling of.
func (s *server) notFound(ctx context.Context, table duck.Table) error {
	name := table.Name
	if table.Schema != "" {
		name = table.Schema + "." + name
	}
	p := query.ErrTableNotFound.Errorf("there is no table %q; SHOW TABLES lists them all", name)
	near := []string{}
	if names, err := s.tableNames(ctx); err == nil {
		near = catalog.Nearest(strings.ToLower(name), names)
	}
	if len(near) > 0 {
		p = query.ErrTableNotFound.Errorf("there is no table %q; did you mean %s?", name, strings.Join(near, ", "))
	}
	return at(p.With("table", name).With("near", near), table.Position)
}

// tableNames lists the catalog.
func (s *server) tableNames(ctx context.Context) ([]catalog.Name, error) {
	names := []catalog.Name{}
	for cursor := ""; ; {
		page, err := s.catalog.List(ctx, cursor, listPage)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Datasets {
			names = append(names, catalog.Name{Namespace: d.Namespace, Name: d.Name})
		}
		if page.NextCursor == nil {
			return names, nil
		}
		if cursor = *page.NextCursor; len(names) >= maxTables {
			return nil, wire.ErrNotSupported.Errorf("the catalog has more than %d datasets; page through GET /catalog/list", maxTables)
		}
	}
}
