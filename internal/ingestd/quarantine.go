package ingestd

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"strconv"
	"unicode/utf8"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// badRowWriter writes the rows that cannot be taken as CSV of their own.
type badRowWriter struct {
	file   *os.File
	hash   hash.Hash
	buffer *bufio.Writer
	csv    *csv.Writer
	source string
}

func newBadRowWriter(path, source string) (*badRowWriter, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &badRowWriter{file: file, hash: sha256.New(), source: source}
	w.buffer = bufio.NewWriterSize(io.MultiWriter(file, w.hash), 64<<10)
	w.csv = csv.NewWriter(w.buffer)
	var header []string
	for _, c := range catalog.QuarantineColumns() {
		header = append(header, c.Name)
	}
	return w, w.csv.Write(header)
}

func (w *badRowWriter) write(row csvscan.BadRow) error {
	raw, encoding := string(row.Raw), "text"
	if !utf8.Valid(row.Raw) || bytes.IndexByte(row.Raw, 0) >= 0 {
		raw, encoding = hex.EncodeToString(row.Raw), "hex"
	}
	return w.csv.Write([]string{strconv.FormatInt(row.Line, 10), row.Column, row.Reason, raw, encoding, w.source})
}

func (w *badRowWriter) close() error {
	w.csv.Flush()
	return errors.Join(w.csv.Error(), w.buffer.Flush(), w.file.Close())
}

// contentHash identifies the rows, once the writer is closed. It is not the
// file's: which of its rows are bad depends on the dataset's schema too.
func (w *badRowWriter) contentHash() string { return "sha256:" + hex.EncodeToString(w.hash.Sum(nil)) }

// publishQuarantine adds the source's bad rows to the quarantine dataset. It
// comes before the version itself, so that no row is ever in neither; a retry
// finds them there by their content hash.
func (l *load) publishQuarantine(ctx context.Context, src *source) (*ingest.Quarantine, error) {
	if src.rejected == 0 {
		return nil, nil
	}
	name := quarantineOf(l.name)
	for attempt := 1; ; attempt++ {
		err := l.appendQuarantine(ctx, name, src)
		if err == nil {
			l.compactor.written(name)
			return &ingest.Quarantine{Dataset: name.String(), Rows: src.rejected}, nil
		}
		if !errors.Is(err, catalog.ErrDatasetChanged) || attempt == maxAttempts {
			return nil, err
		}
	}
}

func (l *load) appendQuarantine(ctx context.Context, name catalog.Name, src *source) error {
	datasetID, columns, version := catalog.NewID(), []catalog.Column(nil), int64(0)
	switch m, err := l.catalog.Manifest(ctx, name.String(), 0); {
	case err == nil:
		datasetID, version = m.DatasetID, m.Version
		columns, _ = catalog.Assign(m.Columns, m.LastColumnID, catalog.QuarantineColumns())
	case errors.Is(err, catalog.ErrDatasetNotFound):
		columns, _ = catalog.Assign(nil, 0, catalog.QuarantineColumns())
	default:
		return err
	}
	out, err := l.ws.folder("quarantine")
	if err != nil {
		return err
	}
	conversion, err := quarantineConversion(l.ws.path(badFile), src, columns)
	if err != nil {
		return err
	}
	files, err := l.convert(ctx, conversion, out)
	if err != nil {
		return err
	}
	objects, _, err := l.store(ctx, datasetID, files)
	if err != nil {
		return err
	}
	leave := l.turns.share(name)
	defer leave()
	registered, created, err := l.registerOr(ctx, catalog.Registration{
		Name: name.String(), Objects: objects, Mode: catalog.Append, Columns: columns, DatasetID: datasetID, ContentHash: src.badHash,
	}, "", version)
	if err == nil && created && registered.AddedRows != src.rejected {
		err = ingest.ErrCountMismatch.Errorf("the quarantine %s took %d rows of %d; the file was not loaded: please report it", name, registered.AddedRows, src.rejected)
	}
	return err
}

func quarantineConversion(path string, src *source, columns []catalog.Column) (conversion, error) {
	var file []csvscan.ColumnResult
	for _, c := range catalog.QuarantineColumns() {
		file = append(file, csvscan.ColumnResult{Name: c.Name, Type: c.Type})
	}
	relation, err := csvRelation(csvscan.CanonicalReading(), file)
	return conversion{input: path, relation: relation, target: columns, records: src.rejected, bytes: src.rejected * 256}, err
}
