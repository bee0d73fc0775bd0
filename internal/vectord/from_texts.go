package vectord

import (
	"cmp"
	"context"
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/texts"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maker is what makes the vectors of an index of texts; its model is "" where nothing does.
func maker(s vector.Shape) texts.Maker {
	return texts.Maker{Model: s.Model, Revision: s.ModelRevision, Dimension: s.Dimension}
}

// ofModel gives the shape of an index that is to be made, with what its model says of it. A
// model that embedd does not have is a name, if the dimension is given: vectors of whoever
// has it are kept under it. An index that is there needs no embedd to be found.
func (s *server) ofModel(ctx context.Context, want vector.NewIndex) (vector.Shape, error) {
	shape := want.Shape
	if shape.Model == "" || len(shape.Model) > vector.MaxLabel {
		return shape, nil
	}
	if there, err := s.registry.find(want.Name); err == nil && there.pointer.Shape.Model == shape.Model {
		shape.Dimension = cmp.Or(shape.Dimension, there.pointer.Shape.Dimension)
		shape.ModelRevision = cmp.Or(shape.ModelRevision, there.pointer.Shape.ModelRevision)
		return shape, nil
	}
	model, err := s.texts.Model(ctx, shape.Model)
	switch wantsAny := shape.ModelRevision == ""; {
	case errors.Is(err, embedding.ErrModelNotFound) && wantsAny && shape.Dimension > 0:
		return shape, nil
	case errors.Is(err, embedding.ErrModelNotFound):
		return shape, withRemedy(err, "configure it there, or give the dimension of vectors of your own that you will send")
	case errors.Is(err, wire.ErrUnavailable) && shape.Dimension > 0:
		return shape, withRemedy(err, "or leave the model out, where all vectors are your own")
	case err != nil:
		return shape, err
	case !wantsAny && shape.ModelRevision != model.Revision:
		return shape, embedding.ErrModelChanged.Errorf("the model %s has the revision %q, and %q is asked for; leave model_revision out to take the one that it has", model.Name, model.Revision, shape.ModelRevision).
			With("model", model.Name).With("expected", shape.ModelRevision).With("revision", model.Revision)
	case shape.Dimension != 0 && shape.Dimension != model.Dimension:
		return shape, vector.ErrDimension.Errorf("the model %s makes vectors of %d numbers, and the dimension that is asked for is %d; leave the dimension out, or the model if the vectors are of another one", model.Name, model.Dimension, shape.Dimension).
			With("model", model.Name).With("expected", model.Dimension).With("got", shape.Dimension)
	}
	shape.Dimension, shape.ModelRevision = model.Dimension, model.Revision
	return shape, nil
}

// waits lets a batch wait for the vectors of its texts until it is done, where an index can take
// it: what is refused anyhow costs no model's time.
func (s *server) waits(x *index, batch bodies.Batch) (done func(), err error) {
	by := maker(x.pointer.Shape)
	open, leave, err := x.enterToChange()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := open.Admits(batch.With(by.StandIn())); err != nil {
		return nil, err
	}
	bytes := min(weightOf(batch, by.Dimension), textsWaiting)
	if !s.waiting.TryAcquire(bytes) {
		return nil, embedding.ErrTooManyCalls.Errorf("other adds wait for the vectors of their texts, and hold most of the %d bytes that there are for that; nothing of the batch was applied: send it again later", textsWaiting).
			With("limit", textsWaiting).After(time.Second)
	}
	return func() { s.waiting.Release(bytes) }, nil
}

// completeItems has the vectors made of those items of a batch that came as texts, and tells
// how many of these were longer than the model reads.
func (s *server) completeItems(ctx context.Context, by texts.Maker, batch bodies.Batch) (truncated int, err error) {
	vectors, truncated, err := s.texts.Documents(ctx, by, batch.Texts)
	if err == nil {
		batch.Complete(vectors)
		return truncated, nil
	}
	if wrong, is := errors.AsType[*texts.TextError](err); is {
		at := batch.Bare[wrong.Text]
		return 0, &engine.ItemError{Item: at, ID: batch.Items[at].ID, Err: wrong}
	}
	return 0, withRemedy(err, "nothing of the batch was applied; items with vectors are taken")
}

// admit takes the room for a batch with texts whose vectors took their time. It refuses one
// whose index is of another model by now, or where the memory was taken by others.
func (s *server) admit(batch bodies.Batch, made, now *index) (done func(), err error) {
	if len(batch.Texts) == 0 {
		return func() {}, nil
	}
	if err := sameMaker(made, now); err != nil {
		return nil, err
	}
	return s.registry.reserve(batch.Items, now.pointer.Shape.Dimension)
}

// sameMaker refuses vectors of texts that were made for an index in whose place another one
// is by now.
func sameMaker(made, now *index) error {
	if maker(made.pointer.Shape) == maker(now.pointer.Shape) {
		return nil
	}
	return embedding.ErrModelChanged.Errorf("the index %s was replaced meanwhile by one of another model; send it again", now.name)
}

// question makes the vector of the text of a query, and tells whether the model read but its
// beginning.
func (s *server) question(ctx context.Context, x *index, query engine.Query, text string) (v vector.Vector, truncated bool, err error) {
	if err := texts.Check(text); err != nil {
		return nil, false, err
	}
	by := maker(x.pointer.Shape)
	open, leave, err := x.enter() // what is refused anyhow is not computed before
	if err != nil {
		return nil, false, err
	}
	query.Vector = by.StandIn()
	err = cmp.Or(bodies.CheckSearch(query, 0, open.Engine(), s.config.MaxAnswerBytes), open.Engine().CheckQuery(query))
	leave()
	if err != nil {
		return nil, false, err
	}
	v, truncated, err = s.texts.Question(ctx, by, text)
	return v, truncated, withRemedy(err, `searches by words alone ("mode": "lexical") and by vectors go on`)
}

// withRemedy adds what can be done to an error of embedd's.
func withRemedy(err error, remedy string) error {
	if p, is := errors.AsType[*wire.Problem](err); is {
		return p.Advise(remedy)
	}
	return err
}
