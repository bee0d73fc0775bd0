package catalogd

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	defaultPage = 100
	maxPage     = 1000
)

func (d *daemon) handleRegister(w http.ResponseWriter, r *http.Request) error {
	body, err := readRegistration(r)
	if err != nil {
		return err
	}
	reg, err := newRegistration(body, r.Header.Get(wire.HeaderIdempotencyKey))
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	answer, created, err := e.register(r.Context(), reg)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return wire.WriteJSON(w, status, answer)
}

func (d *daemon) handleManifest(w http.ResponseWriter, r *http.Request) error {
	at, err := readAt(r.URL.Query(), "version", "as_of", "tag")
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	m, err := e.manifest(r.Context(), chi.URLParam(r, "name"), at)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, m)
}

func (d *daemon) handleList(w http.ResponseWriter, r *http.Request) error {
	limit, err := pageLimit(r)
	if err != nil {
		return err
	}
	after, err := nameCursor(r.URL.Query())
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	page, err := e.list(r.Context(), after, limit)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, page)
}

func (d *daemon) handleVersions(w http.ResponseWriter, r *http.Request) error {
	limit, err := pageLimit(r)
	if err != nil {
		return err
	}
	before, err := versionCursor(r.URL.Query())
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	page, err := e.versions(r.Context(), chi.URLParam(r, "name"), before, limit)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, page)
}

func (d *daemon) handleReceipt(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	mode := catalog.Mode(q.Get("mode"))
	switch mode {
	case "":
		mode = catalog.Replace
	case catalog.Replace, catalog.Append, catalog.Create, catalog.Rewrite:
	default:
		return badParameter("mode", string(mode), "replace, append, create or rewrite")
	}
	of := catalog.ReceiptOf{Name: chi.URLParam(r, "name"), Mode: mode, ContentHash: q.Get("content_hash"), Variant: q.Get("variant")}
	switch wanted := q.Get("allow_duplicate"); wanted {
	case "", "false":
	case "true":
		of.AllowDuplicate = true
	default:
		return badParameter("allow_duplicate", wanted, "true or false")
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	answer, err := e.receipt(r.Context(), of, q.Get("idempotency_key"))
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, answer)
}

func pageLimit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, badParameter("limit", text, "a number from 1 to "+strconv.Itoa(maxPage))
	}
	return min(n, maxPage), nil
}
