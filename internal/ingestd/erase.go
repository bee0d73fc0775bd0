package ingestd

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"syscall"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (d *ingestd) handleErase(w http.ResponseWriter, r *http.Request) error {
	var req ingest.Erase
	if err := wire.ReadJSON(r, &req); err != nil {
		return err
	}
	leave, err := d.admit()
	if err != nil {
		return err
	}
	defer leave()
	done, err := d.erase(r.Context(), req)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, duck.ErrDiskFull) {
		err = storage.ErrStorageFull.Errorf("the disk of the spool is full: make room under the data folder and send the same request again").Because(err)
	}
	d.metrics.erasure(done, err)
	if err != nil {
		return err
	}
	// The condition is not logged: it names the person.
	service.Annotate(r.Context(), slog.String("dataset", done.Dataset), slog.Bool("erased", done.Erased), slog.Int64("rows", done.Rows), slog.Int("objects", len(done.Objects)))
	return wire.WriteJSON(w, http.StatusOK, done)
}

// erasure is an erasure that is planned, or carried out.
//
// It goes in steps, each durable before the next: the current version is rewritten,
// with a receipt that tells of the erasure; then the quarantine; then versions go from
// the quarantine, and last from the dataset. Only the last takes away what tells which
// values to look for, so whatever kills an erasure, the same request begins with the
// steps that are left.
type erasure struct {
	*ingestd
	ws   *workspace
	req  ingest.Erase
	name catalog.Name

	own        *kept // of a quarantine that is named itself, the quarantine
	rows       *judge
	sought     *duck.Condition
	quarantine *kept // nil: there is none
	bad        *judge
}

// erase answers with a plan, or carries it out.
func (d *ingestd) erase(ctx context.Context, req ingest.Erase) (done ingest.Erasure, err error) {
	name, err := catalog.ParseName(req.Name)
	if err != nil {
		return done, err
	}
	switch req.Quarantine {
	case "":
		req.Quarantine = ingest.QuarantineMatching
	case ingest.QuarantineMatching, ingest.QuarantineAll:
	default:
		return done, ingest.ErrBadOption.Errorf("quarantine=%q is neither matching nor all", req.Quarantine)
	}
	if isQuarantine(name) && req.Quarantine == ingest.QuarantineAll {
		return done, ingest.ErrBadOption.Errorf("quarantine=all goes with the dataset's name; of %s the rows go that where says", name)
	}
	ws, err := d.spool.newWorkspace()
	if err != nil {
		return done, err
	}
	defer func() {
		if err := ws.remove(); err != nil {
			d.log.Warn("a spool folder was left; the next start removes it", "error", err)
		}
	}()
	e := &erasure{ingestd: d, ws: ws, req: req, name: name}
	if req.Confirm == "" {
		return e.plan(ctx)
	}
	d.compactor.working.Lock() // what it has in hand may be what is to go
	defer d.compactor.working.Unlock()
	begun, err := e.begun(ctx)
	if err != nil {
		return done, err
	}
	if begun != nil {
		return e.finish(ctx, begun)
	}
	return e.carryOut(ctx)
}

// plan reads all that is kept, and counts what would go.
func (e *erasure) plan(ctx context.Context) (plan ingest.Erasure, err error) {
	if err := e.read(ctx); err != nil {
		return plan, err
	}
	m := e.own.current()
	rows, _ := e.rows.of(m)
	plan = ingest.Erasure{Dataset: m.Name, Namespace: m.Namespace, DatasetID: m.DatasetID, Version: m.Version, Objects: []string{},
		Rows: rows.Rows, Tags: e.rows.tagsToGo(e.own), Versions: e.rows.versionsToGo(e.own, e.req.KeepUnjudged)}
	if e.quarantine != nil {
		plan.Quarantine = e.planQuarantine()
	}
	plan.Confirm, _, err = e.token(e.now())
	return plan, err
}

func (e *erasure) planQuarantine() *ingest.ErasedQuarantine {
	rows, _ := e.bad.of(e.quarantine.current())
	q := &ingest.ErasedQuarantine{Dataset: e.quarantine.name.String(), Rows: rows.Rows, Stay: -rows.Rows,
		Tags: e.bad.tagsToGo(e.quarantine), Versions: e.bad.versionsToGo(e.quarantine, false)}
	for _, o := range e.quarantine.current().Objects {
		q.Stay += o.Rows
	}
	q.Judged = e.sought.Whole || e.req.Quarantine == ingest.QuarantineAll
	return q
}

// read reads the dataset and its quarantine, and judges their rows. Of what was read
// and judged before nothing is again.
func (e *erasure) read(ctx context.Context) (err error) {
	if e.own, err = e.allOf(ctx, e.name, e.own); err != nil {
		return err
	}
	on, err := e.condition(ctx, e.own.current().Columns)
	if err != nil {
		return err
	}
	if e.rows == nil || !e.rows.on.same(on) {
		e.rows, e.bad = newJudge(e.ingestd, e.ws, on, !isQuarantine(e.name)), nil
	}
	if err := e.rows.all(ctx, e.own); err != nil {
		return conditionProblem(err)
	}
	if isQuarantine(e.name) {
		return nil // it has none of its own
	}
	e.quarantine, err = e.allOf(ctx, quarantineOf(e.name), e.quarantine)
	if errors.Is(err, catalog.ErrDatasetNotFound) || errors.Is(err, catalog.ErrBadName) {
		e.quarantine = nil
		return nil
	}
	if err != nil {
		return err
	}
	if on := e.held(); e.bad == nil || !e.bad.on.same(on) {
		e.bad = newJudge(e.ingestd, e.ws, on, false)
	}
	return e.bad.all(ctx, e.quarantine)
}

// mark is kept in the receipt of an erasure that has begun: the plan, which names
// no value.
type mark struct {
	Plan ingest.Erasure `json:"plan"`
}

// begun finds an erasure that was confirmed before and may not have come to its end.
func (e *erasure) begun(ctx context.Context) (*mark, error) {
	if want, err := e.asked(); err != nil || !strings.HasPrefix(e.req.Confirm, want+tokenSeparator) {
		return nil, err
	}
	r, err := e.catalog.Receipt(ctx, catalog.ReceiptOf{Name: e.name.String(), Mode: catalog.Append, ContentHash: eraseHash(e.req.Confirm)}, "")
	if errors.Is(err, catalog.ErrReceiptNotFound) || errors.Is(err, catalog.ErrDatasetNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &mark{}
	if err := json.Unmarshal(r.Note, m); err != nil {
		return nil, err
	}
	if err := e.read(ctx); err != nil {
		return nil, err
	}
	if rows, _ := e.rows.of(e.own.current()); rows.Rows > 0 {
		if stands, err := e.stands(); err != nil || stands {
			return nil, err // a rollback brought back what the first step took out
		}
	}
	return m, nil
}
