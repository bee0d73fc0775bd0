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
		{
			Method: "GET", Path: catalog.ViewsPath, ID: "list_views", Access: service.Read,
			Summary: "All views, by namespace and name",
			Query:   []service.Param{pageCursor(), pageSize()},
			Answers: []service.Answer{{Status: 200, Doc: "one page", Type: catalog.Views{}}},
			Errors:  of(),
			Handle:  d.handleViews,
		},
		{
			Method: "GET", Path: one, ID: "get_view", Access: service.Read,
			Summary: "A version of a view, the current one if none is named: its statement, its columns and what it reads",
			Query:   byVersion(),
			Answers: []service.Answer{{Status: 200, Doc: "the view", Type: catalog.View{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrViewNotFound, catalog.ErrVersionNotFound, catalog.ErrTagNotFound),
			Handle:  d.handleView,
		},
		{
			Method: "GET", Path: one + "/versions", ID: "list_view_versions", Access: service.Read,
			Summary: "The versions of a view that are kept, newest first",
			Query:   []service.Param{pageCursor(), pageSize()},
			Answers: []service.Answer{{Status: 200, Doc: "one page", Type: catalog.ViewVersions{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrViewNotFound),
			Handle:  d.handleViewVersions,
		},
		{
			Method: "DELETE", Path: one, ID: "drop_view", Access: service.Write, Headers: idempotency(),
			Summary: "Drop a view; it can be restored for a while",
			Answers: []service.Answer{{Status: 200, Doc: "it is dropped, and can be restored until the time given", Type: catalog.DroppedView{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrViewNotFound, catalog.ErrIdempotencyReused),
			Handle:  d.handleDropView,
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
			Handle:  d.handleRestoreView,
		},
		{
			Method: "GET", Path: "/catalog/dropped/views", ID: "list_dropped_views", Access: service.Read,
			Summary: "The dropped views that can be restored",
			Query:   []service.Param{pageCursor(), pageSize()},
			Answers: []service.Answer{{Status: 200, Doc: "one page", Type: catalog.DroppedViews{}}},
			Errors:  of(),
			Handle:  d.handleDroppedViews,
		},
	}
}
