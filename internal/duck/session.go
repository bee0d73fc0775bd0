package duck

import (
	"context"
	"encoding/json"
	"errors"
)

// Request says what to run and with what.
type Request struct {
	Statement *Statement
	// Views must hold every table of the statement.
	Views []View
	// Params are the values of ? or $1, in order: JSON scalars.
	Params []json.RawMessage
	// Limit is the most rows to send, 0 for all.
	Limit int64
	// Form says as what types the values are sent.
	Form Form
	// Catalog are the rows that SHOW TABLES answers with.
	Catalog []string
}

// Form is a choice of the types that values are sent as. UHUGEINT, BIGNUM, BIT,
// TIMETZ, TIME_NS, UNION, VARIANT, GEOMETRY and INTERVAL go as VARCHAR, at any depth,
// for Arrow has no exact form of them, but where a form says otherwise.
type Form string

// The forms.
const (
	FormArrow   Form = ""        // Arrow's own types
	FormText    Form = "text"    // ENUM as VARCHAR, too: for who prints the values as DuckDB does
	FormParquet Form = "parquet" // for a Parquet file: ENUM as VARCHAR, HUGEINT and UHUGEINT as DECIMAL(38,0), TIMESTAMP_S as TIMESTAMP
)

// Session is one query worker, for one statement: Parse, Run, read the Stream,
// Close. It is not safe for concurrent use.
type Session struct {
	pool    *Pool
	process *process
	parsed  *Statement
	stream  *Stream
	err     error // what leaves doubt about the worker
}

// Parse checks a statement and tells which tables it reads. Nothing of it runs.
func (s *Session) Parse(ctx context.Context, sql string) (*Statement, error) {
	return s.parse(ctx, parseRequest{SQL: sql})
}

// ParseView checks the statement of a view that the statement parsed last reads. A
// [View] may have it then.
func (s *Session) ParseView(ctx context.Context, sql string) (*Statement, error) {
	return s.check(ctx, parseRequest{SQL: sql, View: true})
}

func (s *Session) parse(ctx context.Context, r parseRequest) (*Statement, error) {
	s.parsed = nil
	statement, err := s.check(ctx, r)
	s.parsed = statement
	return statement, err
}

func (s *Session) check(ctx context.Context, r parseRequest) (*Statement, error) {
	watch, err := s.process.call(ctx, frameParse, r)
	defer watch.stop()
	if err != nil {
		return nil, s.note(ctx, err)
	}
	payload, err := s.process.expect(frameParsed)
	if err != nil {
		return nil, s.note(ctx, err)
	}
	statement := &Statement{}
	if err := json.Unmarshal(payload, statement); err != nil {
		return nil, s.note(ctx, s.process.confused(err.Error()))
	}
	return statement, nil
}

// Bind makes sure that the statement that Parse accepted last can be that of a view, and
// tells its columns, in Iceberg's types, without running it: its own views need no files. What Iceberg has no exact type
// for is a string, and a huge integer decimal(38,0). Field ids are left out.
func (s *Session) Bind(ctx context.Context, statement *Statement, views []View) ([]Column, error) {
	if s.parsed == nil || statement != s.parsed {
		return nil, failure(ErrInternal, "a session binds the statement that it parsed last")
	}
	s.parsed = nil
	watch, err := s.process.call(ctx, frameBind, runRequest{Views: views})
	defer watch.stop()
	if err != nil {
		return nil, s.note(ctx, err)
	}
	payload, err := s.process.expect(frameBound)
	if err != nil {
		return nil, s.note(ctx, err)
	}
	var columns []Column
	if err := json.Unmarshal(payload, &columns); err != nil {
		return nil, s.note(ctx, s.process.confused(err.Error()))
	}
	return columns, nil
}

// Run starts the statement that Parse accepted last and returns when its columns
// are known. ctx governs the stream until that is closed.
func (s *Session) Run(ctx context.Context, r Request) (*Stream, error) {
	if s.parsed == nil || r.Statement != s.parsed {
		return nil, failure(ErrInternal, "a session runs the statement that it parsed last")
	}
	s.parsed = nil
	for i, param := range r.Params {
		if !json.Valid(param) {
			return nil, failure(ErrInvalid, "parameter %d is no JSON value", i+1)
		}
	}
	run := runRequest{Views: r.Views, Params: r.Params, Limit: r.Limit, Form: r.Form, Catalog: r.Catalog}
	watch, err := s.process.call(ctx, frameRun, run)
	if err != nil {
		watch.stop()
		return nil, s.note(ctx, err)
	}
	watch.yield()
	payload, err := s.process.expect(frameColumns)
	if err != nil {
		watch.stop()
		return nil, s.note(ctx, err)
	}
	stream := &Stream{session: s, ctx: ctx, watch: watch}
	if err := json.Unmarshal(payload, &stream.columns); err != nil {
		watch.stop()
		return nil, s.note(ctx, s.process.confused(err.Error()))
	}
	s.stream = stream
	return stream, nil
}

// Close gives the worker back, or ends it if its last statement leaves doubt
// about it. It is safe after every error.
func (s *Session) Close() {
	if s.process == nil {
		return
	}
	if s.stream != nil {
		s.stream.Close()
	}
	s.pool.release(s.process, s.err)
	s.process = nil
}

// note remembers an error that leaves doubt about the worker, and words an
// interrupt as what caused it.
func (s *Session) note(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errInterrupted):
		return ended(ctx)
	case errors.Is(err, ErrInvalid), errors.Is(err, ErrNotAllowed), errors.Is(err, ErrView):
	default:
		s.err = err
	}
	return err
}
