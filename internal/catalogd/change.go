package catalogd

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// change commits an edit of the dataset that the path names and answers with its
// result: status made where it changed something, else 200.
func (d *daemon) change(w http.ResponseWriter, r *http.Request, made int, op string, of func(catalog.Name) alteration, params ...any) error {
	n, err := catalog.ParseName(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	a := of(n)
	ed, err := newEdit(op, a, r.Header.Get(wire.HeaderIdempotencyKey), append(params, n.String())...)
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	changed, err := e.edit(r.Context(), n, ed)
	if err != nil {
		return err
	}
	if !changed {
		made = http.StatusOK
	}
	return wire.WriteJSON(w, made, a.result())
}

func (d *daemon) handleRollback(w http.ResponseWriter, r *http.Request) error {
	to, err := readAt(r.URL.Query(), "version", "tag", "as_of")
	if err != nil {
		return err
	}
	if to == (catalog.At{}) {
		return wire.ErrBadRequest.Errorf("say to what: version=2, tag=payroll-w44 or as_of=2026-11-01T00:00:00Z")
	}
	return d.change(w, r, http.StatusCreated, "rollback", func(n catalog.Name) alteration { return &rollback{name: n, to: to} }, to)
}

func (d *daemon) handleTag(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	tag := q.Get("tag")
	if err := checkTag(tag); err != nil {
		return err
	}
	at, err := readAt(q, "version")
	if err != nil {
		return err
	}
	move, err := yes(q, "move")
	if err != nil {
		return err
	}
	return d.change(w, r, http.StatusCreated, "tag", func(n catalog.Name) alteration {
		return &tagging{name: n, tag: tag, at: at, move: move}
	}, tag, at, move)
}

func (d *daemon) handleUntag(w http.ResponseWriter, r *http.Request) error {
	tag := r.URL.Query().Get("tag")
	if err := checkTag(tag); err != nil {
		return err
	}
	return d.change(w, r, http.StatusOK, "untag", func(n catalog.Name) alteration {
		return &untagging{name: n, tag: tag}
	}, tag)
}

// yes reads a boolean parameter; one that is not given is false.
func yes(q url.Values, name string) (bool, error) {
	switch q.Get(name) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, badParameter(name, q.Get(name), "true or false")
}
