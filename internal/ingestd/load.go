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

// maxAttempts is how often an ingest begins again because another writer changed
// the dataset's schema, or created it, in between.
const maxAttempts = 3

// load is one file on its way to a version, of which it may be a part.
type load struct {
	*ingestd
	ws    *workspace
	opts  options
	name  catalog.Name
	label string // names the file in errors, where an ingest has several

	current *catalog.Manifest // nil: there is no such dataset
	agreed  []csvscan.Column  // what all files of an ingest of several are held against
	got     *received
	hash    string // content hash

	evolution *evolution // with schema=evolve, of a dataset that is there
}

// receive takes the file in.
func (l *load) receive(ctx context.Context, in input) error {
	up, err := in.open(ctx)
	if err != nil {
		return err
	}
	defer up.close()
	if l.opts.format == "" {
		l.opts.format = up.format
	}
	if l.got, err = receive(ctx, l.ws, up, l.config.bounds(), l.pick); err != nil {
		return err
	}
	l.metrics.bytes.Add(float64(l.got.sent))
	return nil
}

// settle sees to it that the received file is one that can be read, in UTF-8.
func (l *load) settle(ctx context.Context) error {
	if what := foreign(l.got.path); what != "" && l.got.format != formatParquet {
		return ingest.ErrBadFile.Errorf("the file is %s", what)
	}
	return l.settleEncoding(ctx)
}

// run takes the files through all phases.
func (b *batch) run(ctx context.Context, inputs []input) (answer ingest.Answer, err error) {
	if err := b.look(ctx); err != nil {
		return answer, err
	}
	if err := b.receive(ctx, inputs); err != nil {
		return answer, err
	}
	b.timer.done("receive")
	if answer, found, err := b.earlier(ctx); found || err != nil {
		return answer, err
	}
	for _, l := range b.parts {
		if err := l.settle(ctx); err != nil {
			return answer, l.named(err)
		}
	}
	for attempt := 1; ; attempt++ {
		answer, err = b.attempt(ctx)
		if err == nil || attempt == maxAttempts {
			return answer, err
		}
		changed, lookErr := b.changedSince(ctx, err)
		if lookErr != nil {
			return answer, lookErr
		}
		if !changed {
			return answer, err
		}
		if err := b.rescan(ctx); err != nil {
			return answer, err
		}
	}
}

// version is the dataset's as it was last looked at, 0 if there was none.
func (b *batch) version() int64 {
	if b.current == nil {
		return 0
	}
	return b.current.Version
}

// look reads what the dataset is now.
func (b *batch) look(ctx context.Context) error {
	m, err := b.catalog.Manifest(ctx, b.name.String(), 0)
	switch {
	case errors.Is(err, catalog.ErrDatasetNotFound):
		b.current = nil
	case err != nil:
		return notOver(b.name, err)
	default:
		b.current = &m
	}
	return nil
}

// notOver makes of what is said of a view that no file can be loaded under its name.
func notOver(n catalog.Name, err error) error {
	if !errors.Is(err, catalog.ErrIsView) {
		return err
	}
	return catalog.ErrViewExists.Errorf("there is a view %s, and no file can be loaded under its name; choose another name, or drop the view first (DELETE /catalog/views/%s)", n, n).
		With("view", n.String())
}

// changedSince tells whether a refused registration was refused because the
// dataset is not what it was when the files were held against it.
func (b *batch) changedSince(ctx context.Context, refusal error) (bool, error) {
	if errors.Is(refusal, catalog.ErrBadObject) { // an erasure emptied the folder meanwhile
		return true, b.look(ctx)
	}
	if !errors.Is(refusal, catalog.ErrDatasetChanged) && !errors.Is(refusal, catalog.ErrSchemaDrift) {
		return false, nil
	}
	before := b.current
	if err := b.look(ctx); err != nil {
		return false, err
	}
	if before == nil || b.current == nil {
		return before != b.current, nil
	}
	return before.DatasetID != b.current.DatasetID || !slices.Equal(before.Columns, b.current.Columns), nil
}

// target gives the columns that the file has to fit, or nil where it brings its
// own.
func (l *load) target() []csvscan.Column {
	if l.agreed != nil {
		return l.agreed
	}
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

// earlier answers files that were loaded before, without loading them again.
func (b *batch) earlier(ctx context.Context) (answer ingest.Answer, found bool, err error) {
	if b.opts.allowDuplicate && b.key == "" {
		return answer, false, nil // only a key tells a retry from a wanted repetition
	}
	of := b.opts.receipt(b.name, b.hash)
	registered, err := b.catalog.Receipt(ctx, of, b.key)
	if errors.Is(err, catalog.ErrIdempotencyReused) && b.opts.schema == catalog.EvolveSchema && of.Mode == catalog.Append {
		of.Mode = catalog.Rewrite // as it was registered if rows had to be written again
		registered, err = b.catalog.Receipt(ctx, of, b.key)
	}
	switch {
	case errors.Is(err, catalog.ErrReceiptNotFound), errors.Is(err, catalog.ErrDatasetNotFound):
		return answer, false, nil
	case err != nil:
		return answer, false, notOver(b.name, err)
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
func (b *batch) attempt(ctx context.Context) (answer ingest.Answer, err error) {
	if b.opts.mode == catalog.Create && b.current != nil {
		return answer, catalog.ErrDatasetExists.Errorf("there is a dataset %s already; use mode=append or mode=replace", b.name)
	}
	if err := b.evolve(ctx); err != nil {
		return answer, err
	}
	sources, err := b.decide(ctx)
	if err != nil {
		return answer, err
	}
	if err := b.checkKey(sources[0]); err != nil {
		return answer, err
	}
	b.timer.done("decide")
	answer = b.newAnswer(sources)
	datasetID := catalog.NewID()
	if b.current != nil {
		datasetID = b.current.DatasetID
	}
	files, err := b.convertAll(ctx, sources, answer.Rows)
	if err != nil {
		return answer, err
	}
	b.timer.done("convert")
	b.follow.enter(ingest.PhaseUpload, answer.Rows)
	publish := b.publish
	if b.merges() {
		publish = b.publishMerge
	}
	registered, created, err := publish(ctx, sources, datasetID, files, &answer)
	if err != nil {
		return answer, err
	}
	b.timer.done("register")
	if !created {
		return unchangedAnswer(registered)
	}
	b.compactor.written(b.name)
	identify(&answer, registered)
	answer.Columns = columnsOf(registered.Columns, sources[0].formats())
	return answer, nil
}

// publish stores the files and asks for the version that has them.
func (b *batch) publish(ctx context.Context, sources []*source, datasetID string, files []string, answer *ingest.Answer) (r catalog.Registered, created bool, err error) {
	objects, stored, err := b.store(ctx, datasetID, files)
	if err != nil {
		return r, false, err
	}
	answer.BytesStored = stored
	if err := b.commit(ctx, sources, answer); err != nil {
		b.discard(ctx, objects)
		return r, false, err
	}
	reg, err := b.registration(datasetID, sources[0], objects, *answer)
	if err != nil {
		return r, false, err
	}
	leave := b.turns.share(b.name)
	defer leave()
	return b.registerOr(ctx, reg, b.key, b.version())
}

// commit is the last step at which an ingest can be ended from outside. The bad
// rows are kept before the version is that lacks them.
func (b *batch) commit(ctx context.Context, sources []*source, answer *ingest.Answer) (err error) {
	if err := b.follow.commit(); err != nil {
		return err
	}
	if answer.Quarantine, err = b.publishQuarantine(ctx, sources); err != nil {
		return err
	}
	b.timer.done("store")
	b.follow.enter(ingest.PhaseRegister, answer.Rows)
	return nil
}

func (b *batch) newAnswer(sources []*source) ingest.Answer {
	answer := ingest.Answer{Columns: columnsOf(sources[0].columns, sources[0].formats()), Warnings: []string{}}
	for i, l := range b.parts {
		answer.Rows += sources[i].records
		answer.Rejected += sources[i].rejected
		answer.BytesIn += l.got.sent
		for _, warning := range sources[i].warnings {
			if len(b.parts) > 1 {
				warning = l.label + ": " + warning
			}
			answer.Warnings = append(answer.Warnings, warning)
		}
	}
	if b.evolution != nil {
		for _, c := range b.evolution.changes {
			answer.Changes = append(answer.Changes, ingest.Change{Column: c.Column, Change: c.Change, From: c.From, To: c.To})
		}
	}
	return answer
}

// registration asks for the version that has the objects.
func (b *batch) registration(datasetID string, src *source, objects []catalog.ObjectRef, answer ingest.Answer) (catalog.Registration, error) {
	note, err := json.Marshal(answer)
	columns := src.columns
	if b.evolution != nil {
		columns = b.evolution.columns
	}
	return catalog.Registration{
		Name: b.name.String(), Objects: objects, Mode: b.opts.mode, Schema: b.opts.schema, Columns: columns,
		DatasetID: datasetID, ContentHash: b.hash, AllowDuplicate: b.opts.allowDuplicate, Note: note,
	}, err
}
