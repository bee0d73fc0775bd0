package catalogd

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	defaultPage = 100
	maxPage     = 1000
)

// paged makes a route one that answers with a page of a listing: begin reads where it
// begins, and page gives it.
func paged[B, P any](d *daemon, route service.Route, begin func(*http.Request) (B, error), page func(*engine, context.Context, B, int) (P, error)) service.Route {
	route.Method, route.Access = http.MethodGet, service.Read
	route.Query = []service.Param{
		{Name: "cursor", Type: "string", Doc: "next_cursor of the page before"},
		{Name: "limit", Type: "integer", Doc: "entries on a page; default 100, at most 1000"},
	}
	route.Answers = []service.Answer{{Status: http.StatusOK, Doc: "one page", Type: *new(P)}}
	route.Handle = func(w http.ResponseWriter, r *http.Request) error {
		limit, err := pageLimit(r)
		if err != nil {
			return err
		}
		from, err := begin(r)
		if err != nil {
			return err
		}
		e, err := d.ready()
		if err != nil {
			return err
		}
		found, err := page(e, r.Context(), from, limit)
		if err != nil {
			return err
		}
		return wire.WriteJSON(w, http.StatusOK, found)
	}
	return route
}

// versioned makes a route one that answers with a version of what its path names.
func versioned[V any](d *daemon, route service.Route, version func(*engine, context.Context, string, catalog.At) (V, error)) service.Route {
	route.Method, route.Access, route.Query = http.MethodGet, service.Read, byVersion()
	route.Handle = func(w http.ResponseWriter, r *http.Request) error {
		at, err := readAt(r.URL.Query(), "version", "as_of", "tag")
		if err != nil {
			return err
		}
		e, err := d.ready()
		if err != nil {
			return err
		}
		found, err := version(e, r.Context(), chi.URLParam(r, "name"), at)
		if err != nil {
			return err
		}
		return wire.WriteJSON(w, http.StatusOK, found)
	}
	return route
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

// afterName reads where a page of names begins.
func afterName(r *http.Request) (after catalog.Name, err error) {
	cursor := r.URL.Query().Get("cursor")
	if cursor == "" {
		return after, nil
	}
	if after, err = catalog.ParseName(cursor); err != nil {
		return after, badCursor(cursor)
	}
	return after, nil
}

// beforeVersion reads where a page of the history of the path's name begins.
func beforeVersion(r *http.Request) (from inHistory, err error) {
	from.name = chi.URLParam(r, "name")
	cursor := r.URL.Query().Get("cursor")
	if cursor == "" {
		return from, nil
	}
	if from.before, err = strconv.ParseInt(cursor, 10, 64); err != nil || from.before < 1 {
		return from, badCursor(cursor)
	}
	return from, nil
}

// afterDropped reads where a page of what was dropped begins.
func afterDropped(r *http.Request) (from amongDropped, err error) {
	cursor := r.URL.Query().Get("cursor")
	if cursor == "" {
		return from, nil
	}
	name, id, _ := strings.Cut(cursor, "/")
	if from.after, err = catalog.ParseName(name); err != nil || !catalog.IsID(id) {
		return from, badCursor(cursor)
	}
	from.id = id
	return from, nil
}

func badCursor(cursor string) error {
	return badParameter("cursor", cursor, "the next_cursor of a listing")
}
