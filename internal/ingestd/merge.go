package ingestd

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// merge brings a file into a dataset of which rows change that are there already:
// its rows take the place of those with the same key, or the columns become wider
// than old files can be read.
//
// It is registered upon the version that it was made for. If another writer was
// faster, only the objects that came since are looked at, so that a merge of
// anything into a dataset that takes appends all the time comes to its end.
type merge struct {
	rewriter
	batch     *batch
	src       *source
	datasetID string
	since     int64    // the version before anything of it was stored
	key       []string // columns; none: no row is replaced
	all       bool     // every object is rewritten

	keys    string              // a file with the keys of the rows that came, each once
	came    int64               // rows, without those that a later one of the file replaced
	twice   int64               // that were replaced so
	fresh   []catalog.ObjectRef // the rows that came
	judged  map[string]bool     // objects that were looked at; true: rewritten
	removes []catalog.ObjectRef
	kept    []catalog.ObjectRef // what stays of them
	found   []string            // files of the keys that were there
	updates int64               // how many those are
	stored  int64               // bytes written to storage
}

// newMerge stores the rows that came, each key once.
func (b *batch) newMerge(ctx context.Context, src *source, datasetID string, files []string) (*merge, error) {
	m := &merge{batch: b, src: src, datasetID: datasetID, since: b.version(), came: src.records, judged: map[string]bool{},
		rewriter: rewriter{ingestd: b.ingestd, pool: b.pool, ws: b.ws, from: src.columns, to: src.columns}}
	if b.opts.mode == upsert {
		m.key = b.opts.key
	}
	var err error
	if files, err = m.foldKeys(ctx, files); err != nil {
		return nil, err
	}
	if m.fresh, m.stored, err = m.store(ctx, datasetID, files); err != nil {
		return nil, err
	}
	m.to = src.columns
	if b.evolution != nil {
		m.to, m.all = b.evolution.columns, b.evolution.rewrites
	}
	if b.current != nil {
		m.from = b.current.Columns
	}
	return m, nil
}

// foldKeys notes the keys of the rows that came, and leaves of those with the same
// key the last one of the file.
func (m *merge) foldKeys(ctx context.Context, files []string) ([]string, error) {
	if len(m.key) == 0 || len(files) == 0 {
		return files, nil
	}
	out, err := m.ws.folder("keys")
	if err != nil {
		return nil, err
	}
	m.keys = filepath.Join(out, "keys.parquet")
	order := duck.Identifier(spare(m.to, "o"))
	came, err := selectRows(duck.View{Files: files, Rows: m.came}, m.to, m.to, "file_index::BIGINT * 1099511627776 + file_row_number AS "+order)
	if err != nil {
		return nil, err
	}
	keys := fmt.Sprintf("COPY (SELECT %s, max(%s) AS o, count(*) AS n FROM (%s) GROUP BY ALL) TO %s (FORMAT parquet)", m.keyItems(""), order, came, duck.Literal(m.keys))
	counts, err := m.ask(ctx, files, out, keys, "SELECT count(*)::BIGINT, coalesce(sum(n), 0)::BIGINT FROM read_parquet("+duck.Literal(m.keys)+")")
	if err != nil {
		return nil, err
	}
	distinct, all := counts[0][0], counts[0][1]
	if all != m.came {
		return nil, ingest.ErrCountMismatch.Errorf("the keys of %d rows were read where the file has %d; nothing was loaded: please report this file", all, m.came)
	}
	m.came, m.twice = distinct, all-distinct
	if m.twice == 0 {
		return files, nil
	}
	return m.lastOfEach(ctx, files, came, order)
}

func (m *merge) lastOfEach(ctx context.Context, files []string, came, order string) ([]string, error) {
	out, err := m.ws.folder("last")
	if err != nil {
		return nil, err
	}
	last := fmt.Sprintf("SELECT %s FROM (%s) SEMI JOIN (SELECT o AS %s FROM read_parquet(%s)) USING (%s)", names(m.to), came, order, duck.Literal(m.keys), order)
	c := conversion{target: m.to, records: m.came, bytes: m.batch.parts[0].got.size}
	written, err := m.count(ctx, append([]string{m.keys}, files...), out, c.copyTo(last, filepath.Join(out, "files"), m.config.FileBytes),
		"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata("+duck.Literal(filepath.Join(out, "files", "*.parquet"))+")")
	if err != nil {
		return nil, err
	}
	if written != m.came {
		return nil, ingest.ErrCountMismatch.Errorf("%d rows were written of %d with different keys; nothing was loaded: please report this file", written, m.came)
	}
	return parquetFiles(filepath.Join(out, "files"))
}

func names(columns []catalog.Column) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = duck.Identifier(c.Name)
	}
	return strings.Join(list, ", ")
}

// keyItems selects the key's columns as k0, k1, ...
func (m *merge) keyItems(table string) string {
	items := make([]string, len(m.key))
	for i, name := range m.key {
		items[i] = table + duck.Identifier(name) + " AS k" + strconv.Itoa(i)
	}
	return strings.Join(items, ", ")
}

// sameKey joins rows called "old" to the keys that came, "new".
func (m *merge) sameKey() string {
	terms := make([]string, len(m.key))
	for i, name := range m.key {
		terms[i] = "old." + duck.Identifier(name) + " = new.k" + strconv.Itoa(i)
	}
	return fmt.Sprintf("JOIN read_parquet(%s) AS new ON %s", duck.Literal(m.keys), strings.Join(terms, " AND "))
}
