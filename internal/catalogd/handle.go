package catalogd

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
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
