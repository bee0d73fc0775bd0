// Package problems turns the typed errors of the packages below vectord's daemon into what
// a client is told: a stable code, words, and the fields that help to mend it. It is the one
// place that words them, for requests and for loads.
package problems

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Of turns what the packages below say into what the client is told. Problems, and
// errors that mean nothing to a client, stay as they are.
func Of(err error) error {
	if _, is := errors.AsType[*wire.Problem](err); is || err == nil {
		return err
	}
	for _, word := range wordings() {
		if p := word(err); p != nil {
			return p
		}
	}
	return err
}

// wording gives what the client is told of an error, nil where that is another one's to say.
type wording func(err error) *wire.Problem

// wordings are all there are. An error that wraps another stands before it.
func wordings() []wording {
	return []wording{
		as(func(e *durable.OvertakenError) *wire.Problem { return vector.ErrIndexTaken.Errorf("%v", e) }),
		as(func(e *durable.BrokenError) *wire.Problem { return vector.ErrIndexFailed.Errorf("%v", e).Because(e) }),
		as(func(e *durable.ChangeError) *wire.Problem {
			return vector.ErrBadItem.Errorf("%v; nothing was changed", e).With("id", e.ID).Private()
		}),
		is(unix.ENOMEM, func(err error) *wire.Problem {
			return vector.ErrIndexMemory.Errorf("there is no address space for the index; give it a lower max_items, or raise what vectord may have (ulimit -v, vm.overcommit_memory) and restart it").Because(err)
		}),
		is(durable.ErrClosed, func(err error) *wire.Problem { return wire.Unavailable("vectord").Because(err) }),
		is(durable.ErrMemoryOnly, func(err error) *wire.Problem { return vector.ErrNotPersisted.Errorf("%v", err) }),
		as(func(e *arrowin.FormatError) *wire.Problem { return wire.ErrBadRequest.Errorf("%v", e) }),
		as(itemProblem),
		as(batchProblem),
		as(func(e *texts.TextError) *wire.Problem { return embedding.ErrBadText.Errorf("%v", e) }),
		as(func(e *hnsw.VectorError) *wire.Problem { return vectorProblem(e, e) }),
		as(func(e *engine.QueryError) *wire.Problem { return vector.ErrBadSearch.Errorf("%v", e) }),
		as(func(e *engine.UnknownItemError) *wire.Problem {
			return vector.ErrItemNotFound.Errorf("%v", e).With("id", e.ID).Private()
		}),
		as(func(e *metadata.FilterError) *wire.Problem { return vector.ErrBadFilter.Errorf("%v", e).Private() }),
		as(func(e *metadata.UnknownFieldError) *wire.Problem {
			return vector.ErrBadFilter.Errorf("%v", e).With("field", e.Field).With("known", e.Known).Private()
		}),
		as(func(e *metadata.FieldsError) *wire.Problem {
			return vector.ErrIndexFields.Errorf("%v; nothing was changed", e).With("fields", e.Fields).With("limit", metadata.MaxFields).Private()
		}),
		as(func(e *engine.FullError) *wire.Problem {
			return vector.ErrIndexFull.Errorf("%v", e).With("room", e.Room).With("limit", e.Limit)
		}),
	}
}

// as words the errors of one type.
func as[E error](word func(E) *wire.Problem) wording {
	return func(err error) *wire.Problem {
		if e, ok := errors.AsType[E](err); ok {
			return word(e)
		}
		return nil
	}
}

// is words what is or wraps one error.
func is(target error, word func(err error) *wire.Problem) wording {
	return func(err error) *wire.Problem {
		if errors.Is(err, target) {
			return word(err)
		}
		return nil
	}
}

func itemProblem(item *engine.ItemError) *wire.Problem {
	return Item(item, item.Error()+"; nothing of the batch was applied").With("item", item.Item)
}

// Item says of an item that it is wrong, in words that name it.
func Item(item *engine.ItemError, words string) *wire.Problem {
	p := vector.ErrBadItem.Errorf("%s", words)
	if wrong, is := errors.AsType[*hnsw.VectorError](item.Err); is {
		p = vectorProblem(wrong, errors.New(words))
	}
	if _, is := errors.AsType[*texts.TextError](item.Err); is {
		p = embedding.ErrBadText.Errorf("%s", words)
	}
	return p.With("id", item.ID).Private()
}

// batchProblem says which of many queries is wrong, and how.
func batchProblem(batch *engine.BatchError) *wire.Problem {
	p := wire.AsProblem(Of(batch.Err))
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
