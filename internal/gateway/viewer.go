package gateway

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/docs/api"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

//go:embed docsui/index.html docsui/init.js docsui/*.gz docsui/LICENSE docsui/NOTICE docsui/*.txt
var docsui embed.FS

// contentPolicy lets the page take everything from the gateway and nothing from
// anywhere else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// viewer serves the specification and the page that shows it, from memory.
type viewer struct {
	document file
	files    map[string]file
}

// file is one thing to serve, kept as gzip.
type file struct {
	media  string
	packed []byte
	etag   string
}

func newViewer() (viewer, error) {
	v := viewer{files: map[string]file{}}
	var err error
	if v.document, err = pack("application/json", []byte(api.Document)); err != nil {
		return v, err
	}
	entries, err := docsui.ReadDir("docsui")
	if err != nil {
		return v, fmt.Errorf("the viewer's files: %w", err)
	}
	for _, entry := range entries {
		content, err := docsui.ReadFile("docsui/" + entry.Name())
		if err != nil {
			return v, fmt.Errorf("the viewer's files: %w", err)
		}
		name, packed := strings.CutSuffix(entry.Name(), ".gz")
		f := file{media: mediaType(name), packed: content, etag: etag(content)}
		if !packed {
			if f, err = pack(f.media, content); err != nil {
				return v, err
			}
		}
		v.files[name] = f
	}
	return v, nil
}

func pack(media string, content []byte) (file, error) {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(content); err != nil {
		return file{}, err
	}
	if err := w.Close(); err != nil {
		return file{}, err
	}
	return file{media: media, packed: buf.Bytes(), etag: etag(content)}, nil
}

func etag(content []byte) string { return fmt.Sprintf(`W/"%x"`, sha256.Sum256(content)) }

func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

func (v viewer) spec(w http.ResponseWriter, r *http.Request) error { return v.document.serve(w, r) }

func (v viewer) page(w http.ResponseWriter, r *http.Request) error {
	return v.files["index.html"].serve(w, r)
}

func (v viewer) asset(w http.ResponseWriter, r *http.Request) error {
	f, ok := v.files[path.Base(r.URL.Path)]
	if !ok {
		return wire.ErrRouteNotFound.Errorf("the page at /docs has no file of this name")
	}
	return f.serve(w, r)
}

func (f file) serve(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", contentPolicy)
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, err := w.Write(f.packed)
		return err
	}
	content, err := gzip.NewReader(bytes.NewReader(f.packed))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, content)
	return err
}
