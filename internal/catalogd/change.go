package catalogd

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// change commits an edit of what the path names and answers with its result: status
// made where it changed something, else 200.
func (d *daemon) change(w http.ResponseWriter, r *http.Request, made int, op string, of func(catalog.Name) alteration, params ...any) error {
	n, err := catalog.ParseName(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	ed, err := newEdit(op, of(n), r.Header.Get(wire.HeaderIdempotencyKey), append(params, n.String())...)
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
	return wire.WriteJSON(w, made, ed.result())
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

// drop serves the drop of what the path names.
func (d *daemon) drop(op string, of func(catalog.Name) alteration) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return d.change(w, r, http.StatusOK, op, of) }
}

func (d *daemon) handleDescribe(w http.ResponseWriter, r *http.Request) error {
	var texts catalog.Description
	if err := wire.ReadJSON(r, &texts); err != nil {
		return err
	}
	if err := checkDescription(texts); err != nil {
		return err
	}
	return d.change(w, r, http.StatusOK, "describe", func(n catalog.Name) alteration { return &describe{name: n, texts: texts} }, texts)
}

// restore serves a dropped one's return under the path's name.
func restore[T, D any](d *daemon, op string, k kind[T, D]) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := r.URL.Query().Get(k.idParam())
		if id != "" && !catalog.IsID(id) {
			return badParameter(k.idParam(), id, "a UUID in lower case, as GET "+k.waiting+" gives it")
		}
		return d.change(w, r, http.StatusOK, op, func(n catalog.Name) alteration { return k.restore(n, id) }, id)
	}
}

func (d *daemon) handleRename(w http.ResponseWriter, r *http.Request) error {
	from, err := catalog.ParseName(chi.URLParam(r, "name"))
	if err != nil {
		return err
	}
	to, err := catalog.ParseName(r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	if err := checkRename(from, to); err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	key := r.Header.Get(wire.HeaderIdempotencyKey)
	answer, err := e.rename(r.Context(), &rename{name: from, to: to, op: catalog.NewID(), key: key}, key)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, answer)
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
