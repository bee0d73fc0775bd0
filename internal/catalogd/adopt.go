package catalogd

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/table"
	"golang.org/x/sync/errgroup"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// parallelCopies bounds how many objects one registration copies at once: each
// has a file in the spool, and one that is recoded takes memory.
const parallelCopies = 4

// wantedColumns gives the columns that a registration asks for: those it names,
// else those of its objects. Which of them hold no value, only the objects know.
// Where the schema evolves an object may lack some, partial.
func wantedColumns(named []catalog.Column, sources []source, partial bool) ([]catalog.Column, error) {
	wanted := slices.Clone(named)
	if len(wanted) == 0 && len(sources) > 0 {
		for _, c := range sources[0].columns {
			wanted = append(wanted, catalog.Column{Name: c.name, Type: c.text})
		}
	}
	at := positions(wanted)
	for i := range wanted {
		wanted[i].Unvalued = true
	}
	for _, s := range sources {
		for _, c := range s.columns {
			i, ok := at[c.name]
			switch {
			case !ok:
				return nil, badObject(s.Key, "it has the column %q, which the others (or columns) have not", shorten(c.name))
			case c.empty() || c.text == wanted[i].Type:
			case len(named) == 0 && wanted[i].Unvalued && wanted[i].Type == "string":
				wanted[i].Type = c.text // the objects before held no value of it
			default:
				return nil, badObject(s.Key, "its column %q is %s, not %s", shorten(c.name), c.text, wanted[i].Type)
			}
			wanted[i].Unvalued = wanted[i].Unvalued && !c.valued
		}
		if len(s.columns) < len(wanted) && !partial {
			return nil, badObject(s.Key, "it has %d columns, not %d", len(s.columns), len(wanted))
		}
	}
	for i := range wanted {
		wanted[i].Unvalued = wanted[i].Unvalued && wanted[i].Type == "string"
	}
	return wanted, checkColumns(wanted)
}

// empty tells a string column without a value, which fits any type.
func (c footerColumn) empty() bool { return c.text == "string" && !c.valued }

// adopted are the data files that a registration brings, and the keys among
// them that were copied for it and are no one else's.
type adopted struct {
	files  []dataFile
	copies []string
}

// adopt brings the objects under the dataset's folder and field ids. What lies
// there already and fits stays where it is; everything else is copied. Objects
// without rows are left out. On an error the copies are removed again.
func (s *store) adopt(ctx context.Context, datasetID string, sources []source, schema *iceberg.Schema, inPlace func(storage.Object) bool, spool string) (a adopted, err error) {
	files := make([]dataFile, len(sources))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelCopies)
	for i, src := range sources {
		if src.rows == 0 {
			continue
		}
		g.Go(func() (err error) {
			fits := src.fits(schema)
			if fits && strings.HasPrefix(src.Key, catalog.DataPrefix(datasetID)) && inPlace(src.Object) {
				files[i], err = s.newDataFile(src.Object, src.footer, schema)
				return err
			}
			files[i], err = s.copyObject(gctx, datasetID, src, schema, fits, spool)
			files[i].copied = true
			return err
		})
	}
	err = g.Wait()
	for _, f := range files {
		if f.Key == "" {
			continue
		}
		a.files = append(a.files, f)
		if f.copied {
			a.copies = append(a.copies, f.Key)
		}
	}
	return a, err
}

// fits tells whether a file's bytes can stay as they are under the schema.
func (f *footer) fits(schema *iceberg.Schema) bool {
	for _, c := range f.columns {
		field, ok := schema.FindFieldByName(c.name)
		if !ok || c.nested || !c.exact || c.fieldID != field.ID {
			return false
		}
		if text, err := textOf(field.Type); err != nil || text != c.text {
			return false
		}
	}
	return true
}

// newDataFile makes the manifest entry of an object: its size, rows and column
// statistics.
func (s *store) newDataFile(o storage.Object, f *footer, schema *iceberg.Schema) (dataFile, error) {
	modes := iceberg.Properties{}
	for _, c := range f.columns {
		switch {
		case c.nested:
		case !c.counted:
			modes[table.MetricsModeColumnConfPrefix+"."+c.name] = "none"
		case !c.bounded:
			modes[table.MetricsModeColumnConfPrefix+"."+c.name] = "counts"
		}
	}
	entry, err := table.DataFileFromMetadata(table.DataFileArgs{
		Schema: schema, Format: iceberg.ParquetFile, Metadata: f.meta, FilePath: s.location(o.Key), FileSize: o.Size,
		Content: iceberg.EntryContentData, Properties: modes, FormatVersion: tableFormat,
	})
	if err != nil {
		return dataFile{}, badObject(o.Key, "%v", err)
	}
	return dataFile{DataObject: catalog.DataObject{Key: o.Key, Size: o.Size, Rows: f.rows}, entry: entry}, nil
}

// copyObject writes an object again under the dataset's folder: byte for byte
// where it fits, else recoded.
func (s *store) copyObject(ctx context.Context, datasetID string, src source, schema *iceberg.Schema, fits bool, spool string) (dataFile, error) {
	file, err := spoolFile(spool)
	if err != nil {
		return dataFile{}, err
	}
	defer file.Close()
	if err := s.download(ctx, src.Object, file); err != nil {
		return dataFile{}, err
	}
	if !fits {
		recoded, err := spoolFile(spool)
		if err != nil {
			return dataFile{}, err
		}
		defer recoded.Close()
		if err := recode(ctx, file, recoded, schema); err != nil {
			return dataFile{}, badObject(src.Key, "%v", err)
		}
		file = recoded
	}
	object, err := s.upload(ctx, datasetID, file)
	if err != nil {
		return dataFile{}, err
	}
	f, err := readFooter(file, object.Size)
	if err == nil && f.rows != src.rows {
		err = fmt.Errorf("it claims %d rows and holds %d", src.rows, f.rows)
	}
	if err != nil {
		return dataFile{DataObject: catalog.DataObject{Key: object.Key}}, badObject(src.Key, "%v", err)
	}
	made, err := s.newDataFile(object, f, schema)
	made.Key = object.Key // also of one that cannot be used, so that it is removed
	return made, err
}

// spoolFile makes a file without a name: it is gone when it is closed, or when
// the daemon is killed.
func spoolFile(folder string) (*os.File, error) {
	f, err := os.CreateTemp(folder, "catalogd-copy-*")
	if err != nil {
		return nil, fmt.Errorf("spool: %w; make room or set spool in [catalogd]", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (s *store) download(ctx context.Context, o storage.Object, to *os.File) error {
	body, found, err := s.Get(ctx, o.Key, storage.Range{})
	if err != nil {
		return named(o.Key, err)
	}
	defer body.Close()
	if found.ETag != o.ETag {
		return badObject(o.Key, "it was replaced while it was read; register it again")
	}
	n, err := io.Copy(to, body)
	if err == nil && n != o.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// upload stores a file under a fresh key that holds its hash.
func (s *store) upload(ctx context.Context, datasetID string, file *os.File) (storage.Object, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return storage.Object{}, err
	}
	h := sha256.New()
	size, err := io.Copy(h, file)
	if err != nil {
		return storage.Object{}, err
	}
	key := catalog.ObjectKey(datasetID, [sha256.Size]byte(h.Sum(nil)))
	stored, _, err := s.Put(ctx, key, io.NewSectionReader(file, 0, size), size, storage.Condition{IfNoneMatch: true})
	if !errors.Is(err, storage.ErrObjectTooLarge) {
		err = ownFile(key, err)
	}
	return storage.Object{Key: key, Size: size, ETag: stored.ETag}, err
}
