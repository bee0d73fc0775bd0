package catalogd

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

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
	ed, err := newEdit("register_view", c, r.Header.Get(wire.HeaderIdempotencyKey), c.name.String(), c.Mode, c.SQL, c.Description, c.BaseVersion)
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

func (d *daemon) handleView(w http.ResponseWriter, r *http.Request) error {
	at, err := readAt(r.URL.Query(), "version", "as_of", "tag")
	if err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	v, err := e.view(r.Context(), chi.URLParam(r, "name"), at)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, v)
}

func (d *daemon) handleViews(w http.ResponseWriter, r *http.Request) error {
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
	page, err := e.views(r.Context(), after, limit)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, page)
}

func (d *daemon) handleViewVersions(w http.ResponseWriter, r *http.Request) error {
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
	page, err := e.viewVersions(r.Context(), chi.URLParam(r, "name"), before, limit)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, page)
}

func (d *daemon) handleDropView(w http.ResponseWriter, r *http.Request) error {
	return d.change(w, r, http.StatusOK, "drop_view", func(n catalog.Name) alteration { return &drop{name: n, of: aView} })
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

func (d *daemon) handleRestoreView(w http.ResponseWriter, r *http.Request) error {
	id := r.URL.Query().Get("view_id")
	if id != "" && !validID(id) {
		return badParameter("view_id", id, "a UUID in lower case, as GET /catalog/dropped/views gives it")
	}
	return d.change(w, r, http.StatusOK, "restore_view", func(n catalog.Name) alteration { return &restoring{name: n, of: roomForView, id: id} }, id)
}

func (d *daemon) handleDroppedViews(w http.ResponseWriter, r *http.Request) error {
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
	page, err := e.droppedViews(r.Context(), after, id, limit)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, page)
}

// nameCursor reads where a page of a listing begins: after a name.
func nameCursor(q url.Values) (after catalog.Name, err error) {
	cursor := q.Get("cursor")
	if cursor == "" {
		return after, nil
	}
	if after, err = catalog.ParseName(cursor); err != nil {
		return after, badParameter("cursor", cursor, "the next_cursor of a listing")
	}
	return after, nil
}

// versionCursor reads where a page of a history begins: before a version, 0 for the
// newest.
func versionCursor(q url.Values) (before int64, err error) {
	cursor := q.Get("cursor")
	if cursor == "" {
		return 0, nil
	}
	if before, err = strconv.ParseInt(cursor, 10, 64); err != nil || before < 1 {
		return 0, badParameter("cursor", cursor, "the next_cursor of a listing")
	}
	return before, nil
}
