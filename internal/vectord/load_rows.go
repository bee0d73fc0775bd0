package vectord

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	loadBatch = 1000            // rows that are added at once
	loadTime  = 60 * 60 * 1_000 // milliseconds for the statement; queryd's own bound
)

// rows are a load's rows on their way into an index.
type rows struct {
	open  *durable.Index
	job   *job
	want  vector.NewLoad
	room  func([]engine.Item) error
	count func(fate string, items int)
	batch []engine.Item
	seed  maphash.Seed
	seen  map[uint64]struct{} // hashes of the ids, where what is missing goes
}

// fill runs the statement, over the versions that the load began with, and brings the
// index to what it gives.
func (l *loader) fill(ctx context.Context, x *index, open *durable.Index, j *job, before vector.Load) error {
	load := j.look()
	limit := int64(loadTime)
	body, reads, err := l.query.Read(ctx, query.Request{SQL: load.SQL, Format: query.NDJSON, TimeoutMS: &limit, AsOf: versions(load.Reads)})
	if err != nil {
		return err
	}
	defer body.Close()
	j.change(func(load *vector.Load) {
		load.Reads, load.Rows, load.Unchanged = reads, 0, 0
		load.Skipped = !load.Force && sameRows(before.NewLoad, load.NewLoad) && before.State == vector.LoadSucceeded && before.Reads == reads && known(reads)
	})
	if load = j.look(); load.Skipped {
		return nil
	}
	if err := l.keep(ctx, x, load); err != nil { // with what it reads
		return err
	}
	r := &rows{open: open, job: j, want: load.NewLoad, room: l.registry.room, count: l.metrics.changed, seed: maphash.MakeSeed()}
	if load.DeleteMissing {
		r.seen = map[uint64]struct{}{}
	}
	if err := r.take(ctx, body); err != nil {
		return err
	}
	return r.deleteMissing(ctx)
}

// sameRows tells whether two loads take the same rows.
func sameRows(a, b vector.NewLoad) bool {
	a.Force, b.Force = false, false
	return a == b
}

// versions makes of what a statement read what it is to read again.
func versions(reads string) json.RawMessage {
	if !known(reads) {
		return nil
	}
	tables := map[string]query.Version{}
	for part := range strings.SplitSeq(reads, ", ") {
		name, version, _ := strings.Cut(part, "@")
		if n, err := strconv.ParseInt(version, 10, 64); err == nil {
			tables[name] = query.Version{Number: n}
		}
	}
	raw, err := json.Marshal(query.AsOf{Tables: tables})
	if err != nil {
		return nil
	}
	return raw
}

// known tells whether everything that was read is named: a long list is cut, and a
// statement without a table names nothing.
func known(reads string) bool { return reads != "" && !strings.HasSuffix(reads, "...") }

// take reads the rows and adds those that the index does not hold.
func (r *rows) take(ctx context.Context, body io.Reader) error {
	lines := bufio.NewReaderSize(body, 1<<20)
	for number := int64(1); ; number++ {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 && err == nil {
			var item engine.Item
			if item, err = r.itemOf(line); err != nil {
				p := wire.AsProblem(err)
				p.Detail = "row " + strconv.FormatInt(number, 10) + " of the statement: " + p.Detail
				return p.With("row", number)
			}
			err = r.put(ctx, item)
		}
		if errors.Is(err, io.EOF) {
			return r.flush(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// itemOf makes an item of a row: the metadata is the row without the id and the vector,
// as it came.
func (r *rows) itemOf(line []byte) (item engine.Item, err error) {
	in := jsontext.NewDecoder(strings.NewReader(string(line)))
	meta := []byte{'{'}
	idColumn, vectorColumn := cmp.Or(r.want.IDColumn, "id"), cmp.Or(r.want.VectorColumn, "vector")
	if _, err := in.ReadToken(); err != nil {
		return item, err
	}
	for in.PeekKind() == '"' {
		token, err := in.ReadToken()
		if err != nil {
			return item, err
		}
		field := token.String() // the token goes with the next call
		value, err := in.ReadValue()
		if err != nil {
			return item, err
		}
		switch field {
		case idColumn:
			item.ID = idOf(value)
		case vectorColumn:
			if item.Vector, err = vectorOf(value); err != nil {
				return item, vector.ErrLoadColumns.Errorf("the column %q: %v", vectorColumn, err)
			}
		default:
			if value.Kind() == 'n' { // null is as if it were not there
				continue
			}
			if len(meta) > 1 {
				meta = append(meta, ',')
			}
			if meta, err = jsontext.AppendQuote(meta, field); err != nil {
				return item, err
			}
			meta = append(append(meta, ':'), value...)
		}
	}
	item.Metadata = append(meta, '}')
	switch {
	case item.ID == "":
		return item, vector.ErrLoadColumns.Errorf("it has no id in the column %q; name the column of ids by id_column, and leave rows without one out", idColumn)
	case item.Vector == nil:
		return item, vector.ErrLoadColumns.Errorf("it has no vector in the column %q; name the column by vector_column, and leave rows without one out", vectorColumn)
	}
	return item, nil
}

// vectorOf reads a list of numbers; those of decimals come as texts.
func vectorOf(value jsontext.Value) (v vector.Vector, err error) {
	if value.Kind() == 'n' {
		return nil, nil
	}
	err = v.UnmarshalJSON(bytes.ReplaceAll(value, []byte{'"'}, nil))
	return v, err
}

// idOf gives the text of an id that is text, or a number as it is written.
func idOf(value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		var text string
		if json.Unmarshal(value, &text) == nil {
			return text
		}
	case '0':
		return string(value)
	}
	return ""
}

// put takes a row.
func (r *rows) put(ctx context.Context, item engine.Item) error {
	if r.seen != nil {
		r.seen[maphash.String(r.seed, item.ID)] = struct{}{}
	}
	if r.batch = append(r.batch, item); len(r.batch) < loadBatch {
		return nil
	}
	return r.flush(ctx)
}

// flush adds what of the batch the index does not hold.
func (r *rows) flush(ctx context.Context) error {
	all := r.batch
	r.batch = nil
	if len(all) == 0 {
		return nil
	}
	if _, err := r.open.Engine().Check(all); err != nil {
		return problemOf(err)
	}
	var fresh []engine.Item
	for _, item := range all {
		if !r.open.Engine().Holds(item) {
			fresh = append(fresh, item)
		}
	}
	var added durable.Added
	if len(fresh) > 0 {
		err := r.room(fresh)
		if err == nil {
			added, err = r.open.Add(ctx, fresh)
		}
		if err != nil {
			return problemOf(err)
		}
	}
	r.count(fateAdded, added.Added)
	r.count(fateUpdated, added.Updated)
	r.job.change(func(load *vector.Load) {
		load.Rows += int64(len(all))
		load.Unchanged += int64(len(all) - len(fresh))
		load.Added += int64(added.Added)
		load.Updated += int64(added.Updated)
	})
	return nil
}

// deleteMissing takes out what is in no row.
func (r *rows) deleteMissing(ctx context.Context) error {
	if r.seen == nil {
		return nil
	}
	for after := ""; ; {
		page, err := r.open.Engine().Scroll(after, vector.MaxPage, nil, false)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].ID
		var missing []string
		for _, item := range page {
			if _, seen := r.seen[maphash.String(r.seed, item.ID)]; !seen {
				missing = append(missing, item.ID)
			}
		}
		if len(missing) == 0 {
			continue
		}
		deleted, _, err := r.open.Delete(ctx, durable.Selection{IDs: missing})
		if err != nil {
			return problemOf(err)
		}
		r.count(fateDeleted, deleted)
		r.job.change(func(load *vector.Load) { load.Deleted += int64(deleted) })
	}
}
