package queryd

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// parseViews has the session check the statements of all views that are read, and
// notes the tables as they say them. steady tells that all give the same rows again
// over the same ones.
func parseViews(ctx context.Context, session *duck.Session, read *tables) (steady bool, err error) {
	steady = true
	for _, name := range read.order {
		parsed, err := session.ParseView(ctx, read.views[name].SQL)
		if err != nil {
			return false, ofView(name.String(), err)
		}
		steady = steady && parsed.Repeatable
		for _, table := range parsed.Tables {
			n, err := nameOf(table)
			if err != nil || !read.has(n) {
				return false, wire.ErrInternal.Errorf("what the view %s reads is not what the catalog says of it; give it its statement anew (POST /catalog/views with mode=replace)", name)
			}
			read.add(table, n)
		}
	}
	return steady, nil
}

// ofView makes an error about a view's statement one of the view.
func ofView(name string, err error) error {
	var e *duck.Error
	if errors.As(err, &e) && (errors.Is(e, duck.ErrInvalid) || errors.Is(e, duck.ErrNotAllowed)) {
		return &duck.Error{Kind: duck.ErrView, Detail: e.Detail, Position: -1, View: name}
	}
	return err
}

// createView serves POST /catalog/views: it binds the statement, and has catalogd keep
// it with what it found.
func (s *server) createView(w http.ResponseWriter, r *http.Request) error {
	var body catalog.NewView
	if err := wire.ReadJSON(r, &body); err != nil {
		return err
	}
	name, err := catalog.ParseName(body.Name)
	if err != nil {
		return err
	}
	if err := body.CheckSQL(); err != nil {
		return err
	}
	key := r.Header.Get(wire.HeaderIdempotencyKey)
	if key != "" { // what was answered before stays so, also where the statement cannot be bound any more
		answer, err := s.catalog.ViewReceipt(r.Context(), body, key)
		if err == nil {
			return wire.WriteJSON(w, http.StatusOK, answer)
		}
		if !errors.Is(err, catalog.ErrReceiptNotFound) {
			return err
		}
	}
	ctx, q := s.jobs.begin(r.Context(), statement{sql: body.SQL, timeout: s.config.DefaultTimeout.Std(), caller: callerOf(r.Header)})
	defer s.jobs.end(q)
	bound, err := s.bindView(ctx, q, name)
	if err != nil {
		return problemOf(ctx, q, err)
	}
	bound.NewView = body
	answer, created, err := s.catalog.RegisterView(ctx, bound, key)
	if err != nil {
		return err
	}
	service.Annotate(r.Context(), slog.String("view", name.String()), slog.Int64("version", answer.Version), slog.Bool("unchanged", answer.Unchanged))
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return wire.WriteJSON(w, status, answer)
}

// bindView binds the statement of a view to what is there now.
func (s *server) bindView(ctx context.Context, q *job, name catalog.Name) (bound catalog.ViewRegistration, err error) {
	err = s.parse(ctx, q, func(session *duck.Session, parsed *duck.Statement) error {
		bound, err = s.bind(ctx, session, parsed, name)
		return err
	})
	return bound, err
}

// parse waits for a turn, and has a statement looked at in its session, without running
// it: no data file is opened.
func (s *server) parse(ctx context.Context, q *job, look func(*duck.Session, *duck.Statement) error) error {
	turn, err := s.turn(ctx, q)
	if err != nil {
		return err
	}
	defer s.gate.leave(turn)
	eng, err := s.engines.take(ctx)
	if err != nil {
		return err
	}
	defer s.engines.put(eng)
	session, err := eng.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	parsed, err := session.Parse(ctx, q.sql)
	if err != nil {
		return err
	}
	return look(session, parsed)
}

// bind finds the columns of a view's statement, and what it reads.
func (s *server) bind(ctx context.Context, session *duck.Session, parsed *duck.Statement, name catalog.Name) (bound catalog.ViewRegistration, err error) {
	if parsed.Kind != guard.Select || parsed.Params > 0 {
		return bound, query.ErrNotAllowed.Errorf("a view is one SELECT (or VALUES, FROM, WITH), without parameters; write their values into it")
	}
	read, err := s.resolve(ctx, parsed.Tables, query.AsOf{})
	if err != nil {
		return bound, err
	}
	if bound.Reads, err = readsOf(name, parsed.Tables, read); err != nil {
		return bound, err
	}
	if _, err := parseViews(ctx, session, read); err != nil {
		return bound, err
	}
	columns, err := session.Bind(ctx, parsed, read.relations(nil))
	if err != nil {
		return bound, err
	}
	for _, c := range columns {
		bound.Columns = append(bound.Columns, catalog.Column{Name: c.Name, Type: c.Type, Nullable: true})
	}
	return bound, nil
}

// readsOf gives what a view's own statement reads. It may not read the view itself, and
// a view over it may not be too deep.
func readsOf(name catalog.Name, named []duck.Table, read *tables) (reads []catalog.Source, err error) {
	reads = []catalog.Source{}
	for _, table := range named {
		n, err := nameOf(table)
		if err != nil {
			return nil, err
		}
		source := catalog.Source{Name: n.String(), Kind: catalog.SourceDataset}
		if _, is := read.views[n]; is {
			source.Kind = catalog.SourceView
		}
		if !slices.Contains(reads, source) {
			reads = append(reads, source)
		}
	}
	if _, dataset := read.manifests[name]; dataset {
		return reads, nil // it is no circle, and catalogd refuses the name
	}
	// As it will be: with the new view among the others.
	whole := &tables{manifests: read.manifests, views: map[catalog.Name]catalog.View{name: {Reads: reads}}}
	for n, v := range read.views {
		if n != name {
			whole.views[n] = v
		}
	}
	return reads, whole.sort(name)
}
