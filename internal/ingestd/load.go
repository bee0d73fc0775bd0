package ingestd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
)

// maxAttempts is how often a load begins again because another writer changed
// the dataset's schema, or created it, in between.
const maxAttempts = 3

// load is one file on its way to a version.
type load struct {
	*ingestd
	ws    *workspace
	opts  options
	name  catalog.Name
	key   string // Idempotency-Key, or ""
	timer timer

	current *catalog.Manifest // nil: there is no such dataset
	got     *received
	hash    string // content hash

	evolution *evolution // with schema=evolve, of a dataset that is there
}

// run takes the upload through all phases.
func (l *load) run(ctx context.Context, up *upload) (answer ingest.Answer, err error) {
	if err := l.look(ctx); err != nil {
		return answer, err
	}
	if l.got, err = receive(ctx, l.ws, up, l.config.bounds(), l.pick); err != nil {
		return answer, err
	}
	l.metrics.bytes.Add(float64(l.got.sent))
	l.timer.done("receive")
	l.hash = l.opts.contentHash(l.got.hash, l.got.format)
	if answer, found, err := l.earlier(ctx); found || err != nil {
		return answer, err
	}
	if what := foreign(l.got.path); what != "" && l.got.format != formatParquet {
		return answer, ingest.ErrBadFile.Errorf("the file is %s", what)
	}
	if err := l.settleEncoding(ctx); err != nil {
		return answer, err
	}
	for attempt := 1; ; attempt++ {
		answer, err = l.attempt(ctx)
		if err == nil || attempt == maxAttempts {
			return answer, err
		}
		changed, lookErr := l.changedSince(ctx, err)
		if lookErr != nil {
			return answer, lookErr
		}
		if !changed {
			return answer, err
		}
		if err := l.got.rescan(ctx, l.pick); err != nil {
			return answer, err
		}
	}
}

// look reads what the dataset is now.
func (l *load) look(ctx context.Context) error {
	m, err := l.catalog.Manifest(ctx, l.name.String(), 0)
	switch {
	case errors.Is(err, catalog.ErrDatasetNotFound):
		l.current = nil
	case err != nil:
		return err
	default:
		l.current = &m
	}
	return nil
}

// changedSince tells whether a refused registration was refused because the
// dataset is not what it was when the file was held against it.
func (l *load) changedSince(ctx context.Context, refusal error) (bool, error) {
	if errors.Is(refusal, catalog.ErrBadObject) { // an erasure emptied the folder meanwhile
		return true, l.look(ctx)
	}
	if !errors.Is(refusal, catalog.ErrDatasetChanged) && !errors.Is(refusal, catalog.ErrSchemaDrift) {
		return false, nil
	}
	before := l.current
	if err := l.look(ctx); err != nil {
		return false, err
	}
	if before == nil || l.current == nil {
		return before != l.current, nil
	}
	return before.DatasetID != l.current.DatasetID || !slices.Equal(before.Columns, l.current.Columns), nil
}

// target gives the columns that the file has to fit, or nil where it brings its
// own.
func (l *load) target() []csvscan.Column {
	if l.evolution != nil {
		return l.evolution.target
	}
	if l.current == nil || l.opts.schema == catalog.ReplaceSchema {
		return nil
	}
	target := make([]csvscan.Column, len(l.current.Columns))
	for i, c := range l.current.Columns {
		target[i] = csvscan.Column{Name: c.Name, Type: c.Type, Unvalued: c.Unvalued}
	}
	return target
}

// earlier answers a file that was loaded before, without loading it again.
func (l *load) earlier(ctx context.Context) (answer ingest.Answer, found bool, err error) {
	if l.opts.allowDuplicate && l.key == "" {
		return answer, false, nil // only a key tells a retry from a wanted repetition
	}
	of := l.opts.receipt(l.name, l.hash)
	registered, err := l.catalog.Receipt(ctx, of, l.key)
	if errors.Is(err, catalog.ErrIdempotencyReused) && l.opts.schema == catalog.EvolveSchema && of.Mode == catalog.Append {
		of.Mode = catalog.Rewrite // as it was registered if rows had to be written again
		registered, err = l.catalog.Receipt(ctx, of, l.key)
	}
	switch {
	case errors.Is(err, catalog.ErrReceiptNotFound), errors.Is(err, catalog.ErrDatasetNotFound):
		return answer, false, nil
	case err != nil:
		return answer, false, err
	}
	answer, err = unchangedAnswer(registered)
	return answer, true, err
}

// unchangedAnswer is the first answer to the same content, as of the version
// that now holds it.
func unchangedAnswer(r catalog.Registered) (ingest.Answer, error) {
	answer := ingest.Answer{Rows: r.AddedRows, Columns: columnsOf(r.Columns, nil), Warnings: []string{}}
	if len(r.Note) > 0 {
		if err := json.Unmarshal(r.Note, &answer); err != nil {
			return answer, fmt.Errorf("the note of an earlier ingest: %w", err)
		}
	}
	identify(&answer, r)
	answer.Unchanged = true
	return answer, nil
}

func identify(answer *ingest.Answer, r catalog.Registered) {
	answer.Dataset, answer.Namespace, answer.DatasetID = r.Dataset, r.Namespace, r.DatasetID
	answer.Version, answer.Fingerprint = r.Version, r.Fingerprint
}

// attempt decides, converts, compares and publishes, against the dataset as it
// was last looked at.
func (l *load) attempt(ctx context.Context) (answer ingest.Answer, err error) {
	if l.opts.mode == catalog.Create && l.current != nil {
		return answer, catalog.ErrDatasetExists.Errorf("there is a dataset %s already; use mode=append or mode=replace", l.name)
	}
	if err := l.evolve(ctx); err != nil {
		return answer, err
	}
	src, err := l.decide(ctx)
	if err != nil {
		return answer, err
	}
	if l.evolution != nil {
		src.columns = l.evolution.of(src.file)
	}
	if err := l.checkKey(src); err != nil {
		return answer, err
	}
	l.timer.done("decide")
	datasetID := catalog.NewID()
	if l.current != nil {
		datasetID = l.current.DatasetID
	}
	files, err := l.convertAll(ctx, src)
	if err != nil {
		return answer, err
	}
	l.timer.done("convert")
	answer = l.newAnswer(src)
	publish := l.publish
	if l.merges() {
		publish = l.publishMerge
	}
	registered, created, err := publish(ctx, src, datasetID, files, &answer)
	if err != nil {
		return answer, err
	}
	l.timer.done("register")
	if !created {
		return unchangedAnswer(registered)
	}
	l.compactor.written(l.name)
	identify(&answer, registered)
	answer.Columns = columnsOf(registered.Columns, src.formats())
	return answer, nil
}

// publish stores the files and asks for the version that has them.
func (l *load) publish(ctx context.Context, src *source, datasetID string, files []string, answer *ingest.Answer) (r catalog.Registered, created bool, err error) {
	objects, stored, err := l.store(ctx, datasetID, files)
	if err != nil {
		return r, false, err
	}
	answer.BytesStored = stored
	if answer.Quarantine, err = l.publishQuarantine(ctx, src); err != nil {
		l.discard(ctx, objects)
		return r, false, err
	}
	l.timer.done("store")
	reg, err := l.registration(datasetID, src, objects, *answer)
	if err != nil {
		return r, false, err
	}
	leave := l.turns.share(l.name)
	defer leave()
	return l.registerOr(ctx, reg, l.key)
}

func (l *load) newAnswer(src *source) ingest.Answer {
	answer := ingest.Answer{
		Rows: src.records, Rejected: src.rejected, BytesIn: l.got.sent,
		Columns: columnsOf(src.columns, src.formats()), Warnings: src.warnings,
	}
	if l.evolution != nil {
		for _, c := range l.evolution.changes {
			answer.Changes = append(answer.Changes, ingest.Change{Column: c.Column, Change: c.Change, From: c.From, To: c.To})
		}
	}
	return answer
}

// registration asks for the version that has the objects.
func (l *load) registration(datasetID string, src *source, objects []catalog.ObjectRef, answer ingest.Answer) (catalog.Registration, error) {
	note, err := json.Marshal(answer)
	columns := src.columns
	if l.evolution != nil {
		columns = l.evolution.columns
	}
	return catalog.Registration{
		Name: l.name.String(), Objects: objects, Mode: l.opts.mode, Schema: l.opts.schema, Columns: columns,
		DatasetID: datasetID, ContentHash: l.hash, AllowDuplicate: l.opts.allowDuplicate, Note: note,
	}, err
}
