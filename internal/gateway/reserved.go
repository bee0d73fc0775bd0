package gateway

import (
	"net/http"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

const objectsPath = "/v1/storage/objects"

// refuseReserved keeps writes out of the folders that belong to the daemons. It
// looks at the key as storaged will: decoded once. A key that storaged would
// refuse for its form is refused here already, so that no other reading of it
// can slip through.
func refuseReserved(next service.Handler) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if key, ok := strings.CutPrefix(r.URL.Path, objectsPath+"/"); ok && writes(r.Method) {
			if folder := storage.Reserved(key); folder != "" {
				return storage.ErrReservedKey.Errorf("%s belongs to the daemons; write under another prefix, or through the catalog and ingest APIs", folder).
					With("prefix", folder)
			}
			if err := storage.CheckKey(key); err != nil {
				return err
			}
		}
		return next(w, r)
	}
}

func writes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}
