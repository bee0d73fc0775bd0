package storaged

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
)

// maxReopen bounds how often a read starts again because the object changed
// between its description and its bytes.
const maxReopen = 8

func (s *server) head(w http.ResponseWriter, r *http.Request) error {
	store, key, err := s.target(r)
	if err != nil {
		return err
	}
	object, err := store.Head(r.Context(), key)
	if err != nil {
		return err
	}
	verdict, err := precondition(r, object)
	if err != nil {
		return err
	}
	describe(w.Header(), object)
	if verdict == notModified {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Length", strconv.FormatInt(object.Size, 10))
	w.WriteHeader(http.StatusOK)
	return nil
}

func (s *server) get(w http.ResponseWriter, r *http.Request) error {
	store, key, err := s.target(r)
	if err != nil {
		return err
	}
	content, object, err := read(r, store, key)
	if err != nil {
		return err
	}
	describe(w.Header(), object)
	if content == nil {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	defer content.Body.Close()
	status := http.StatusOK
	if content.Partial {
		status = http.StatusPartialContent
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", content.Offset, content.Offset+content.Length-1, object.Size))
	}
	w.Header().Set("Content-Length", strconv.FormatInt(content.Length, 10))
	w.WriteHeader(status)
	n, err := io.CopyN(w, content.Body, content.Length) // sendfile, where the body is a file
	s.metrics.bytesOut.Add(float64(n))
	if err != nil {
		return fmt.Errorf("object cut after %d of %d bytes: %w", n, content.Length, err)
	}
	return nil
}

// read opens the version of an object for which the request's preconditions
// hold, or returns no content for one that is not modified.
func read(r *http.Request, store backend.Store, key string) (*backend.Content, storage.Object, error) {
	if !hasPrecondition(r) {
		content, err := store.Get(r.Context(), key, backend.ParseRange(r.Header.Get("Range")))
		if err != nil {
			return nil, storage.Object{}, err
		}
		return content, content.Object, nil
	}
	for range maxReopen {
		object, err := store.Head(r.Context(), key)
		if err != nil {
			return nil, object, err
		}
		verdict, err := precondition(r, object)
		if err != nil || verdict == notModified {
			return nil, object, err
		}
		rng := backend.ParseRange(r.Header.Get("Range"))
		if verdict == wholeOnly {
			rng = nil
		}
		content, err := store.Get(r.Context(), key, rng)
		if err != nil {
			return nil, object, err
		}
		if content.ETag == object.ETag {
			return content, object, nil
		}
		if err := content.Body.Close(); err != nil {
			return nil, object, err
		}
	}
	return nil, storage.Object{}, errors.New("the object changed at every attempt to read it")
}

// describe writes what all answers say of an object. Its bytes are a user's: no
// browser may take them for a page of this origin.
func describe(h http.Header, o storage.Object) {
	h.Set("ETag", o.ETag)
	h.Set("Last-Modified", o.ModifiedAt.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("X-Content-Type-Options", "nosniff")
}
