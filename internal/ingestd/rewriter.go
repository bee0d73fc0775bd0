package ingestd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Bounds of what a rewriter has fetched at once.
const (
	maxFetched      = 1 << 30 // bytes; one object may be over it
	maxFetchedFiles = 256
	parallelFetches = 4
)

// rewriter makes new files of the rows of stored objects: it fetches them into a
// workspace, a part at a time, and has workers read them there. It never changes
// an object, and what it writes is in no version until it is registered.
type rewriter struct {
	*ingestd
	pool *duck.Pool
	ws   *workspace
	from []catalog.Column // the objects' own
	to   []catalog.Column // as rows come out, by name; one that from lacks is NULL
}

// part is some objects, fetched.
type part struct {
	objects []catalog.DataObject
	paths   []string
	rows    int64
	bytes   int64
}

// parts cuts objects into what may be fetched at once.
func parts(objects []catalog.DataObject) (cut [][]catalog.DataObject) {
	var bytes int64
	first := 0
	for i, o := range objects {
		if i > first && (bytes+o.Size > maxFetched || i-first == maxFetchedFiles) {
			cut, first, bytes = append(cut, objects[first:i]), i, 0
		}
		bytes += o.Size
	}
	if first < len(objects) {
		cut = append(cut, objects[first:])
	}
	return cut
}

// fetch gets objects into the workspace, in place of those that were there. Each
// has to have the size and the hash that its manifest and its name say.
func (r rewriter) fetch(ctx context.Context, objects []catalog.DataObject) (*part, error) {
	folder, err := r.ws.folder("objects")
	if err != nil {
		return nil, err
	}
	p := &part{objects: objects, paths: make([]string, len(objects))}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelFetches)
	for i, o := range objects {
		p.paths[i] = filepath.Join(folder, strconv.Itoa(i)+".parquet")
		p.rows, p.bytes = p.rows+o.Rows, p.bytes+o.Size
		g.Go(func() error { return r.fetchOne(gctx, o, p.paths[i]) })
	}
	return p, g.Wait()
}

func (r rewriter) fetchOne(ctx context.Context, o catalog.DataObject, path string) error {
	body, _, err := r.storage.Get(ctx, o.Key, storage.Range{})
	if errors.Is(err, storage.ErrObjectNotFound) {
		// A version that expired took it along, or it was erased.
		return catalog.ErrDatasetChanged.Errorf("an object of the version that was read is gone; try again").Because(err)
	}
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), body)
	if err != nil {
		return fmt.Errorf("fetch %s: %w", o.Key, err)
	}
	hash, hashed := catalog.HashOf(o.Key)
	if n != o.Size || hashed && !strings.HasPrefix(hex.EncodeToString(sum.Sum(nil)), hash) {
		return ingest.ErrDamaged.Errorf("an object of the dataset is not what the catalog says, and nothing was changed; the log names it: put it back from the backup").
			Because(fmt.Errorf("%s has %d bytes of %d, or other ones", o.Key, n, o.Size))
	}
	return file.Close()
}

// rows selects the fetched rows, under the names and types that they are to have,
// and what else is named.
func (r rewriter) rows(p *part, also ...string) (string, error) {
	return selectRows(duck.View{Files: p.paths, Rows: p.rows}, r.from, r.to, also...)
}

// selectRows selects a view's rows, read as the columns from and written as to.
// DuckDB's own file_index and file_row_number can be named in also, whatever the
// columns are called.
func selectRows(view duck.View, from, to []catalog.Column, also ...string) (string, error) {
	at := make(map[string]int, len(from))
	for i, c := range from {
		at[c.Name] = i
		view.Columns = append(view.Columns, duck.Column{FieldID: c.FieldID, Name: "c" + strconv.Itoa(i), Type: c.Type})
	}
	relation, err := view.Relation()
	if err != nil {
		return "", err
	}
	items := make([]string, len(to))
	for i, c := range to {
		duckType, err := duck.TypeOf(c.Type)
		if err != nil {
			return "", fmt.Errorf("column %s: %w", c.Name, err)
		}
		source := "NULL"
		j, there := at[c.Name]
		if there {
			source = "c" + strconv.Itoa(j)
		}
		if !there || from[j].Type != c.Type {
			source = "CAST(" + source + " AS " + duckType + ")"
		}
		items[i] = source + " AS " + duck.Identifier(c.Name)
	}
	return "SELECT " + strings.Join(append(items, also...), ", ") + " FROM " + relation, nil
}

// write stores what a statement selects from files as objects of the dataset, stored
// bytes in all. rows says how many rows it has to be, by another reckoning.
func (r rewriter) write(ctx context.Context, datasetID, statement string, read []string, rows, bytes int64) (objects []catalog.ObjectRef, stored int64, err error) {
	if rows == 0 {
		return nil, 0, nil
	}
	out, err := r.ws.folder("rewritten")
	if err != nil {
		return nil, 0, err
	}
	files := filepath.Join(out, "files")
	c := conversion{target: r.to, records: rows, bytes: bytes * textOfParquet}
	written, err := r.count(ctx, read, out, c.copyTo(statement, files, r.config.FileBytes),
		"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata("+duck.Literal(filepath.Join(files, "*.parquet"))+")")
	if err != nil {
		return nil, 0, err
	}
	if written != rows {
		return nil, 0, ingest.ErrCountMismatch.Errorf("%d rows were to stay and %d were written; nothing was changed: please report this", rows, written)
	}
	paths, err := parquetFiles(files)
	if err != nil {
		return nil, 0, err
	}
	return r.store(ctx, datasetID, paths)
}

// textOfParquet is about how many bytes of text become one of Parquet.
const textOfParquet = 6

// count runs statements, the last of which gives one number.
func (r rewriter) count(ctx context.Context, read []string, out string, statements ...string) (int64, error) {
	table, err := r.ask(ctx, read, out, statements...)
	if err != nil || len(table) == 0 {
		return 0, err
	}
	return table[0][0], nil
}

// ask runs statements over files, the last of which gives rows of numbers. They may
// write in the folder out ("": nowhere).
func (r rewriter) ask(ctx context.Context, read []string, out string, statements ...string) ([][]int64, error) {
	rows, err := r.pool.Exec(ctx, duck.Job{Read: read, WriteDir: out, SQL: statements, Timeout: r.config.ConvertTimeout.Std(),
		PlanBytes: int64(len(r.to)) * planPerColumn})
	if errors.Is(err, duck.ErrInvalid) {
		return nil, err // the caller's condition, if there is one
	}
	if err != nil {
		return nil, convertProblem(err)
	}
	table := make([][]int64, len(rows))
	for i, row := range rows {
		table[i] = make([]int64, len(row))
		for j, cell := range row {
			if err := json.Unmarshal(cell, &table[i][j]); err != nil {
				return nil, fmt.Errorf("a count of the worker: %w", err)
			}
		}
	}
	return table, nil
}

// spare is a name like that which no column has.
func spare(columns []catalog.Column, name string) string {
	for slices.ContainsFunc(columns, func(c catalog.Column) bool { return strings.EqualFold(c.Name, name) }) {
		name += "_"
	}
	return name
}

// refsOf names objects.
func refsOf(objects []catalog.DataObject) []catalog.ObjectRef {
	refs := make([]catalog.ObjectRef, len(objects))
	for i, o := range objects {
		refs[i].Key = o.Key
	}
	return refs
}
