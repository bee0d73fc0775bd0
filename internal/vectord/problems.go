package vectord

import (
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// worded has a handler's errors worded for its client.
func worded(h service.Handler) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return problemOf(h(w, r)) }
}

// problemOf turns what the packages below say into what the client is told. Problems, and
// errors that mean nothing to a client, stay as they are.
func problemOf(err error) error {
	var item *engine.ItemError
	var wrong *hnsw.VectorError
	var filter *metadata.FilterError
	var field *metadata.UnknownFieldError
	var fields *metadata.FieldsError
	var full *engine.FullError
	var query *engine.QueryError
	var batch *engine.BatchError
	var unknown *engine.UnknownItemError
	var format *arrowin.FormatError
	var overtaken *durable.OvertakenError
	var broken *durable.BrokenError
	var change *durable.ChangeError
	var problem *wire.Problem
	if err == nil || errors.As(err, &problem) {
		return err
	}
	switch {
	case errors.As(err, &overtaken):
		return vector.ErrIndexTaken.Errorf("%v", overtaken)
	case errors.As(err, &broken):
		return vector.ErrIndexFailed.Errorf("%v", broken).Because(err)
	case errors.As(err, &change):
		return vector.ErrBadItem.Errorf("%v; nothing was changed", change).With("id", change.ID).Private()
	case errors.Is(err, unix.ENOMEM):
		return vector.ErrIndexMemory.Errorf("there is no address space for the index; give it a lower max_items").Because(err)
	case errors.Is(err, durable.ErrClosed):
		return wire.Unavailable("vectord").Because(err)
	case errors.Is(err, durable.ErrMemoryOnly):
		return vector.ErrNotPersisted.Errorf("%v", err)
	case errors.As(err, &format):
		return wire.ErrBadRequest.Errorf("%v", format)
	case errors.As(err, &item):
		return itemProblem(item)
	case errors.As(err, &batch):
		return inBatch(batch)
	case errors.As(err, &wrong):
		return vectorProblem(wrong, err)
	case errors.As(err, &query):
		return vector.ErrBadSearch.Errorf("%v", query)
	case errors.As(err, &unknown):
		return vector.ErrItemNotFound.Errorf("%v", unknown).With("id", unknown.ID).Private()
	case errors.As(err, &filter):
		return vector.ErrBadFilter.Errorf("%v", filter).Private()
	case errors.As(err, &field):
		return vector.ErrBadFilter.Errorf("%v", field).With("field", field.Field).With("known", field.Known).Private()
	case errors.As(err, &fields):
		return vector.ErrIndexFields.Errorf("%v; nothing was changed", fields).With("fields", fields.Fields).With("limit", metadata.MaxFields).Private()
	case errors.As(err, &full):
		return vector.ErrIndexFull.Errorf("%v", full).With("room", full.Room).With("limit", full.Limit)
	}
	return err
}

func itemProblem(item *engine.ItemError) error {
	var wrong *hnsw.VectorError
	p := vector.ErrBadItem.Errorf("%v; nothing of the batch was applied", item)
	if errors.As(item.Err, &wrong) {
		p = vectorProblem(wrong, item)
		p.Detail += "; nothing of the batch was applied"
	}
	return p.With("item", item.Item).With("id", item.ID).Private()
}

// inBatch says which of many queries is wrong, and how.
func inBatch(batch *engine.BatchError) error {
	p := wire.AsProblem(problemOf(batch.Err))
	p.Detail = fmt.Sprintf("query %d: %s", batch.Query, p.Detail)
	return p.With("query", batch.Query)
}

// vectorProblem says what is wrong with a vector, in the words of the error that it is
// part of.
func vectorProblem(wrong *hnsw.VectorError, whole error) *wire.Problem {
	if wrong.Dimension != 0 {
		return vector.ErrDimension.Errorf("%v", whole).With("expected", wrong.Dimension).With("got", wrong.Got)
	}
	return vector.ErrBadVector.Errorf("%v", whole)
}

// filterOf reads a filter that may be missing.
func filterOf(raw vector.Filter) (*metadata.Filter, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	f, err := metadata.ParseFilter(raw)
	return &f, err
}
