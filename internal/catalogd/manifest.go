package catalogd

import (
	"bytes"
	"context"
	"fmt"

	"github.com/apache/iceberg-go"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// mergeWidth is how many manifests of one size are folded into one of the next
// size. So a version of n files has O(log n) * mergeWidth manifests at most,
// and each file's entry is rewritten O(log n) times.
const mergeWidth = 32

const tableFormat = 2

// manifestWriter makes the manifests of one snapshot, in memory.
type manifestWriter struct {
	store      *store
	prefix     string // key prefix of the table's metadata folder
	schema     *iceberg.Schema
	snapshotID int64
	sequence   int64
	blobs      []blob
}

// write makes one manifest of what fill puts into it.
func (w *manifestWriter) write(fill func(*iceberg.ManifestWriter) error) (iceberg.ManifestFile, error) {
	var buf bytes.Buffer
	m, err := iceberg.NewManifestWriter(tableFormat, &buf, *iceberg.UnpartitionedSpec, w.schema, w.snapshotID)
	if err != nil {
		return nil, err
	}
	if err := fill(m); err != nil {
		return nil, err
	}
	if err := m.Close(); err != nil {
		return nil, err
	}
	key := w.prefix + catalog.NewID() + "-m.avro"
	w.blobs = append(w.blobs, blob{key: key, data: buf.Bytes()})
	made, err := m.ToManifestFile(w.store.location(key), int64(buf.Len()))
	if err != nil {
		return nil, err
	}
	return w.numbered(made), nil
}

// numbered gives a fresh manifest its sequence numbers. The library does that
// only when it writes the list, to a copy; the next snapshot lists it as well.
func (w *manifestWriter) numbered(m iceberg.ManifestFile) iceberg.ManifestFile {
	oldest := m.MinSequenceNum()
	if oldest < 0 {
		oldest = w.sequence
	}
	return iceberg.NewManifestFile(tableFormat, m.FilePath(), m.Length(), m.PartitionSpecID(), w.snapshotID).
		SequenceNum(w.sequence, oldest).
		AddedFiles(m.AddedDataFiles()).AddedRows(m.AddedRows()).
		ExistingFiles(m.ExistingDataFiles()).ExistingRows(m.ExistingRows()).
		DeletedFiles(m.DeletedDataFiles()).DeletedRows(m.DeletedRows()).
		Build()
}

// added makes the manifest of files that this snapshot brings.
func (w *manifestWriter) added(files []iceberg.DataFile) (iceberg.ManifestFile, error) {
	return w.write(func(m *iceberg.ManifestWriter) error {
		for _, f := range files {
			if err := m.Add(iceberg.NewManifestEntry(iceberg.EntryStatusADDED, &w.snapshotID, nil, nil, f)); err != nil {
				return err
			}
		}
		return nil
	})
}

// deleted makes the manifest of files that this snapshot drops: readers of
// changes, and the clean-up of expired versions, learn of them by it.
func (w *manifestWriter) deleted(ctx context.Context, manifests []iceberg.ManifestFile) ([]iceberg.ManifestFile, error) {
	manifests = living(manifests)
	if len(manifests) == 0 {
		return nil, nil
	}
	read, err := w.store.entries(ctx, manifests, true)
	if err != nil {
		return nil, err
	}
	m, err := w.write(func(m *iceberg.ManifestWriter) error {
		for _, entries := range read {
			for _, e := range entries {
				if err := dismiss(m, e); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return []iceberg.ManifestFile{m}, err
}

// living leaves out manifests that only tell of dropped files.
func living(manifests []iceberg.ManifestFile) []iceberg.ManifestFile {
	kept := make([]iceberg.ManifestFile, 0, len(manifests)+1)
	for _, m := range manifests {
		if filesIn(m) > 0 {
			kept = append(kept, m)
		}
	}
	return kept
}

func filesIn(m iceberg.ManifestFile) int {
	return int(m.AddedDataFiles()) + int(m.ExistingDataFiles())
}

// sizeClass is the number of digits of a manifest's file count, to the base of
// mergeWidth.
func sizeClass(m iceberg.ManifestFile) int {
	class := 0
	for n := filesIn(m); n >= mergeWidth; n /= mergeWidth {
		class++
	}
	return class
}

// merge folds manifests of one size class, where there are enough of them.
func (w *manifestWriter) merge(ctx context.Context, manifests []iceberg.ManifestFile) ([]iceberg.ManifestFile, error) {
	classes := map[int][]iceberg.ManifestFile{}
	for _, m := range manifests {
		class := sizeClass(m)
		classes[class] = append(classes[class], m)
	}
	for class, full := range classes {
		if len(full) < mergeWidth {
			continue
		}
		read, err := w.store.entries(ctx, full, true)
		if err != nil {
			return nil, err
		}
		merged, err := w.write(func(m *iceberg.ManifestWriter) error {
			for _, entries := range read {
				for _, e := range entries {
					if err := m.Existing(e); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("merge manifests: %w", err)
		}
		kept := []iceberg.ManifestFile{merged}
		for _, m := range manifests {
			if sizeClass(m) != class {
				kept = append(kept, m)
			}
		}
		manifests = kept
	}
	return manifests, nil
}

// list makes the manifest list, which names all manifests of the snapshot.
func (w *manifestWriter) list(parent *int64, manifests []iceberg.ManifestFile) (location string, err error) {
	var buf bytes.Buffer
	if err := iceberg.WriteManifestList(tableFormat, &buf, w.snapshotID, parent, &w.sequence, 0, manifests); err != nil {
		return "", err
	}
	key := w.prefix + fmt.Sprintf("snap-%d-%s.avro", w.snapshotID, catalog.NewID())
	w.blobs = append(w.blobs, blob{key: key, data: buf.Bytes()})
	return w.store.location(key), nil
}
