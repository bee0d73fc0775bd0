package catalogd

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
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

func (d *daemon) handleDrop(w http.ResponseWriter, r *http.Request) error {
	return d.change(w, r, http.StatusOK, "drop", func(n catalog.Name) alteration { return &drop{name: n, of: aDataset} })
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

func (d *daemon) handleRestore(w http.ResponseWriter, r *http.Request) error {
	id := r.URL.Query().Get("dataset_id")
	if id != "" && !validID(id) {
		return badParameter("dataset_id", id, "a UUID in lower case, as GET /catalog/dropped gives it")
	}
	return d.change(w, r, http.StatusOK, "restore", func(n catalog.Name) alteration { return &restoring{name: n, of: roomForDataset, id: id} }, id)
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

func (d *daemon) handleDropped(w http.ResponseWriter, r *http.Request) error {
	limit, err := pageLimit(r)
	if err != nil {
		return err
	}
	after, id, err := droppedCursor(r.URL.Query())
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	page, err := e.dropped(r.Context(), after, id, limit)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, page)
}

// droppedCursor reads where a page of what was dropped begins: after the id of a name.
func droppedCursor(q url.Values) (after catalog.Name, id string, err error) {
	cursor := q.Get("cursor")
	if cursor == "" {
		return after, "", nil
	}
	name, id, _ := strings.Cut(cursor, "/")
	if after, err = catalog.ParseName(name); err != nil || !validID(id) {
		return after, id, badParameter("cursor", cursor, "the next_cursor of a listing")
	}
	return after, id, nil
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
