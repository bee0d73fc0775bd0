package ingestd

import (
	"context"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// merges tells whether rows change that the dataset has already.
func (b *batch) merges() bool {
	return b.opts.mode == upsert || b.evolution != nil && b.evolution.rewrites
}

// checkKey finds the columns of an upsert's key in the file, in the file's spelling.
func (b *batch) checkKey(src *source) error {
	for i, name := range b.opts.key {
		at := slices.IndexFunc(src.columns, func(c catalog.Column) bool { return strings.EqualFold(c.Name, name) })
		if at < 0 {
			return ingest.ErrBadKey.Errorf("the key names the column %q, which the file and %s do not have; they have %s", name, b.name, names(src.columns)).With("column", name)
		}
		b.opts.key[i] = src.columns[at].Name
		if nulls := src.nulls[src.columns[at].Name]; nulls > 0 {
			return ingest.ErrBadRows.Errorf("%d rows have no value in the column %q of the key, and nothing was loaded: fill them, or take them out", nulls, name).With("column", name)
		}
	}
	return nil
}

// publishMerge stores the rows that came, and asks for the version in which they
// have taken the place of others.
func (b *batch) publishMerge(ctx context.Context, sources []*source, datasetID string, files []string, answer *ingest.Answer) (r catalog.Registered, created bool, err error) {
	m, err := b.newMerge(ctx, sources[0], datasetID, files)
	if err != nil {
		return r, false, err
	}
	if err := b.commit(ctx, sources, answer); err != nil {
		b.discard(ctx, m.fresh)
		return r, false, err
	}
	return m.publish(ctx, answer)
}
