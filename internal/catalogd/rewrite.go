package catalogd

import (
	"context"
	"slices"

	"github.com/apache/iceberg-go"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// rewritable holds a rewrite against the version that it would be made upon: that
// has to be the one it was made for, and to hold what is to go.
func (p *plan) rewritable(r *registration) error {
	if r.Mode != catalog.Rewrite {
		return nil
	}
	var version int64
	if p.base != nil {
		version = p.base.Dataset.Version
	}
	switch {
	case p.base == nil && (r.BaseVersion == nil || *r.BaseVersion != 0):
		return changed(r, "there is no dataset %s to rewrite", r.name)
	case r.BaseVersion != nil && *r.BaseVersion != version:
		return changed(r, "%s is at version %d, not %d", r.name, version, *r.BaseVersion)
	}
	live := p.live()
	for _, o := range r.Removes {
		if _, there := live[o.Key]; !there {
			return changed(r, "version %d of %s does not hold the object %q", version, r.name, o.Key)
		}
	}
	return nil
}

func changed(r *registration, format string, args ...any) error {
	return catalog.ErrDatasetChanged.Errorf(format+"; read its manifest and begin again", args...).With("dataset", r.name.String())
}

// live gives the objects of the current version, by key.
func (p *plan) live() map[string]catalog.DataObject {
	live := map[string]catalog.DataObject{}
	if p.before != nil {
		for _, o := range p.before.objects {
			live[o.Key] = o
		}
	}
	return live
}

// whole tells that no row that is there stays.
func (p *plan) whole(r *registration) bool {
	return r.Mode == catalog.Replace || r.Mode == catalog.Rewrite && (p.before == nil || len(r.Removes) == len(p.before.objects))
}

// remove notes the objects that a rewrite takes out.
func (p *plan) remove(r *request) error {
	if r.Mode != catalog.Rewrite {
		return nil
	}
	var rows int64
	live := p.live()
	for _, o := range r.Removes {
		there, still := live[o.Key]
		if !still {
			return badObject(o.Key, "it is to be removed twice")
		}
		delete(live, o.Key)
		p.removed, rows = append(p.removed, there), rows+there.Rows
	}
	p.sameRows = r.ContentHash == ""
	if added := r.addedRows(); p.sameRows && added != rows {
		return catalog.ErrBadObject.Errorf("the objects hold %d rows and those removed %d; where rows are to change, say what they come from by content_hash", added, rows)
	}
	return nil
}

// without makes the manifests of a version that loses files: those that name one
// are folded into one, which tells what went.
func (w *manifestWriter) without(ctx context.Context, manifests []iceberg.ManifestFile, removed []catalog.DataObject) ([]iceberg.ManifestFile, error) {
	gone := make(map[string]bool, len(removed))
	for _, o := range removed {
		gone[w.store.location(o.Key)] = true
	}
	read, err := w.store.entries(ctx, manifests, true)
	if err != nil {
		return nil, err
	}
	var untouched []iceberg.ManifestFile
	var touched []iceberg.ManifestEntry
	for i, entries := range read {
		if slices.ContainsFunc(entries, func(e iceberg.ManifestEntry) bool { return gone[e.DataFile().FilePath()] }) {
			touched = append(touched, entries...)
		} else {
			untouched = append(untouched, manifests[i])
		}
	}
	kept, err := w.merge(ctx, untouched)
	if err != nil || len(touched) == 0 {
		return kept, err
	}
	m, err := w.write(func(m *iceberg.ManifestWriter) error {
		for _, e := range touched {
			write := m.Existing
			if gone[e.DataFile().FilePath()] {
				write = func(e iceberg.ManifestEntry) error { return dismiss(m, e) }
			}
			if err := write(e); err != nil {
				return err
			}
		}
		return nil
	})
	return append(kept, m), err
}

// dismiss writes that a snapshot dropped a file, without the bounds of its columns: a
// manifest must not hold values that no file of its version does.
func dismiss(m *iceberg.ManifestWriter, e iceberg.ManifestEntry) error {
	f := e.DataFile()
	bare, err := iceberg.NewDataFileBuilder(*iceberg.UnpartitionedSpec, f.ContentType(), f.FilePath(), f.FileFormat(), nil, nil, nil, f.Count(), f.FileSizeBytes())
	if err != nil {
		return err
	}
	snapshot, sequence := e.SnapshotID(), e.SequenceNum()
	return m.Delete(iceberg.NewManifestEntry(iceberg.EntryStatusDELETED, &snapshot, &sequence, e.FileSequenceNum(), bare.Build()))
}
