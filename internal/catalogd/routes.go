package catalogd

import (
	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// maxRegistration bounds the body of a registration: ten thousand objects, a
// wide schema and a note fit.
const maxRegistration = 16 << 20

// Routes are the daemon's operations, for the specification.
func Routes() []service.Route { return (*daemon)(nil).routes() }

func (d *daemon) routes() []service.Route {
	unavailable := []*wire.Kind{wire.ErrNotReady, wire.ErrUnavailable}
	of := func(kinds ...*wire.Kind) []*wire.Kind { return append(kinds, unavailable...) }
	return append([]service.Route{
		{
			Method: "POST", Path: "/catalog/register", ID: "register_version", Access: service.Write, MaxBody: maxRegistration,
			Summary: "Register Parquet objects as a new version of a dataset",
			Headers: idempotency(),
			Body:    &service.Body{Type: catalog.Registration{}},
			Answers: []service.Answer{
				{Status: 201, Doc: "a new version", Type: catalog.Registered{}},
				{Status: 200, Doc: "the content, or the key, was there already", Type: catalog.Registered{}},
			},
			Errors: of(catalog.ErrBadName, storage.ErrBadKey, wire.ErrNotSupported, catalog.ErrSchemaDrift, catalog.ErrDatasetExists, catalog.ErrViewExists,
				catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrDatasetChanged, catalog.ErrIdempotencyReused, catalog.ErrBadObject, catalog.ErrBadSchema),
			Handle: d.handleRegister,
		},
		versioned(d, service.Route{
			Path: "/catalog/manifest/{name}", ID: "get_manifest",
			Summary: "A version of a dataset, the current one if none is named: its schema and its objects",
			Answers: []service.Answer{{Status: 200, Doc: "the manifest", Type: catalog.Manifest{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrVersionNotFound, catalog.ErrTagNotFound),
		}, (*engine).manifest),
		paged(d, service.Route{
			Path: "/catalog/list", ID: "list_datasets", Summary: "All datasets, by namespace and name", Errors: of(),
		}, afterName, (*engine).list),
		paged(d, service.Route{
			Path: "/catalog/versions/{name}", ID: "list_versions", Summary: "The versions of a dataset that are kept, newest first",
			Errors: of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView),
		}, beforeVersion, (*engine).versions),
		{
			Method: "GET", Path: "/catalog/diff/{name}", ID: "diff_versions", Access: service.Read,
			Summary: "What separates two versions of a dataset: columns, rows, files, bytes",
			Query: []service.Param{
				{Name: "from", Type: "string", Doc: "a version: a number, tag:NAME or an RFC 3339 time"},
				{Name: "to", Type: "string", Doc: "likewise; default: the current one"},
			},
			Answers: []service.Answer{{Status: 200, Doc: "the differences, rows counted by the files that hold them", Type: catalog.VersionDiff{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrVersionNotFound, catalog.ErrTagNotFound),
			Handle:  d.handleDiff,
		},
		{
			Method: "GET", Path: "/catalog/receipts/{name}", ID: "get_receipt", Access: service.Read,
			Summary: "What an earlier registration was answered, by its Idempotency-Key or its content",
			Query: []service.Param{
				{Name: "mode", Type: "string", Doc: "of the registration: replace (default), append, create or rewrite"},
				{Name: "content_hash", Type: "string", Doc: "of the registration"},
				{Name: "variant", Type: "string", Doc: "of the registration"},
				{Name: "allow_duplicate", Type: "boolean", Doc: "find by key alone: the same content is wanted once more"},
				{Name: "idempotency_key", Type: "string", Doc: "of the registration, within 24 hours"},
			},
			Answers: []service.Answer{{Status: 200, Doc: "the answer, with unchanged set", Type: catalog.Registered{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrReceiptNotFound, catalog.ErrIdempotencyReused),
			Handle:  d.handleReceipt,
		},
	}, append(d.changes(of), d.viewRoutes(of)...)...)
}
