package storaged

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	objectPrefix = "/storage/objects/"
	maxLimit     = 1000
)

// target gives the bucket and the key that a request names. The key is decoded
// once, from the path as it was sent: %2F is a slash, %252F is "%2F". Whatever is
// done to an object, a condition without a value is refused first.
func (s *server) target(r *http.Request) (backend.Store, string, error) {
	escaped := strings.TrimPrefix(r.URL.EscapedPath(), objectPrefix)
	key, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, "", storage.ErrBadKey.Errorf("the key cannot be decoded: %v", err)
	}
	if err := storage.CheckKey(key); err != nil {
		return nil, "", err
	}
	if err := refuseEmpty(r.Header); err != nil {
		return nil, "", err
	}
	store, err := s.bucket(r.URL.Query().Get("bucket"))
	return store, key, err
}

// page reads the parameters of a listing.
func page(r *http.Request) (backend.Page, error) {
	q := r.URL.Query()
	p := backend.Page{Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), Cursor: q.Get("cursor"), Limit: maxLimit}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return p, wire.ErrBadRequest.Errorf("limit %q is not a number from 1 to %d", text, maxLimit).With("limit", maxLimit)
		}
		p.Limit = n
	}
	return p, storage.CheckPrefix(p.Prefix)
}
