package ingestd

import (
	"context"
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// merges tells whether rows change that the dataset has already.
func (l *load) merges() bool {
	return l.opts.mode == upsert || l.evolution != nil && l.evolution.rewrites
}

// checkKey finds the columns of an upsert's key in the file, in the file's spelling.
func (l *load) checkKey(src *source) error {
	for i, name := range l.opts.key {
		at := slices.IndexFunc(src.columns, func(c catalog.Column) bool { return strings.EqualFold(c.Name, name) })
		if at < 0 {
			return ingest.ErrBadKey.Errorf("the key names the column %q, which the file and %s do not have; they have %s", name, l.name, names(src.columns)).With("column", name)
		}
		l.opts.key[i] = src.columns[at].Name
		if nulls := src.nulls[src.columns[at].Name]; nulls > 0 {
			return ingest.ErrBadRows.Errorf("%d rows have no value in the column %q of the key, and nothing was loaded: fill them, or take them out", nulls, name).With("column", name)
		}
	}
	return nil
}

// publishMerge stores the rows that came, and asks for the version in which they
// have taken the place of others.
func (l *load) publishMerge(ctx context.Context, src *source, datasetID string, files []string, answer *ingest.Answer) (r catalog.Registered, created bool, err error) {
	m, err := l.newMerge(ctx, src, datasetID, files)
	if err != nil {
		return r, false, err
	}
	if answer.Quarantine, err = l.publishQuarantine(ctx, src); err != nil {
		l.discard(ctx, m.fresh)
		return r, false, err
	}
	l.timer.done("store")
	return m.publish(ctx, answer)
}
