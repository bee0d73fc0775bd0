package ingestd

import (
	"bytes"
	"context"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/csvread"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/jsonscan"
)

// A format judges the files of one kind.
type format interface {
	// name is the parameter's word for it.
	name() string
	// scan reads a file, to its end or as far as it has to, and says what it
	// found. Its error is about the file, or r's or ctx's own.
	scan(ctx context.Context, r io.Reader) (scan, error)
}

// The names of the formats.
const (
	formatCSV  = "csv"
	formatJSON = "json"

	formatParquet = "parquet"
)

// headBytes is how much of a file tells its format.
const headBytes = 4096

// A picker tells the format of a file by its beginning. Where the file is certainly
// in another encoding than UTF-8, it names that and no format: the file is scanned
// once it is UTF-8.
type picker func(head []byte) (f format, encoding string)

// pick is the picker of the load's file.
func (l *load) pick(head []byte) (f format, encoding string) {
	if l.opts.format == formatParquet || l.opts.format == "" && !l.opts.saysText() && bytes.HasPrefix(head, []byte(parquetMagic)) {
		return parquetFormat{path: l.ws.path(inputFile), target: l.target(), types: l.opts.types.types, formats: l.opts.types.formats}, ""
	}
	if l.got == nil || !l.got.recoded {
		if encoding = l.opts.encoding; encoding == "" {
			encoding = utf16Name(head)
		}
		if encoding != "" && encoding != utf8Name || l.opts.dialect != (dialect{}) {
			return nil, encoding
		}
	}
	if l.opts.format == formatJSON || l.opts.format == "" && !l.opts.saysCSV() && looksLikeJSON(head) {
		return jsonFormat{jsonscan.Options{Target: l.target(), Types: l.opts.types.types, Formats: l.opts.types.formats, Required: l.opts.key}}, encoding
	}
	return csvFormat{csvscan.Options{Delimiter: l.opts.delimiter, NoHeader: l.opts.noHeader, Target: l.target(),
		Types: l.opts.types.types, Formats: l.opts.types.formats, Required: l.opts.key}}, encoding
}

// scan is what one reading of a file found out about it.
type scan interface {
	verdict() verdict
	// relation says how the converter reads the file at path as it is; it holds
	// where the verdict is clean.
	relation(path string) (relation, error)
	// rewrite reads the same bytes again, and writes the records that can be taken
	// to good, as the canonical CSV of package csvscan. Every other record goes to
	// bad, which may be nil, with its raw text.
	rewrite(ctx context.Context, r io.Reader, good io.Writer, bad func(csvscan.BadRow) error) (*csvscan.Report, error)
}

// verdict is what is decided by, whatever the format.
type verdict struct {
	columns  []csvscan.ColumnResult // in the file's order
	records  int64                  // that are well formed
	drift    []csvscan.Change       // from the target's columns; the file is refused
	notUTF8  bool                   // some of the file is in another encoding
	badRows  bool                   // some records cannot be taken
	clean    bool                   // the converter reads the file as it is
	warnings []string
	nulls    map[string]int64 // of the columns whose NULLs were counted
	bytes    int64            // of the records as text would have them; 0: the file's own
}

// relation says how DuckDB reads a file: what it selects from, and what each
// column is made of.
type relation struct {
	from    string            // a table, or a table function
	columns map[string]string // expressions, each with its name
	csv     *csvread.Table    // what a CSV is read by as from; else nil
}
