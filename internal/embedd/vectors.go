package embedd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// found is the vectors of a request.
type found struct {
	model  *model
	values []embedded.Embedding
}

// order is a request, in whichever form it came.
type order struct {
	embedding.Request
	field      string // that has the texts
	dimensions *int   // that the vectors have to have; nil: the model's
}

// vectors gives those of a request, all of one revision.
func (s *server) vectors(ctx context.Context, mine *permit, asked order) (found, error) {
	m, err := s.find(asked.Model)
	if err != nil {
		return found{}, err
	}
	if err := check(asked.Request, asked.field); err != nil {
		return found{}, err
	}
	service.Annotate(ctx, slog.String("model", m.name), slog.Int("texts", len(asked.Texts)))
	limit := s.config.Timeout.Std()
	ctx, cancel := context.WithTimeoutCause(ctx, limit,
		embedding.ErrEmbedTimeout.Errorf("the texts took longer than %s; send fewer at once, or raise timeout in [embedd]", limit))
	defer cancel()
	if err := mine.begin(ctx, m.name, asked.Texts, m.Dimension()); err != nil {
		return found{}, err
	}
	f := found{model: m}
	f.values, err = s.ofOneRevision(ctx, mine, m, asked)
	if errors.Is(err, embedding.ErrModelChanged) && asked.Revision == "" { // while it was at work: the new one is as good
		f.values, err = s.ofOneRevision(ctx, mine, m, asked)
	}
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = context.Cause(ctx)
	}
	if err == nil {
		err = f.check(asked)
	}
	return f, err
}

// check tells what is wrong with texts, before anything is made of them.
func check(asked embedding.Request, field string) error {
	if len(asked.Texts) == 0 {
		return embedding.ErrBadText.Errorf("%q has no text; send at least one", field).With("field", field)
	}
	for i, text := range asked.Texts {
		if strings.TrimSpace(text) == "" {
			return embedding.ErrBadText.Errorf("text %d is empty, or of spaces alone; leave it out", i).With("field", field).With("item", i)
		}
	}
	return embedding.CheckInputType(asked.InputType)
}

// check tells what is wrong with vectors that were made.
func (f found) check(asked order) error {
	if err := f.allRead(asked.field); err != nil {
		return err
	}
	if asked.Truncate != nil && !*asked.Truncate {
		if err := refuseTruncated(f.values, asked.field); err != nil {
			return err
		}
	}
	return f.model.checkDimensions(asked.dimensions, len(f.values[0].Vector)) // where it was not known before
}

// allRead refuses a text of which the model reads nothing, as of one of characters without
// width: all of these would have the same vector.
func (f found) allRead(field string) error {
	for i, v := range f.values {
		if v.Tokens <= f.model.marks && f.model.marks > 0 {
			return embedding.ErrBadText.Errorf("the model %s reads nothing of text %d, which is of characters that nobody sees alone; leave it out", f.model.name, i).
				With("field", field).With("item", i)
		}
	}
	return nil
}

func refuseTruncated(values []embedded.Embedding, field string) error {
	var items []int
	for i, v := range values {
		if v.Truncated {
			items = append(items, i)
		}
	}
	if items == nil {
		return nil
	}
	return embedding.ErrTextTooLong.Errorf("%d of the texts are longer than the model reads, text %d the first; shorten them, or let them be cut with \"truncate\": true", len(items), items[0]).
		With("field", field).With("items", items)
}

// ofOneRevision gives the vectors by the model's revision of now, which has to be the one that
// was asked for.
func (s *server) ofOneRevision(ctx context.Context, mine *permit, m *model, asked order) ([]embedded.Embedding, error) {
	revision, err := m.Revision(ctx)
	if err != nil {
		return nil, err
	}
	if asked.Revision != "" && asked.Revision != revision {
		expected := fmt.Sprintf("%.100s", asked.Revision)
		return nil, embedding.ErrModelChanged.Errorf("the model %s has the revision %q, not %q; its vectors do not fit those of the other, so make all of them anew", m.name, revision, expected).
			With("model", m.name).With("expected", expected).With("revision", revision)
	}
	if err := m.checkDimensions(asked.dimensions, m.Dimension()); err != nil {
		return nil, err
	}
	prefix, keys := m.Prefix(asked.InputType), make([]memo.Key, len(asked.Texts))
	for i, text := range asked.Texts {
		keys[i] = m.key(revision, prefix+text)
	}
	return s.memo.Get(ctx, keys, mine.work, s.work(m, revision, prefix, asked.Texts))
}

// work makes what is not known, a batch at a time.
func (s *server) work(m *model, revision, prefix string, texts []string) memo.Work[embedded.Embedding] {
	return func(ctx context.Context, places []int) ([]embedded.Embedding, error) {
		batch := make([]string, min(len(places), m.Batch()))
		for i := range batch {
			batch[i] = prefix + texts[places[i]]
		}
		began := time.Now()
		made, err := m.Embed(ctx, revision, batch)
		s.metrics.made(m.name, made, began, err)
		return made, err
	}
}
