package catalogd

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// registerView is the sort of edit that a registration of a view is.
const registerView = "register_view"

// handleRegisterView keeps what queryd has bound. What a key stands for is the
// request of the user, and not what the statement was bound to.
func (d *daemon) handleRegisterView(w http.ResponseWriter, r *http.Request) error {
	var body catalog.ViewRegistration
	if err := wire.ReadJSON(r, &body); err != nil {
		return err
	}
	c, err := newViewing(body)
	if err != nil {
		return err
	}
	digest, err := body.Digest()
	if err != nil {
		return err
	}
	ed, err := newEdit(registerView, c, r.Header.Get(wire.HeaderIdempotencyKey), digest)
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	changed, err := e.edit(r.Context(), c.name, ed)
	if err != nil {
		return err
	}
	made := http.StatusOK
	if changed && !c.answer.Unchanged { // else a new description at most
		made = http.StatusCreated
	}
	return wire.WriteJSON(w, made, c.answer)
}

func (d *daemon) handleViewReceipt(w http.ResponseWriter, r *http.Request) error {
	e, err := d.ready()
	if err != nil {
		return err
	}
	q := r.URL.Query()
	answer, err := e.viewReceipt(r.Context(), chi.URLParam(r, "name"), q.Get("idempotency_key"), q.Get("digest"))
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, answer)
}

func (d *daemon) handleDescribeView(w http.ResponseWriter, r *http.Request) error {
	var body catalog.ViewDescription
	if err := wire.ReadJSON(r, &body); err != nil {
		return err
	}
	if err := checkDescription(catalog.Description{Description: &body.Description}); err != nil {
		return err
	}
	return d.change(w, r, http.StatusOK, "describe_view", func(n catalog.Name) alteration {
		return &describing{name: n, text: body.Description}
	}, body)
}
