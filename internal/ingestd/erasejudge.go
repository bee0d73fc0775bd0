package ingestd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	parallelManifests = 8    // manifests asked for at once
	versionsPage      = 1000 // versions asked for at once
)

// kept is a dataset with all its versions that are kept, newest first.
type kept struct {
	name     catalog.Name
	versions []catalog.Version
	at       []catalog.Manifest // of each
}

// current is the newest version.
func (k *kept) current() catalog.Manifest { return k.at[0] }

// allOf reads a dataset's versions. One that expires meanwhile is passed over.
func (d *ingestd) allOf(ctx context.Context, n catalog.Name) (*kept, error) {
	versions, err := wire.Gather(d.catalog.EachVersion(ctx, n.String(), versionsPage))
	if err != nil {
		return nil, err
	}
	k := &kept{name: n, versions: versions}
	k.at = make([]catalog.Manifest, len(k.versions))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelManifests)
	for i, v := range k.versions {
		g.Go(func() (err error) {
			k.at[i], err = d.catalog.Manifest(gctx, n.String(), v.Version)
			if i > 0 && errors.Is(err, catalog.ErrVersionNotFound) {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i := len(k.at) - 1; i > 0; i-- {
		if k.at[i].Version == 0 {
			k.versions, k.at = slices.Delete(k.versions, i, i+1), slices.Delete(k.at, i, i+1)
		}
	}
	return k, nil
}

// condition is what rows are told by: SQL over a dataset's columns, and files that
// it reads beside the rows' own.
type condition struct {
	sql     string
	columns []string // that it names
	read    []string
	alias   string // what the table is called in it
}

// of is the condition as a boolean that is never NULL.
func (c condition) of() string {
	return "coalesce(CAST((" + c.sql + "\n) AS BOOLEAN), false)"
}

// fits tells whether columns have all that the condition names.
func (c condition) fits(columns []catalog.Column) bool {
	return !slices.ContainsFunc(c.columns, func(name string) bool {
		return !slices.ContainsFunc(columns, func(own catalog.Column) bool { return strings.EqualFold(own.Name, name) })
	})
}

// judge counts, object by object, the rows that a condition holds for.
type judge struct {
	*ingestd
	ws     *workspace
	on     condition
	values bool // gather the values of the condition's columns in matching rows

	hits   map[string]map[string]int64 // by schema, then by key
	files  []string                    // of the values
	lacked map[string]bool             // schemas that the condition cannot be held against
}

func newJudge(d *ingestd, ws *workspace, on condition, values bool) *judge {
	return &judge{ingestd: d, ws: ws, on: on, values: values, hits: map[string]map[string]int64{}, lacked: map[string]bool{}}
}

// schemaOf tells apart the ways to read an object.
func schemaOf(columns []catalog.Column) string {
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, "%d %q %s\n", c.FieldID, c.Name, c.Type)
	}
	return b.String()
}

// all looks at every object of every version, each once for each schema.
func (j *judge) all(ctx context.Context, k *kept) error {
	for i, m := range k.at {
		schema := schemaOf(m.Columns)
		if j.hits[schema] == nil {
			j.hits[schema] = map[string]int64{}
			j.lacked[schema] = !j.on.fits(m.Columns)
		}
		if j.lacked[schema] {
			continue
		}
		unseen := slices.DeleteFunc(slices.Clone(m.Objects), func(o catalog.DataObject) bool { _, seen := j.hits[schema][o.Key]; return seen })
		for _, some := range parts(unseen) {
			err := j.look(ctx, m.Columns, schema, some)
			if i > 0 && errors.Is(err, duck.ErrInvalid) {
				j.lacked[schema] = true // a column had another type then
				break
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf gives how many rows of a version match; judged is false where that cannot be
// told.
func (j *judge) rowsOf(m catalog.Manifest) (rows int64, judged bool) {
	schema := schemaOf(m.Columns)
	for _, o := range m.Objects {
		rows += j.hits[schema][o.Key]
	}
	return rows, !j.lacked[schema]
}

func (j *judge) look(ctx context.Context, columns []catalog.Column, schema string, objects []catalog.DataObject) error {
	r := rewriter{ingestd: j.ingestd, pool: j.pool, ws: j.ws, from: columns, to: columns}
	p, err := r.fetch(ctx, objects)
	if err != nil {
		return err
	}
	file := spare(columns, "f")
	rows, err := r.rows(p, "file_index AS "+duck.Identifier(file))
	if err != nil {
		return err
	}
	matching := fmt.Sprintf("(%s) AS %s WHERE %s", rows, duck.Identifier(j.on.alias), j.on.of())
	statements := []string{fmt.Sprintf("SELECT %s::BIGINT, count(*)::BIGINT FROM %s GROUP BY 1", duck.Identifier(file), matching)}
	out := ""
	if j.values {
		if out, err = j.ws.folder("values" + strconv.Itoa(len(j.files))); err != nil {
			return err
		}
		path := filepath.Join(out, "values.parquet")
		j.files = append(j.files, path)
		statements = slices.Insert(statements, 0, fmt.Sprintf("COPY (SELECT DISTINCT v FROM (SELECT unnest([%s]) AS v FROM %s) WHERE v <> '') TO %s (FORMAT parquet)",
			textsOf(columns, j.on.columns), matching, duck.Literal(path)))
	}
	table, err := r.ask(ctx, append(slices.Clone(j.on.read), p.paths...), out, statements...)
	if err != nil {
		return err
	}
	for _, o := range objects {
		j.hits[schema][o.Key] = 0
	}
	for _, row := range table {
		j.hits[schema][objects[row[0]].Key] = row[1]
	}
	return nil
}

// textsOf lists the named columns as text.
func textsOf(columns []catalog.Column, named []string) string {
	texts := []string{"NULL::VARCHAR"}
	for _, c := range columns {
		if slices.ContainsFunc(named, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			texts = append(texts, "CAST("+duck.Identifier(c.Name)+" AS VARCHAR)")
		}
	}
	return strings.Join(texts, ", ")
}

// versionsToGo lists the older versions that hold matching rows or cannot be judged.
func (j *judge) versionsToGo(k *kept, keepUnjudged bool) []ingest.ErasedVersion {
	list := []ingest.ErasedVersion{}
	for i, m := range k.at[1:] {
		rows, judged := j.rowsOf(m)
		if rows > 0 || !judged {
			list = append(list, ingest.ErasedVersion{Version: m.Version, Rows: rows, Tags: k.versions[i+1].Tags, Judged: judged, Kept: !judged && keepUnjudged})
		}
	}
	return list
}
