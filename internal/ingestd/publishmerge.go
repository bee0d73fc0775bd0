package ingestd

import (
	"context"
	"errors"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// maxCollisions is how often a merge lets others go first before it has them wait.
const maxCollisions = 3

// maxWaited is how much a merge may have left to fetch when others wait for it,
// in bytes.
const maxWaited = 64 << 20

// publish registers the merge upon the current version, and again upon the next one
// where another writer was faster. It gives up where the columns are not those
// that it was made for: then the file has to be looked at anew.
func (m *merge) publish(ctx context.Context, answer *ingest.Answer) (r catalog.Registered, created bool, err error) {
	b := m.batch
	defer func() {
		if refused(err) {
			m.withdraw(ctx, b.name.String(), m.datasetID, m.since, slices.Concat(m.fresh, m.kept))
		}
	}()
	for collisions := 0; ; collisions++ {
		if err = m.catchUp(ctx); err == nil {
			r, created, err = m.register(ctx, answer, collisions)
		}
		if !errors.Is(err, catalog.ErrDatasetChanged) || collisions == 10*maxCollisions {
			return r, created, err
		}
		before := b.current
		if err := b.look(ctx); err != nil {
			return r, false, err
		}
		if before == nil || b.current == nil || before.DatasetID != b.current.DatasetID || !slices.Equal(before.Columns, b.current.Columns) {
			b.current = before // so that whoever called sees what changed
			return r, false, err
		}
	}
}

// register asks for the version. After some collisions it has the other writers of
// this ingestd wait for it, if what it has to look at until then is little.
func (m *merge) register(ctx context.Context, answer *ingest.Answer, collisions int) (r catalog.Registered, created bool, err error) {
	b := m.batch
	take := m.turns.share
	if collisions >= maxCollisions {
		take = m.turns.alone
	}
	leave := take(b.name)
	defer leave()
	if collisions >= maxCollisions {
		before := b.current
		if err := b.look(ctx); err != nil {
			return r, false, err
		}
		if b.current == nil || !slices.Equal(before.Columns, b.current.Columns) || m.unseenBytes() > maxWaited {
			b.current = before
		} else if err := m.catchUp(ctx); err != nil {
			return r, false, err
		}
	}
	if m.key != nil {
		inserted := m.came - m.updates
		answer.Rows, answer.Duplicates, answer.Updated, answer.Inserted = m.came, &m.twice, &m.updates, &inserted
	}
	answer.BytesStored = m.stored
	version := b.version()
	reg, err := b.registration(m.datasetID, m.src, slices.Concat(m.kept, m.fresh), *answer)
	if err != nil {
		return r, false, err
	}
	reg.Mode, reg.Removes, reg.BaseVersion, reg.Variant = catalog.Rewrite, m.removes, &version, b.opts.variant()
	return m.catalog.Register(ctx, reg, b.key)
}
