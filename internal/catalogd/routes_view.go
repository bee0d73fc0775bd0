package catalogd

import (
	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// viewRoutes are the operations on views but for their registration, which queryd
// serves. of adds the errors that all have.
func (d *daemon) viewRoutes(of func(...*wire.Kind) []*wire.Kind) []service.Route {
	const one = catalog.ViewsPath + "/{name}"
	return []service.Route{
		paged(d, service.Route{
			Path: catalog.ViewsPath, ID: "list_views", Summary: "All views, by namespace and name", Errors: of(),
		}, afterName, (*engine).views),
		versioned(d, service.Route{
			Path: one, ID: "get_view",
			Summary: "A version of a view, the current one if none is named: its statement, its columns and what it reads",
			Answers: []service.Answer{{Status: 200, Doc: "the view", Type: catalog.View{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrViewNotFound, catalog.ErrVersionNotFound, catalog.ErrTagNotFound),
		}, (*engine).view),
		paged(d, service.Route{
			Path: one + "/versions", ID: "list_view_versions", Summary: "The versions of a view that are kept, newest first",
			Errors: of(catalog.ErrBadName, catalog.ErrViewNotFound),
		}, beforeVersion, (*engine).viewVersions),
		{
			Method: "DELETE", Path: one, ID: "drop_view", Access: service.Write, Headers: idempotency(),
			Summary: "Drop a view; it can be restored for a while",
			Answers: []service.Answer{{Status: 200, Doc: "it is dropped, and can be restored until the time given", Type: catalog.DroppedView{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrViewNotFound, catalog.ErrIdempotencyReused),
			Handle:  d.drop("drop_view", views().drop),
		},
		{
			Method: "PATCH", Path: one, ID: "describe_view", Access: service.Write, Headers: idempotency(),
			Summary: "Say what a view is",
			Body:    &service.Body{Type: catalog.ViewDescription{}},
			Answers: []service.Answer{{Status: 200, Doc: "the view", Type: catalog.View{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrViewNotFound, catalog.ErrIdempotencyReused),
			Handle:  d.handleDescribeView,
		},
		{
			Method: "POST", Path: one + "/restore", ID: "restore_view", Access: service.Write, Headers: idempotency(),
			Summary: "Bring a dropped view back under its name",
			Query:   []service.Param{{Name: "view_id", Type: "string", Doc: "which one, where several of the name were dropped"}},
			Answers: []service.Answer{{Status: 200, Doc: "it is there again, as it was dropped", Type: catalog.View{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDroppedNotFound, catalog.ErrDroppedAmbiguous, catalog.ErrDatasetExists, catalog.ErrViewExists, catalog.ErrIdempotencyReused),
			Handle:  restore(d, "restore_view", views()),
		},
		paged(d, service.Route{
			Path: "/catalog/dropped/views", ID: "list_dropped_views", Summary: "The dropped views that can be restored", Errors: of(),
		}, afterDropped, (*engine).droppedViews),
	}
}
