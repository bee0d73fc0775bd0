package ingestd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// newPool makes the pool of converters: a process of its own for each file.
func newPool(env service.Env, config Config, spool *spool) (*duck.Pool, error) {
	threads := config.WorkerThreads
	if threads == 0 {
		threads = runtime.NumCPU()
	}
	return duck.NewPool(duck.Config{
		Workers:    0, // a process of its own for each conversion
		Spare:      true,
		MaxWorkers: config.MaxConcurrent,
		Limits:     duck.Limits{MemoryBytes: config.WorkerMemory, Threads: threads, SpillBytes: config.WorkerSpill},
		SpillDir:   filepath.Join(spool.dir, "spill"),
		Log:        env.Log,
		Metrics:    env.Metrics,
	})
}

// planPerColumn is what DuckDB reserves for a text column at most, between the
// reader and the writer: measured 110 KiB at 5,000 columns, 190 KiB at 10,000.
const planPerColumn = 256 << 10

// conversion is one file on its way to Parquet.
type conversion struct {
	input    string
	relation relation         // of input
	target   []catalog.Column // with their field ids, in the dataset's order
	records  int64
	nulls    map[string]int64 // NULLs of each column; nil for the quarantine, whose rows are our own
	bytes    int64            // of the input as text
	size     int64            // of the input
	foreign  bool             // nobody has read the values of input before
}

// convert writes Parquet files into out and returns their paths in the order of
// the rows, after holding their counts against the scan's.
func (d *ingestd) convert(ctx context.Context, c conversion, out string) ([]string, error) {
	files := filepath.Join(out, "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		return nil, err
	}
	rows, err := d.pool.Exec(ctx, c.job(out, files, d.config))
	if c.foreign && (errors.Is(err, duck.ErrInvalid) || errors.Is(err, duck.ErrDamaged) || errors.Is(err, duck.ErrInternal)) {
		return nil, ingest.ErrBadFile.Errorf("the file cannot be read to its end: a page is damaged, or a value has no place in its column's type; nothing was loaded: write it again").Because(err)
	}
	if err != nil {
		return nil, convertProblem(err)
	}
	if err := c.compare(rows); err != nil {
		return nil, err
	}
	return parquetFiles(files)
}

// job writes the rows into files in their order, and counts what the files have.
func (c conversion) job(out, files string, config Config) duck.Job {
	job := duck.Job{Read: []string{c.input}, WriteDir: out, Timeout: config.ConvertTimeout.Std(), PlanBytes: int64(len(c.target)) * planPerColumn}
	selected := make([]string, len(c.target))
	for i, column := range c.target {
		selected[i] = c.relation.columns[column.Name]
	}
	rows := fmt.Sprintf("SELECT %s FROM %s", strings.Join(selected, ", "), c.relation.from)
	options := c.options(config.FileBytes)
	if c.relation.csv != nil {
		job.CSV = &duck.CSV{Path: c.input, Table: *c.relation.csv, Select: rows, Options: options, Into: files, FileBytes: config.FileBytes}
	} else {
		job.SQL = c.copyRanges(rows, files, options, config.FileBytes/2)
	}
	job.SQL = append(job.SQL, c.countStatement(files))
	return job
}

// copyRanges writes the rows of a Parquet file, whose bytes are about those of what
// comes of it, as files of so many bytes. DuckDB keeps the order of rows in one file
// alone, so each is a statement of its own.
func (c conversion) copyRanges(rows, files, options string, bytes int64) []string {
	parts := c.size/bytes + 1
	each := (c.records + parts - 1) / parts
	statements := make([]string, 0, parts)
	for from := int64(0); from < c.records; from += each {
		part := rows
		if each < c.records {
			part = fmt.Sprintf("%s WHERE file_row_number >= %d AND file_row_number < %d", rows, from, from+each)
		}
		file := filepath.Join(files, fmt.Sprintf("data_%d.parquet", len(statements)))
		statements = append(statements, fmt.Sprintf("COPY (%s) TO %s (%s)", part, duck.Literal(file), options))
	}
	return statements
}

// copyTo writes what a statement selects, which are the target's columns, as
// Parquet files in the folder out, in any order.
func (c conversion) copyTo(statement, out string, fileBytes int64) string {
	return fmt.Sprintf("COPY (%s) TO %s (%s, FILE_SIZE_BYTES %d)", statement, duck.Literal(out), c.options(fileBytes), fileBytes/2)
}

// options are those of COPY.
func (c conversion) options(fileBytes int64) string {
	ids := make([]string, len(c.target))
	for i, column := range c.target {
		ids[i] = duck.Identifier(column.Name) + ": " + strconv.Itoa(column.FieldID)
	}
	group := c.rowGroup(fileBytes / 2)
	dictionary := ""
	if group == maxRowGroup && c.records >= maxRowGroup {
		dictionary = fmt.Sprintf("DICTIONARY_SIZE_LIMIT %d, ", maxDictionary)
	}
	return fmt.Sprintf("FORMAT parquet, COMPRESSION zstd, FIELD_IDS {%s}, %sROW_GROUP_SIZE %d", strings.Join(ids, ", "), dictionary, group)
}

// Row groups are DuckDB's default of 122,880 rows, or fewer where the rows are
// wide: at most groupBytes of CSV, as far as the mean width tells. A file is closed
// when a row group has brought it over half its size, so half the size for either
// keeps files below the whole.
//
// A group also has at most maxCells cells: the writer takes memory for each
// column by the rows that a group may have, however few there are.
const (
	maxRowGroup = 122_880
	minRowGroup = 2_048
	maxCells    = 16 << 20
)

// maxDictionary is a tenth of the rows of a full group, where DuckDB's default is
// a fifth: measured on five tables of the staffing sample, the files are no larger
// (submissions 4% smaller) and take up to a tenth less processor time to write.
// In smaller groups the default stays, which goes by the rows that there are: a
// limit of our own made files of few rows half as large again, and took more memory
// than 5,000 columns may have.
const maxDictionary = maxRowGroup / 10

func (c conversion) rowGroup(groupBytes int64) int64 {
	width := c.bytes/max(c.records, 1) + 1
	rows := min(groupBytes/width, int64(maxCells/len(c.target)))
	return min(max(rows, minRowGroup), maxRowGroup)
}

// countStatement asks the files just written, by their footers, for the rows
// and the NULLs of every column.
func (c conversion) countStatement(out string) string {
	if slices.ContainsFunc(c.target, func(column catalog.Column) bool { return isNested(column.Type) }) {
		return c.readCounts(out)
	}
	return fmt.Sprintf("SELECT column_id::BIGINT, sum(num_values)::BIGINT, sum(stats_null_count)::BIGINT FROM parquet_metadata(%s) GROUP BY 1",
		duck.Literal(filepath.Join(out, "*.parquet")))
}

// readCounts counts by reading the files, for a footer tells of a nested column's
// leaves alone.
func (c conversion) readCounts(out string) string {
	places, nonNull, nulls := make([]string, len(c.target)), make([]string, len(c.target)), make([]string, len(c.target))
	for i, column := range c.target {
		places[i] = strconv.Itoa(i)
		nonNull[i] = fmt.Sprintf("count(%s) AS n%d", duck.Identifier(column.Name), i)
		nulls[i] = fmt.Sprintf("rows - n%d", i)
	}
	return fmt.Sprintf("SELECT unnest([%s])::BIGINT, rows::BIGINT, unnest([%s])::BIGINT FROM (SELECT count(*) AS rows, %s FROM read_parquet(%s))",
		strings.Join(places, ", "), strings.Join(nulls, ", "), strings.Join(nonNull, ", "), duck.Literal(filepath.Join(out, "*.parquet")))
}

// compare holds the converter's counts against the scanner's. The two read the
// file independently, so a row that either of them lost is noticed.
func (c conversion) compare(rows [][]json.RawMessage) error {
	if len(rows) != len(c.target) {
		return ingest.ErrCountMismatch.Errorf("the converter wrote %d columns of %d; nothing was loaded: please report this file", len(rows), len(c.target))
	}
	for _, row := range rows {
		var counts [3]int64 // column, values, NULLs
		for i := range counts {
			if err := json.Unmarshal(row[i], &counts[i]); err != nil {
				return fmt.Errorf("counts of the converter: %w", err)
			}
		}
		name := c.target[counts[0]].Name
		want, counted := c.nulls[name]
		if counts[1] != c.records || counted && counts[2] != want {
			return ingest.ErrCountMismatch.Errorf("the converter kept %d rows (%d NULLs) of column %q where the file has %d (%d NULLs); nothing was loaded: please report this file",
				counts[1], counts[2], name, c.records, want)
		}
	}
	return nil
}

// parquetFiles lists the files of a conversion in the order of their rows:
// DuckDB numbers them data_0, data_1, ...
func parquetFiles(out string) ([]string, error) {
	entries, err := os.ReadDir(out)
	if err != nil {
		return nil, err
	}
	files := make([]string, len(entries))
	for _, entry := range entries {
		var n int
		if _, err := fmt.Sscanf(entry.Name(), "data_%d.parquet", &n); err != nil || n < 0 || n >= len(files) {
			return nil, fmt.Errorf("the converter wrote an unexpected file %q", entry.Name())
		}
		files[n] = filepath.Join(out, entry.Name())
	}
	return files, nil
}
