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

// answerWith makes an answer of the result, in the format that was asked for.
func answerWith(out *output, q *job, result *duck.Stream) error {
	answerHeader(out.header(), q.format)
	if q.format == query.JSON {
		return answerJSON(out, q, result)
	}
	stream := streamRows
	switch q.format {
	case query.Arrow:
		stream = streamArrow
	case query.Parquet:
		stream = answerParquet
	}
	if err := stream(out, q, result); err != nil {
		return err
	}
	out.truncated = strconv.FormatBool(result.Truncated())
	return nil
}

// answerJSON makes one JSON object. Its numbers of rows and milliseconds come
// after the rows, which are written as they come.
func answerJSON(out *output, q *job, result *duck.Stream) error {
	columns := columnsOf(result)
	out.buf = append(out.buf, q.opening()...)
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
	if q.tree {
		encoder.Embed()
	}
	if err := each(result, func(batch arrow.RecordBatch) error { return encode(encoder, out, q, batch) }); err != nil {
		return err
	}
	out.buf = append(out.buf, `],"row_count":`...)
	out.buf = strconv.AppendInt(out.buf, encoder.Rows(), 10)
	out.buf = append(out.buf, `,"truncated":`...)
	out.buf = strconv.AppendBool(out.buf, result.Truncated())
	out.buf = append(out.buf, elapsedField...)
	out.buf = strconv.AppendInt(out.buf, time.Since(q.started).Milliseconds(), 10)
	out.buf = append(out.buf, "}\n"...)
	return out.finish()
}

func answerHeader(h http.Header, f query.Format) {
	h.Set("Content-Type", mediaType(f))
	h.Set("Cache-Control", "no-store")
	if f != query.JSON {
		h.Set("Trailer", query.HeaderTruncated)
	}
}

// formOf says as what types a format takes its values.
func formOf(f query.Format) duck.Form {
	switch f {
	case query.Arrow:
		return duck.FormArrow
	case query.Parquet:
		return duck.FormParquet
	}
	return duck.FormText
}

func streamArrow(out *output, _ *job, result *duck.Stream) error {
	_, err := result.WriteTo(out)
	return err
}

// streamRows sends every batch as it comes, as text.
func streamRows(out *output, q *job, result *duck.Stream) error {
	build := rows.NDJSON
	if q.format == query.CSV {
		build = rows.CSV
	}
	encoder := build(columnsOf(result))
	if q.tree {
		encoder.Embed()
	}
	out.buf = encoder.Header(out.buf)
	err := each(result, func(batch arrow.RecordBatch) error {
		if err := encode(encoder, out, q, batch); err != nil {
			return err
		}
		return out.send()
	})
	if err != nil {
		return err
	}
	return out.send() // the header of a result without rows
}

// each calls do with every batch of the result, to its end.
func each(result *duck.Stream, do func(arrow.RecordBatch) error) error {
	for {
		batch, err := result.Next()
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

// encode makes one batch part of the answer, in pieces.
func encode(encoder *rows.Encoder, out *output, q *job, batch arrow.RecordBatch) error {
	if err := encoder.Bind(batch); err != nil {
		return wire.ErrNotSupported.Errorf("%s", err)
	}
	n := int(batch.NumRows())
	for row := 0; row < n; {
		out.borrow()
		out.buf, row = encoder.Append(out.buf, row, n, out.room())
		q.rows.Store(encoder.Rows())
		if err := out.spill(); err != nil {
			return err
		}
	}
	return nil
}

func columnsOf(result *duck.Stream) []query.Column {
	columns := make([]query.Column, len(result.Columns()))
	for i, c := range result.Columns() {
		columns[i] = query.Column{Name: c.Name, Type: c.Type}
	}
	return columns
}
