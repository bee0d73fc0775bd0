package embedd

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maker makes vectors: the model that is built in, or a provider's.
type maker interface {
	// Revision gives what the model's vectors depend on, or why it cannot be had; never "".
	Revision(context.Context) (string, error)
	// Embed makes the vectors of a batch of texts with a revision.
	Embed(ctx context.Context, revision string, texts []string) ([]embedded.Embedding, error)
	// Batch gives how many texts a batch may have.
	Batch() int
	// Prefix gives what is put before a text.
	Prefix(embedding.InputType) string
	// Dimension gives that of the vectors, 0 where it is not known yet.
	Dimension() int
}

// model is one that is configured.
type model struct {
	name, provider string
	maxTokens      int // that it reads of a text; 0: not known
	marks          int // tokens that every text has beside its own; 0: not known
	standard       bool
	leftAlone      func() bool                 // of a provider's: whether it failed so often that it is not asked now
	amiss          func(revision string) error // of a provider's: what keeps it from being used
	maker
}

// newModels makes those of a configuration that passes Check, the default first.
func newModels(c Config) ([]*model, error) {
	own, err := newBuiltin()
	if err != nil {
		return nil, err
	}
	all := []*model{own}
	for _, name := range slices.Sorted(maps.Keys(c.Models)) {
		theirs := remote.New(name, c.Models[name])
		all = append(all, &model{name: name, provider: c.Models[name].Provider, leftAlone: theirs.LeftAlone, amiss: theirs.Amiss, maker: theirs})
	}
	first := slices.IndexFunc(all, func(m *model) bool { return m.name == c.Model })
	standard := all[first]
	standard.standard = true
	return slices.Insert(slices.Delete(all, first, first+1), 0, standard), nil
}

// find gives a model by its name, "" for the default.
func (s *server) find(name string) (*model, error) {
	if name == "" {
		return s.models[0], nil
	}
	var known []string
	for _, m := range s.models {
		if m.name == name {
			return m, nil
		}
		known = append(known, m.name)
	}
	return nil, embedding.ErrModelNotFound.Errorf("there is no model %.100q; known here: %s. More are configured as [embedd.models.NAME]", name, strings.Join(known, ", ")).
		With("field", "model").With("models", known)
}

// stateWait bounds the question how a provider is.
const stateWait = time.Second

// states describes models as they are now.
func states(ctx context.Context, models []*model) []embedding.Model {
	ctx, cancel := context.WithTimeout(ctx, stateWait)
	defer cancel()
	list := make([]embedding.Model, len(models))
	var asked sync.WaitGroup
	for i, m := range models {
		asked.Go(func() { list[i] = m.state(ctx) })
	}
	asked.Wait()
	return list
}

func (m *model) state(ctx context.Context) embedding.Model {
	state := embedding.Model{Name: m.name, Provider: m.provider, Default: m.standard, MaxTokens: m.maxTokens}
	revision, err := m.Revision(ctx)
	state.Dimension = m.Dimension() // of that revision
	if err == nil && m.amiss != nil {
		err = m.amiss(revision)
	}
	switch {
	case ctx.Err() != nil:
		state.Reason = "its provider did not answer within " + stateWait.String()
	case err != nil:
		state.Reason = wire.AsProblem(err).Detail
	default:
		state.Ready = true
	}
	state.Revision = revision
	return state
}

// checkDimensions refuses another number than a vector has, 0 where that is not known.
func (m *model) checkDimensions(asked *int, has int) error {
	if asked == nil || has == 0 || *asked == has {
		return nil
	}
	return embedding.ErrDimensions.Errorf("the model %s has %d dimensions, and no others; leave dimensions out", m.name, has).
		With("field", "dimensions").With("dimension", has)
}

// key names the vector of a text, with its prefix, by a revision of the model.
func (m *model) key(revision, text string) memo.Key {
	hash := sha256.New()
	var length [8]byte
	for _, part := range []string{m.name, revision, text} {
		binary.LittleEndian.PutUint64(length[:], uint64(len(part)))
		hash.Write(length[:])
		hash.Write([]byte(part))
	}
	return memo.Key(hash.Sum(nil))
}
