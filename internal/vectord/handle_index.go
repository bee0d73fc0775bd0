package vectord

import (
	"net/http"
	"sort"
	"strconv"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// createIndex serves POST /vectors/index.
func (s *server) createIndex(w http.ResponseWriter, r *http.Request) error {
	var want vector.NewIndex
	if err := wire.ReadJSON(r, &want); err != nil {
		return err
	}
	if err := vector.CheckName(want.Name); err != nil {
		return err
	}
	shape, err := s.ofModel(r.Context(), want)
	if err != nil {
		return err
	}
	want.Shape = shape
	x, created, err := s.registry.create(r.Context(), want)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
		w.Header().Set("Location", "/v1/vectors/index/"+x.name)
	}
	return wire.WriteJSON(w, status, s.describe(x))
}

// listIndexes serves GET /vectors/index.
func (s *server) listIndexes(w http.ResponseWriter, r *http.Request) error {
	limit, err := pageSize(r)
	if err != nil {
		return err
	}
	if err := s.registry.known(); err != nil {
		return err
	}
	all := s.registry.list()
	cursor := r.URL.Query().Get("cursor")
	from := sort.Search(len(all), func(i int) bool { return all[i].name > cursor })
	page := vector.Indexes{Indexes: []vector.Index{}}
	for _, x := range all[from:] {
		if len(page.Indexes) == limit {
			page.NextCursor = &page.Indexes[limit-1].Name
			break
		}
		page.Indexes = append(page.Indexes, s.describe(x))
	}
	return wire.WriteJSON(w, http.StatusOK, page)
}

// getIndex serves GET /vectors/index/{name}.
func (s *server) getIndex(w http.ResponseWriter, r *http.Request) error {
	sample, err := number(r, "recall", 0, 0, maxSample)
	if err != nil {
		return err
	}
	x, err := s.registry.find(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	shown := s.describe(x)
	if sample > 0 && shown.Stats != nil {
		if shown.Stats.Recall, err = s.recall(r, sample); err != nil {
			return err
		}
	}
	return wire.WriteJSON(w, http.StatusOK, shown)
}

// dropIndex serves DELETE /vectors/index/{name}.
func (s *server) dropIndex(w http.ResponseWriter, r *http.Request) error {
	if err := s.registry.drop(r.Context(), chi.URLParam(r, "name")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// acknowledgeDamage serves DELETE /vectors/index/{name}/damage.
func (s *server) acknowledgeDamage(w http.ResponseWriter, r *http.Request) error {
	return s.changing(r, func(_ *index, open *durable.Index) error {
		if err := open.Acknowledge(r.Context()); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// listAliases serves GET /vectors/aliases.
func (s *server) listAliases(w http.ResponseWriter, _ *http.Request) error {
	if err := s.registry.known(); err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, vector.Aliases{Aliases: s.registry.allAliases()})
}

// setAlias serves PUT /vectors/aliases/{alias}.
func (s *server) setAlias(w http.ResponseWriter, r *http.Request) error {
	var to vector.AliasTo
	if err := wire.ReadJSON(r, &to); err != nil {
		return err
	}
	name := chi.URLParam(r, "alias")
	if err := vector.CheckName(name); err != nil {
		return err
	}
	x, err := s.registry.setAlias(r.Context(), name, to.Index)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, vector.Alias{Alias: name, Index: x.name})
}

// dropAlias serves DELETE /vectors/aliases/{alias}.
func (s *server) dropAlias(w http.ResponseWriter, r *http.Request) error {
	if err := s.registry.dropAlias(r.Context(), chi.URLParam(r, "alias")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// describe tells what there is to tell of an index now.
func (s *server) describe(x *index) vector.Index {
	shown := vector.Index{Name: x.name, ID: x.pointer.ID, Shape: x.pointer.Shape, CreatedAt: x.pointer.CreatedAt, Aliases: s.registry.aliasesOf(x.name)}
	shown.State, shown.Reason = x.state()
	if shown.State == vector.Loading {
		shown.Progress = &vector.Progress{BytesRead: x.progress.Bytes.Load(), BytesTotal: x.progress.Total.Load()}
		if shown.Progress.BytesTotal > 0 {
			shown.Reason = "" // the progress says more
		}
	}
	open, leave, err := x.enter()
	if err != nil {
		return shown
	}
	defer leave()
	stats := open.Engine().Stats()
	shown.Count = stats.Count
	shown.Stats = &vector.Stats{Waiting: stats.Waiting, Deleted: stats.Deleted, Fields: stats.Fields, Documents: stats.Texts,
		Memory: s.registry.memoryOf(stats)}
	if x.persisted() {
		shown.Stats.Durable = durably(open.Stats())
	}
	return shown
}

// durably tells what of an index is in storage.
func durably(s durable.Stats) *vector.Durable {
	d := &vector.Durable{Sequence: s.Sequence, LogObjects: s.LogObjects, LogBytes: s.LogBytes, Generations: []vector.Generation{}, Damage: []vector.Damage{}}
	for _, g := range s.Generations {
		d.Generations = append(d.Generations, vector.Generation(g))
	}
	for _, damage := range s.Damage {
		d.Damage = append(d.Damage, vector.Damage{At: damage.At, Object: damage.Key, Detail: damage.Detail})
	}
	if s.GenerationError != nil {
		d.GenerationError = wire.AsProblem(s.GenerationError).Detail
	}
	if s.Refusal != nil {
		d.Refusal = s.Refusal.Error()
	}
	return d
}

// The self-check of recall.
const (
	maxSample = 1000
	sampleK   = 10
)

// recall searches for some of an index's own vectors.
func (s *server) recall(r *http.Request, sample int) (checked *vector.Recall, err error) {
	err = s.inside(r, func(_ *index, open *durable.Index) error {
		recall, sampled, err := open.Engine().Recall(r.Context(), sample, sampleK, 0)
		checked = &vector.Recall{Sample: sampled, K: sampleK, Recall: recall}
		return err
	})
	return checked, err
}

// number reads a whole number from the query.
func number(r *http.Request, name string, without, least, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return without, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, wire.ErrBadRequest.Errorf("%s is %.40q; it takes a whole number from %d to %d", name, text, least, most)
	}
	return n, nil
}

func pageSize(r *http.Request) (int, error) { return number(r, "limit", 100, 1, vector.MaxPage) }
