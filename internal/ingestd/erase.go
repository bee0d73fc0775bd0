package ingestd

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
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
	if errors.Is(err, syscall.ENOSPC) {
		err = spoolFull(err)
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
	if req.Confirm != "" {
		d.compactor.working.Lock() // what it has in hand may be what is to go
		defer d.compactor.working.Unlock()
		begun, err := e.begun(ctx)
		if err != nil || begun != nil {
			return e.finish(ctx, begun, err)
		}
	}
	plan, err := e.plan(ctx)
	if err != nil || req.Confirm == "" {
		return plan, err
	}
	if req.Confirm != plan.Confirm {
		return done, otherThan(req.Confirm, plan)
	}
	if plan.Empty() {
		return e.sweep(ctx, plan)
	}
	begun, err := e.begin(ctx, plan)
	if errors.Is(err, catalog.ErrDatasetChanged) || errors.Is(err, catalog.ErrSchemaDrift) {
		if plan, err = e.plan(ctx); err == nil {
			err = changedSince(plan)
		}
	}
	return e.finish(ctx, begun, err)
}

// plan reads all that is kept, and counts what would go.
func (e *erasure) plan(ctx context.Context) (plan ingest.Erasure, err error) {
	if err := e.read(ctx); err != nil {
		return plan, err
	}
	m := e.own.current()
	plan = ingest.Erasure{Dataset: m.Name, Namespace: m.Namespace, DatasetID: m.DatasetID, Version: m.Version, Objects: []string{},
		Versions: e.rows.versionsToGo(e.own, e.req.KeepUnjudged)}
	plan.Rows, _ = e.rows.rowsOf(m)
	if e.quarantine != nil {
		q := &ingest.ErasedQuarantine{Dataset: e.quarantine.name.String(), Versions: e.bad.versionsToGo(e.quarantine, false)}
		q.Rows, _ = e.bad.rowsOf(e.quarantine.current())
		for _, o := range e.quarantine.current().Objects {
			q.Stay += o.Rows
		}
		q.Stay -= q.Rows
		q.Judged = e.sought.Whole || e.req.Quarantine == ingest.QuarantineAll
		plan.Quarantine = q
	}
	plan.Confirm, err = e.token()
	return plan, err
}

// read reads the dataset and its quarantine, and judges their rows.
func (e *erasure) read(ctx context.Context) (err error) {
	if e.own, err = e.allOf(ctx, e.name); err != nil {
		return err
	}
	on, err := e.condition(ctx, e.own.current().Columns)
	if err != nil {
		return err
	}
	e.rows = newJudge(e.ingestd, e.ws, on, !isQuarantine(e.name))
	if err := e.rows.all(ctx, e.own); err != nil {
		return conditionProblem(err)
	}
	if isQuarantine(e.name) {
		return nil // it has none of its own
	}
	e.quarantine, err = e.allOf(ctx, quarantineOf(e.name))
	if errors.Is(err, catalog.ErrDatasetNotFound) || errors.Is(err, catalog.ErrBadName) {
		e.quarantine = nil
		return nil
	}
	if err != nil {
		return err
	}
	e.bad = newJudge(e.ingestd, e.ws, e.held(), false)
	return e.bad.all(ctx, e.quarantine)
}

// condition checks the request's condition against the dataset's columns.
func (e *erasure) condition(ctx context.Context, columns []catalog.Column) (on condition, err error) {
	if strings.TrimSpace(e.req.Where) == "" {
		return on, ingest.ErrBadCondition.Errorf("where is empty: write which rows are to go, as after WHERE")
	}
	if e.sought, err = e.pool.Predicate(ctx, e.name.Name, e.req.Where); err != nil {
		return on, conditionProblem(err)
	}
	on = condition{sql: e.req.Where, alias: e.name.Name}
	for _, c := range columns {
		if slices.ContainsFunc(e.sought.Columns, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			on.columns = append(on.columns, c.Name)
		}
	}
	if len(on.columns) == 0 {
		return on, ingest.ErrBadCondition.Errorf("where names no column of %s; it has %s", e.name, names(columns))
	}
	return on, nil
}

// conditionProblem words what DuckDB has against the condition, or what became of the
// worker that looked at it. DuckDB's own words may repeat what stands there, so they
// are no part of the log.
func conditionProblem(err error) error {
	var fault *duck.Error
	switch {
	case !errors.As(err, &fault):
		return err
	case errors.Is(err, duck.ErrInvalid), errors.Is(err, duck.ErrNotAllowed):
		return ingest.ErrBadCondition.Errorf("where is no condition on a row of the dataset; message says what is wrong with it").With("message", fault.Error())
	case errors.Is(err, duck.ErrCrashed):
		return ingest.ErrConversion.Errorf("the condition's worker died; nothing was erased by it: send the request again").Because(err)
	}
	return convertProblem(err)
}

// held is the condition for rows of the quarantine: their text holds one of the
// values of the rows that match, or those that the condition compares with.
func (e *erasure) held() condition {
	on := condition{sql: "true", columns: []string{"raw"}, alias: "q"}
	if e.req.Quarantine == ingest.QuarantineAll {
		return on
	}
	on.sql = "false"
	if e.sought.Sought != nil {
		on.sql = inRecords(e.sought.Sought)
	}
	if len(e.rows.files) > 0 {
		on.read = e.rows.files
		on.sql += " OR EXISTS (SELECT 1 FROM read_parquet(" + literals(e.rows.files) + ") AS given WHERE CASE WHEN q.encoding = 'hex' THEN contains(q.raw, lower(hex(given.v))) " +
			"ELSE contains(lower(q.raw), lower(given.v)) OR contains(lower(q.raw), lower(replace(given.v, '\"', '\"\"'))) END OR contains(lower(q.reason), lower(given.v)))"
	}
	return on
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
	return m, nil
}
