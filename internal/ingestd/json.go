package ingestd

import (
	"bytes"
	"context"
	"errors"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/jsonscan"
)

// jsonFormat reads JSON, by package jsonscan.
type jsonFormat struct{ options jsonscan.Options }

func (jsonFormat) name() string { return formatJSON }

func (f jsonFormat) scan(ctx context.Context, r io.Reader) (scan, error) {
	result, err := jsonscan.Scan(ctx, r, f.options)
	if err != nil {
		return nil, jsonProblem(err)
	}
	return jsonScan{result}, nil
}

type jsonScan struct{ result *jsonscan.Result }

func (s jsonScan) verdict() verdict {
	r := s.result
	return verdict{columns: r.Columns, records: r.Records, drift: r.Drift, notUTF8: r.NotUTF8 > 0, badRows: r.HasBadRows(), warnings: r.Warnings}
}

func (s jsonScan) relation(string) (relation, error) {
	return relation{}, errors.New("JSON is converted once it is rewritten")
}

func (s jsonScan) rewrite(ctx context.Context, r io.Reader, good io.Writer, bad func(csvscan.BadRow) error) (*csvscan.Report, error) {
	return jsonscan.Rewrite(ctx, r, good, s.result, bad)
}

// jsonProblem words what stands against a whole file. What CSV knows too is worded
// there.
func jsonProblem(err error) error {
	switch {
	case errors.Is(err, jsonscan.ErrSyntax):
		return ingest.ErrBadFile.Errorf("%v; nothing was loaded: mend it, or write one object on each line, so that a bad one can be told from the others", err)
	case errors.Is(err, jsonscan.ErrTooManyKeys), errors.Is(err, jsonscan.ErrNoKeys):
		return ingest.ErrBadFile.Errorf("%v", err)
	case errors.Is(err, csvscan.ErrEmptyFile):
		return ingest.ErrEmptyFile.Errorf("the file is empty: it has no records")
	}
	return err
}

// looksLikeJSON tells by its beginning a text that is no CSV: an object or an array
// begins with a brace and a quote, which no unquoted name may hold.
func looksLikeJSON(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	next := func() byte {
		head = bytes.TrimLeft(head, " \t\r\n")
		if len(head) == 0 {
			return 0
		}
		b := head[0]
		head = head[1:]
		return b
	}
	switch next() {
	case '{':
		b := next()
		return b == '"' || b == '}' && next() == 0
	case '[':
		b := next()
		if b == ']' {
			return next() == 0
		}
		if b != '{' {
			return false
		}
		b = next()
		return b == '"' || b == '}'
	}
	return false
}
