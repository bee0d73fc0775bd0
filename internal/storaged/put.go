package storaged

import (
	"errors"
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (s *server) put(w http.ResponseWriter, r *http.Request) error {
	store, key, err := s.target(r)
	if err != nil {
		return err
	}
	cond, err := writeCondition(r.Header)
	if err != nil {
		return err
	}
	body, err := s.body(r)
	if err != nil {
		return err
	}
	leave, err := s.writes.take(key)
	if err != nil {
		s.metrics.refused.WithLabelValues(storage.ErrTooManyWrites.Code).Inc()
		return err
	}
	defer leave()
	object, created, err := store.Put(r.Context(), backend.Write{
		Key: key, Body: body, Size: r.ContentLength, Cond: cond, IntoReserve: intoReserve(r, key),
	})
	s.metrics.bytesIn.Add(float64(body.read))
	if err != nil {
		if errors.Is(err, storage.ErrDiskReserve) {
			s.metrics.refused.WithLabelValues(storage.ErrDiskReserve.Code).Inc()
		}
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	w.Header().Set("ETag", object.ETag)
	return wire.WriteJSON(w, status, storage.Stored{Key: key, Size: object.Size, ETag: object.ETag})
}

// intoReserve tells that a write is a daemon's, small, and said to be needed for
// clean-up.
func intoReserve(r *http.Request, key string) bool {
	return r.Header.Get(storage.HeaderReserve) != "" && storage.Reserved(key) != "" &&
		r.ContentLength >= 0 && r.ContentLength <= storage.MaxReserveWrite
}

// writeCondition reads the preconditions of a write. One that cannot be kept
// atomically is refused: ignored, it would lose an update.
func writeCondition(h http.Header) (storage.Condition, error) {
	for _, name := range []string{"If-Modified-Since", "If-Unmodified-Since", "If-Range", "Content-Range"} {
		if len(h.Values(name)) > 0 {
			return storage.Condition{}, wire.ErrNotSupported.Errorf("%s is not supported on writes; use If-Match with an ETag", name)
		}
	}
	match, noneMatch := strings.Join(h.Values("If-Match"), ","), strings.Join(h.Values("If-None-Match"), ",")
	switch {
	case match != "" && noneMatch != "":
		return storage.Condition{}, wire.ErrBadRequest.Errorf("If-Match and If-None-Match exclude each other on a write")
	case noneMatch != "" && noneMatch != "*":
		return storage.Condition{}, wire.ErrNotSupported.Errorf("on a write If-None-Match takes only *")
	case match != "" && !isOneStrongTag(match):
		return storage.Condition{}, wire.ErrNotSupported.Errorf("on a write If-Match takes one strong ETag, with its quotes")
	}
	return storage.Condition{IfMatch: match, IfNoneMatch: noneMatch == "*"}, nil
}

func isOneStrongTag(s string) bool {
	return len(s) >= 2 && s[0] == '"' && strings.IndexByte(s[1:], '"') == len(s)-2
}

func (s *server) delete(w http.ResponseWriter, r *http.Request) error {
	store, key, err := s.target(r)
	if err != nil {
		return err
	}
	for _, name := range []string{"If-Match", "If-None-Match", "If-Unmodified-Since", "If-Modified-Since"} {
		if len(r.Header.Values(name)) > 0 {
			return wire.ErrNotSupported.Errorf("%s is not supported on deletes", name)
		}
	}
	if err := store.Delete(r.Context(), key); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
