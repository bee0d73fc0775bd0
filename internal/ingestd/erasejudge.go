package ingestd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// tally tells rows that match from others: how many, and a sum over what they hold, in
// whatever order and files they are. A column without a value adds nothing, so that one
// more column leaves them the same.
type tally struct {
	Rows int64
	Sum  int64 // not negative
}

func (t tally) plus(o tally) tally {
	return tally{t.Rows + o.Rows, (t.Sum + o.Sum) & math.MaxInt64} // in a sum that overflows the other bits are right
}

// judge finds, object by object, the rows that a condition holds for.
type judge struct {
	*ingestd
	ws     *workspace
	on     condition
	values bool // gather the values of the condition's columns in matching rows

	hits   map[string]map[string]tally // by schema, then by key
	files  []string                    // of the values
	lacked map[string]bool             // schemas that the condition cannot be held against
}

func newJudge(d *ingestd, ws *workspace, on condition, values bool) *judge {
	return &judge{ingestd: d, ws: ws, on: on, values: values, hits: map[string]map[string]tally{}, lacked: map[string]bool{}}
}

// schemaOf tells apart the ways to read an object.
func schemaOf(columns []catalog.Column) string {
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, "%d %q %s\n", c.FieldID, c.Name, c.Type)
	}
	return b.String()
}

// unseen is what of one schema was not looked at yet.
type unseen struct {
	schema  string
	columns []catalog.Column
	objects []catalog.DataObject
}

// unseen gives the objects of all versions that are still to be looked at, the current
// version's schema first.
func (j *judge) unseen(k *kept) (list []*unseen) {
	listed := map[string]map[string]bool{}
	for _, m := range k.at {
		schema := schemaOf(m.Columns)
		if listed[schema] == nil {
			listed[schema] = map[string]bool{}
			list = append(list, &unseen{schema: schema, columns: m.Columns})
		}
		of := list[slices.IndexFunc(list, func(u *unseen) bool { return u.schema == schema })]
		for _, o := range m.Objects {
			if _, seen := j.hits[schema][o.Key]; !seen && !listed[schema][o.Key] {
				listed[schema][o.Key] = true
				of.objects = append(of.objects, o)
			}
		}
	}
	return list
}

// all looks at every object of every version, each once for each schema.
func (j *judge) all(ctx context.Context, k *kept) error {
	for i, of := range j.unseen(k) {
		if j.hits[of.schema] == nil {
			j.hits[of.schema] = map[string]tally{}
			j.lacked[of.schema] = !j.on.fits(of.columns)
		}
		for _, some := range parts(of.objects) {
			if j.lacked[of.schema] {
				break
			}
			err := j.look(ctx, of, some)
			if i > 0 && errors.Is(err, duck.ErrInvalid) {
				j.lacked[of.schema] = true // a column had another type then
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

// of gives the rows of a version that match; judged is false where they cannot be told.
func (j *judge) of(m catalog.Manifest) (rows tally, judged bool) {
	schema := schemaOf(m.Columns)
	if j.lacked[schema] {
		return rows, false
	}
	for _, o := range m.Objects {
		rows = rows.plus(j.hits[schema][o.Key])
	}
	return rows, true
}

func (j *judge) look(ctx context.Context, of *unseen, objects []catalog.DataObject) error {
	r := rewriter{ingestd: j.ingestd, pool: j.pool, ws: j.ws, from: of.columns, to: of.columns}
	p, err := r.fetch(ctx, objects)
	if err != nil {
		return err
	}
	counts, err := j.count(ctx, r, p)
	if err != nil {
		return err
	}
	with := &part{} // rows that match; most have none, and of those no more is read
	for i, o := range objects {
		j.hits[of.schema][o.Key] = tally{Rows: counts[i]}
		if counts[i] > 0 {
			with.objects, with.paths, with.rows = append(with.objects, o), append(with.paths, p.paths[i]), with.rows+o.Rows
		}
	}
	if len(with.objects) == 0 {
		return nil
	}
	return j.sum(ctx, r, with, j.hits[of.schema])
}

// matching selects from the rows of a part that match; file is the column that tells
// which of its objects they are in.
func (j *judge) matching(r rewriter, p *part) (from, file string, err error) {
	file = duck.Identifier(spare(r.to, "f"))
	rows, err := r.rows(p, "file_index AS "+file)
	return fmt.Sprintf("(%s) AS %s WHERE %s", rows, duck.Identifier(j.on.alias), j.on.of()), file, err
}

// count gives how many rows match in each of the objects.
func (j *judge) count(ctx context.Context, r rewriter, p *part) ([]int64, error) {
	matching, file, err := j.matching(r, p)
	if err != nil {
		return nil, err
	}
	statements := []string{fmt.Sprintf("SELECT %s::BIGINT, count(*)::BIGINT FROM %s GROUP BY 1", file, matching)}
	out, values := "", ""
	if j.values {
		if out, err = j.ws.folder("values" + strconv.Itoa(len(j.files))); err != nil {
			return nil, err
		}
		values = filepath.Join(out, "values.parquet")
		statements = slices.Insert(statements, 0, fmt.Sprintf("COPY (SELECT DISTINCT v FROM (SELECT unnest([%s]) AS v FROM %s) WHERE v <> '') TO %s (FORMAT parquet)",
			textsOf(r.to, j.on.columns), matching, duck.Literal(values)))
	}
	table, err := r.ask(ctx, append(slices.Clone(j.on.read), p.paths...), out, statements...)
	if err != nil {
		return nil, err
	}
	if j.values && len(table) > 0 {
		j.files = append(j.files, values)
	}
	counts := make([]int64, len(p.objects))
	for _, row := range table {
		counts[row[0]] = row[1]
	}
	return counts, nil
}

// sum adds to the hits what the rows that match hold.
func (j *judge) sum(ctx context.Context, r rewriter, p *part, hits map[string]tally) error {
	matching, file, err := j.matching(r, p)
	if err != nil {
		return err
	}
	held := make([]string, len(r.to))
	for i, c := range r.to {
		name := duck.Identifier(c.Name)
		held[i] = fmt.Sprintf("CASE WHEN %s IS NOT NULL THEN hash(%s, CAST(%s AS VARCHAR)) END", name, duck.Literal(c.Name), name)
	}
	table, err := r.ask(ctx, append(slices.Clone(j.on.read), p.paths...), "",
		fmt.Sprintf("SELECT %s::BIGINT, (sum(hash(list_sum([%s]))) %% 9223372036854775808)::BIGINT FROM %s GROUP BY 1", file, strings.Join(held, ", "), matching))
	if err != nil {
		return err
	}
	for _, row := range table {
		key := p.objects[row[0]].Key
		hits[key] = tally{Rows: hits[key].Rows, Sum: row[1]}
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

// tagsToGo are the current version's, which go where it holds rows that match.
func (j *judge) tagsToGo(k *kept) []string {
	if rows, _ := j.of(k.current()); rows.Rows == 0 {
		return []string{}
	}
	return k.versions[0].Tags
}

// versionsToGo lists the older versions that hold matching rows or cannot be judged.
func (j *judge) versionsToGo(k *kept, keepUnjudged bool) []ingest.ErasedVersion {
	list := []ingest.ErasedVersion{}
	for i, m := range k.at[1:] {
		rows, judged := j.of(m)
		if rows.Rows > 0 || !judged {
			list = append(list, ingest.ErasedVersion{Version: m.Version, Rows: rows.Rows, Tags: k.versions[i+1].Tags, Judged: judged, Kept: !judged && keepUnjudged})
		}
	}
	return list
}
