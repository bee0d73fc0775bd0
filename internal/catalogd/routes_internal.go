package catalogd

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// internalRoutes are what daemons ask of each other: no mount of the gateway leads
// there, and the specification does not show them.
func (d *daemon) internalRoutes() []service.Route {
	return []service.Route{{
		Method: "POST", Path: catalog.PurgePath, ID: "purge", Access: service.Write, MaxBody: maxRegistration,
		Summary: "Take versions, and all that no version names, away at once",
		Body:    &service.Body{Type: catalog.Purge{}},
		Answers: []service.Answer{{Status: 200, Doc: "what went", Type: catalog.Purged{}}},
		Errors:  []*wire.Kind{catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrDatasetChanged, wire.ErrNotReady, wire.ErrUnavailable},
		Handle:  d.handlePurge,
	}, {
		Method: "POST", Path: catalog.RegisterViewPath, ID: "register_view", Access: service.Write, MaxBody: maxRegistration,
		Summary: "Keep a view that queryd has bound", Headers: idempotency(),
		Body: &service.Body{Type: catalog.ViewRegistration{}},
		Answers: []service.Answer{
			{Status: 201, Doc: "a new version", Type: catalog.RegisteredView{}},
			{Status: 200, Doc: "the current version is that, or the key had its answer", Type: catalog.RegisteredView{}},
		},
		Errors: []*wire.Kind{catalog.ErrBadName, catalog.ErrBadSchema, catalog.ErrDatasetExists, catalog.ErrViewExists, catalog.ErrViewChanged,
			catalog.ErrIdempotencyReused, wire.ErrNotReady, wire.ErrUnavailable},
		Handle: d.handleRegisterView,
	}, {
		Method: "GET", Path: catalog.RegisterViewPath + "/{name}/receipt", ID: "get_view_receipt", Access: service.Read,
		Summary: "What an earlier registration of a view was answered, by its Idempotency-Key",
		Query: []service.Param{
			{Name: "idempotency_key", Type: "string", Doc: "of the registration, within 24 hours"},
			{Name: "digest", Type: "string", Doc: "of what it asked for"},
		},
		Answers: []service.Answer{{Status: 200, Doc: "the answer", Type: catalog.RegisteredView{}}},
		Errors:  []*wire.Kind{catalog.ErrBadName, catalog.ErrReceiptNotFound, catalog.ErrIdempotencyReused, wire.ErrNotReady, wire.ErrUnavailable},
		Handle:  d.handleViewReceipt,
	}, versioned(d, service.Route{
		Path: catalog.RelationPath + "{name}", ID: "get_relation", Summary: "A version of what a name has, a dataset or a view",
		Answers: []service.Answer{{Status: 200, Doc: "the one or the other", Type: catalog.Relation{}}},
		Errors: []*wire.Kind{catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrViewNotFound, catalog.ErrVersionNotFound, catalog.ErrTagNotFound,
			wire.ErrNotReady, wire.ErrUnavailable},
	}, (*engine).relation)}
}

func (d *daemon) handlePurge(w http.ResponseWriter, r *http.Request) error {
	var p catalog.Purge
	if err := wire.ReadJSON(r, &p); err != nil {
		return err
	}
	e, err := d.ready()
	if err != nil {
		return err
	}
	done, err := e.purge(r.Context(), p)
	if err != nil {
		return err
	}
	return wire.WriteJSON(w, http.StatusOK, done)
}
