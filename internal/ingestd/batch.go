package ingestd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// input is one file of an ingest.
type input struct {
	label string // names the file in errors, where an ingest has several
	// open gives the file from its beginning.
	open func(context.Context) (*upload, error)
}

// follower is told how far an ingest is.
type follower interface {
	// enter begins a phase; rows are those to load, 0 until they are counted.
	enter(phase ingest.Phase, rows int64)
	// commit comes before the first change that others can see. Its error ends the
	// ingest; after nil the ingest must not be ended from outside any more.
	commit() error
}

// unfollowed is the follower of an ingest that nobody watches.
type unfollowed struct{}

func (unfollowed) enter(ingest.Phase, int64) {}
func (unfollowed) commit() error             { return nil }

// batch is one ingest: of one file, or of several that become one version
// together.
type batch struct {
	*ingestd
	ws     *workspace
	opts   options
	name   catalog.Name
	key    string // Idempotency-Key, or ""
	timer  timer
	follow follower

	current *catalog.Manifest // nil: there is no such dataset
	parts   []*load           // one for each file, in the order of their rows
	hash    string            // content hash of all

	evolution *evolution // with schema=evolve, of a dataset that is there
}

// receive takes all files in, each into a workspace of its own.
func (b *batch) receive(ctx context.Context, inputs []input) error {
	b.follow.enter(ingest.PhaseScan, 0)
	hashes := sha256.New()
	for i, in := range inputs {
		l := &load{ingestd: b.ingestd, ws: b.ws, opts: b.opts, name: b.name, label: in.label, current: b.current}
		if len(inputs) > 1 {
			dir, err := b.ws.folder("file-" + strconv.Itoa(i))
			if err != nil {
				return err
			}
			l.ws = &workspace{dir}
		}
		if err := l.receive(ctx, in); err != nil {
			return l.named(err)
		}
		l.hash = l.opts.contentHash(l.got.hash, l.got.format)
		hashes.Write([]byte(l.hash))
		b.parts = append(b.parts, l)
	}
	b.hash = b.parts[0].hash
	if len(b.parts) > 1 {
		b.hash = "sha256:" + hex.EncodeToString(hashes.Sum(nil))
	}
	return nil
}

// rescan reads all files again, held against what the dataset is now.
func (b *batch) rescan(ctx context.Context) error {
	b.follow.enter(ingest.PhaseScan, 0)
	for _, l := range b.parts {
		l.current, l.agreed, l.evolution = b.current, nil, nil
		if err := l.got.rescan(ctx, l.pick); err != nil {
			return l.named(err)
		}
	}
	return nil
}

// evolve settles, with schema=evolve, the columns that the dataset is to have.
func (b *batch) evolve(ctx context.Context) error {
	if b.opts.schema != catalog.EvolveSchema {
		return nil
	}
	l := b.parts[0] // options admit no second file
	err := l.evolve(ctx)
	b.evolution = l.evolution
	return err
}

// decide judges every file: all are refused, or all become sources with the same
// columns.
func (b *batch) decide(ctx context.Context) ([]*source, error) {
	if err := b.agree(ctx); err != nil {
		return nil, err
	}
	sources := make([]*source, len(b.parts))
	for i, l := range b.parts {
		src, err := l.decide(ctx)
		if err != nil {
			return nil, l.named(err)
		}
		if src.rejected > 0 && i > 0 { // two files may have the same bad rows on the same lines
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", src.badHash, i))
			src.badHash = fmt.Sprintf("sha256:%x", sum)
		}
		if l.evolution != nil {
			src.columns = l.evolution.of(src.file)
		}
		sources[i] = src
	}
	return sources, nil
}

// convertAll converts one file after the other.
func (b *batch) convertAll(ctx context.Context, sources []*source, rows int64) (files []string, err error) {
	b.follow.enter(ingest.PhaseConvert, rows)
	for i, l := range b.parts {
		made, err := l.convertAll(ctx, sources[i])
		if err != nil {
			return nil, l.named(err)
		}
		files = append(files, made...)
	}
	return files, nil
}

func (b *batch) publishQuarantine(ctx context.Context, sources []*source) (all *ingest.Quarantine, err error) {
	for i, l := range b.parts {
		q, err := l.publishQuarantine(ctx, sources[i])
		switch {
		case err != nil:
			return nil, l.named(err)
		case q == nil:
		case all == nil:
			all = q
		default:
			all.Rows += q.Rows
		}
	}
	return all, nil
}

// named says which of several files a problem is of.
func (l *load) named(err error) error {
	var p *wire.Problem
	if l.label == "" || !errors.As(err, &p) {
		return err
	}
	named := p.With("source", l.label)
	named.Detail = l.label + ": " + p.Detail
	return named
}
