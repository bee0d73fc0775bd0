package storaged

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	store, err := s.bucket(r.URL.Query().Get("bucket"))
	if err != nil {
		return err
	}
	listing, err := store.List(r.Context(), p)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, listing)
}

func (s *server) listBuckets(w http.ResponseWriter, _ *http.Request) error {
	answer := storage.Buckets{Buckets: make([]storage.Bucket, len(s.buckets))}
	for i, b := range s.buckets {
		answer.Buckets[i] = b.store.Describe()
		answer.Buckets[i].Default, answer.Buckets[i].MaxObjectBytes = i == 0, s.config.MaxObjectBytes
	}
	return wire.WriteJSON(w, http.StatusOK, answer)
}
