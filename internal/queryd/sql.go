package queryd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/duck/guard"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// sql serves POST /sql.
func (s *server) sql(w http.ResponseWriter, r *http.Request) error {
	st, err := readStatement(r, s.config)
	if err != nil {
		s.metrics.refused(err)
		return err
	}
	ctx, q := s.jobs.begin(r.Context(), st)
	defer s.jobs.end(q)
	w.Header().Set(query.HeaderQueryID, q.id)
	err = problemOf(ctx, q, s.perform(ctx, w, q))
	s.metrics.finished(r.Context(), q, err)
	// The text may hold what is nobody's business; its hash tells equal ones.
	sum := sha256.Sum256([]byte(st.sql))
	service.Annotate(r.Context(), slog.String("query_id", q.id), slog.String("format", string(st.format)),
		slog.String("sql_sha256", hex.EncodeToString(sum[:8])), slog.Int("sql_bytes", len(st.sql)), slog.Int64("rows", q.rows.Load()))
	return err
}

// perform returns when the client has its answer, or none is possible. Also a
// panic waits for that: nothing may write to w any more.
func (s *server) perform(ctx context.Context, w http.ResponseWriter, q *job) (err error) {
	if done, err := s.recall(ctx, w, q); done {
		return err
	}
	out := s.newOutput(ctx, w, q)
	defer func() { err = errors.Join(err, out.close()) }()
	return s.serve(ctx, out, q)
}

// serve waits for a turn and makes the answer. Where the objects turn out to be
// elsewhere by now, it does so once more on the engine that knows where. The
// client may have to take the answer yet when the turn is over.
func (s *server) serve(ctx context.Context, out *output, q *job) error {
	turn, err := s.turn(ctx, q)
	if err != nil {
		return err
	}
	defer s.gate.leave(turn)
	eng, err := s.engines.take(ctx)
	if err != nil {
		return err
	}
	err = s.run(ctx, out, q, eng)
	if errors.Is(err, errStale) {
		if eng, err = s.engines.renew(ctx, eng); err != nil {
			return err
		}
		err = s.run(ctx, out, q, eng)
	}
	out.end()
	return err
}

// turn waits until the statement may run. The caller gives the turn back.
func (s *server) turn(ctx context.Context, q *job) (*ticket, error) {
	arrived := time.Now()
	turn, err := s.gate.enter(ctx, q.caller, q.ticket.Store)
	s.metrics.turns.Observe(time.Since(arrived).Seconds())
	q.running.Store(err == nil)
	return turn, err
}

// run parses the statement, finds what it reads, runs it and makes its answer. It
// puts the engine back, also in a panic.
func (s *server) run(ctx context.Context, out *output, q *job, eng *engine) error {
	defer s.engines.put(eng)
	session, err := eng.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	q.gauge.Store(session.Gauge())
	defer q.gauge.Store(nil)
	parsed, err := session.Parse(ctx, q.sql)
	if err != nil {
		return err
	}
	q.tree = parsed.Tree
	request := duck.Request{Statement: parsed, Params: q.params, Limit: q.limit, Form: formOf(q.format)}
	if parsed.Kind == guard.ShowTables {
		names, err := s.tableNames(ctx)
		if err != nil {
			return err
		}
		for _, name := range names {
			request.Catalog = append(request.Catalog, name.String())
		}
	}
	if err := s.find(ctx, out, q, session, parsed); err != nil {
		return err
	}
	paths, release, err := eng.open(ctx, q.read.objects())
	if err != nil {
		return err
	}
	defer release()
	request.Views = q.read.relations(paths)
	service.Annotate(ctx, slog.String("tables", q.read.String()))
	stream, err := session.Run(ctx, request)
	if err != nil {
		return eng.judge(err)
	}
	defer stream.Close()
	if err := answerWith(out, q, stream); err != nil {
		return err
	}
	out.copy.done()
	return nil
}

// find gives the statement what it reads, and readies its answer to be kept.
func (s *server) find(ctx context.Context, out *output, q *job, session *duck.Session, parsed *duck.Statement) (err error) {
	if q.read == nil {
		if q.read, err = s.resolve(ctx, parsed.Tables, q.asOf); err != nil {
			return err
		}
	}
	reportReads(out.header(), q.read)
	steady, err := parseViews(ctx, session, q.read)
	if err == nil && steady {
		s.record(out, q, parsed, q.read)
	}
	return err
}
