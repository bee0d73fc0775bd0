package queryd

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd/rows"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// answer writes the result in the format that was asked for.
func (s *server) answer(w http.ResponseWriter, out *output, q *job, stream *duck.Stream) error {
	w.Header().Set("Content-Type", mediaType(q.format))
	w.Header().Set("Cache-Control", "no-store")
	if q.format == query.JSON {
		return s.answerJSON(w, out, q, stream)
	}
	w.Header().Set("Trailer", query.HeaderTruncated)
	if err := s.stream(out, q, stream); err != nil {
		return err
	}
	w.Header().Set(query.HeaderTruncated, strconv.FormatBool(stream.Truncated()))
	return nil
}

// answerJSON writes one JSON object. Its numbers of rows and milliseconds come
// after the rows, which are written as they come.
func (s *server) answerJSON(w http.ResponseWriter, out *output, q *job, stream *duck.Stream) error {
	columns := columnsOf(stream)
	out.buf = rows.AppendString(append(out.buf, `{"query_id":`...), q.id)
	out.buf = append(out.buf, `,"columns":[`...)
	for i, c := range columns {
		if i > 0 {
			out.buf = append(out.buf, ',')
		}
		out.buf = rows.AppendString(append(out.buf, `{"name":`...), c.Name)
		out.buf = rows.AppendString(append(out.buf, `,"type":`...), c.Type)
		out.buf = append(out.buf, '}')
	}
	out.buf = append(out.buf, `],"rows":[`...)
	encoder := rows.JSON(columns)
	if err := each(stream, func(batch arrow.RecordBatch) error { return encode(encoder, out, q, batch) }); err != nil {
		return err
	}
	out.buf = append(out.buf, `],"row_count":`...)
	out.buf = strconv.AppendInt(out.buf, encoder.Rows(), 10)
	out.buf = append(out.buf, `,"truncated":`...)
	out.buf = strconv.AppendBool(out.buf, stream.Truncated())
	out.buf = append(out.buf, `,"elapsed_ms":`...)
	out.buf = strconv.AppendInt(out.buf, time.Since(q.started).Milliseconds(), 10)
	out.buf = append(out.buf, "}\n"...)
	if !out.started() {
		w.Header().Set("Content-Length", strconv.Itoa(len(out.buf)))
	}
	return out.write()
}

// stream writes every batch to the client as it comes.
func (s *server) stream(out *output, q *job, stream *duck.Stream) error {
	if q.format == query.Arrow {
		_, err := stream.WriteTo(out)
		return err
	}
	build := rows.NDJSON
	if q.format == query.CSV {
		build = rows.CSV
	}
	encoder := build(columnsOf(stream))
	out.buf = encoder.Header(out.buf)
	err := each(stream, func(batch arrow.RecordBatch) error {
		if err := encode(encoder, out, q, batch); err != nil {
			return err
		}
		return out.flush()
	})
	if err != nil {
		return err
	}
	return out.write()
}

// each calls do with every batch of the stream, to its end.
func each(stream *duck.Stream, do func(arrow.RecordBatch) error) error {
	for {
		batch, err := stream.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err == nil:
			err = do(batch)
		}
		if err != nil {
			return err
		}
	}
}

// encode writes one batch, in pieces.
func encode(encoder *rows.Encoder, out *output, q *job, batch arrow.RecordBatch) error {
	if err := encoder.Bind(batch); err != nil {
		return wire.ErrNotSupported.Errorf("%s", err)
	}
	n := int(batch.NumRows())
	for row := 0; row < n; {
		out.buf, row = encoder.Append(out.buf, row, n, out.room())
		q.rows.Store(encoder.Rows())
		if err := out.spill(); err != nil {
			return err
		}
	}
	return nil
}

func columnsOf(stream *duck.Stream) []query.Column {
	columns := make([]query.Column, len(stream.Columns()))
	for i, c := range stream.Columns() {
		columns[i] = query.Column{Name: c.Name, Type: c.Type}
	}
	return columns
}
