package catalogd

import (
	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// byVersion are the parameters that name a version.
func byVersion() []service.Param {
	return []service.Param{
		{Name: "version", Type: "integer", Doc: "by its number"},
		{Name: "as_of", Type: "string", Doc: "the one that was current at this RFC 3339 time"},
		{Name: "tag", Type: "string", Doc: "the one that has this tag"},
	}
}

func idempotency() []service.Param {
	return []service.Param{{Name: wire.HeaderIdempotencyKey, Type: "string", Doc: "a retry with the same key and the same request gets the first answer, for 24 hours"}}
}

// changes are the operations that change a dataset and bring no objects. of adds
// the errors that all have.
func (d *daemon) changes(of func(...*wire.Kind) []*wire.Kind) []service.Route {
	tag := service.Param{Name: "tag", Type: "string", Doc: "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}, but not main"}
	return []service.Route{
		{
			Method: "POST", Path: "/catalog/rollback/{name}", ID: "rollback_dataset", Access: service.Write, Headers: idempotency(),
			Summary: "Make a new version with the content and the schema of an older one",
			Query:   byVersion(),
			Answers: []service.Answer{
				{Status: 201, Doc: "a new version", Type: catalog.RolledBack{}},
				{Status: 200, Doc: "the current version has that content and schema already, or the key had its answer", Type: catalog.RolledBack{}},
			},
			Errors: of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrVersionNotFound, catalog.ErrTagNotFound, catalog.ErrIdempotencyReused),
			Handle: d.handleRollback,
		},
		{
			Method: "DELETE", Path: "/catalog/datasets/{name}", ID: "drop_dataset", Access: service.Write, Headers: idempotency(),
			Summary: "Drop a dataset; it can be restored for a while",
			Answers: []service.Answer{{Status: 200, Doc: "it is dropped, and can be restored until the time given", Type: catalog.Dropped{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrIdempotencyReused),
			Handle:  d.drop("drop", datasets().drop),
		},
		{
			Method: "PATCH", Path: "/catalog/datasets/{name}", ID: "describe_dataset", Access: service.Write, Headers: idempotency(),
			Summary: "Say what a dataset and its columns are",
			Body:    &service.Body{Type: catalog.Description{}},
			Answers: []service.Answer{{Status: 200, Doc: "all that is said of it now", Type: catalog.Described{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrIdempotencyReused),
			Handle:  d.handleDescribe,
		},
		{
			Method: "POST", Path: "/catalog/restore/{name}", ID: "restore_dataset", Access: service.Write, Headers: idempotency(),
			Summary: "Bring a dropped dataset back under its name",
			Query:   []service.Param{{Name: "dataset_id", Type: "string", Doc: "which one, where several of the name were dropped"}},
			Answers: []service.Answer{{Status: 200, Doc: "it is there again, as it was dropped", Type: catalog.Dataset{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDroppedNotFound, catalog.ErrDroppedAmbiguous, catalog.ErrDatasetExists, catalog.ErrViewExists, catalog.ErrIdempotencyReused),
			Handle:  restore(d, "restore", datasets()),
		},
		paged(d, service.Route{
			Path: "/catalog/dropped", ID: "list_dropped", Summary: "The dropped datasets that can be restored", Errors: of(),
		}, afterDropped, (*engine).dropped),
		{
			Method: "POST", Path: "/catalog/rename/{name}", ID: "rename_dataset", Access: service.Write, Headers: idempotency(),
			Summary: "Give a dataset another name",
			Query:   []service.Param{{Name: "to", Type: "string", Doc: "the new name, which has to be free"}},
			Answers: []service.Answer{{Status: 200, Doc: "it has that name, and nothing else changed", Type: catalog.Renamed{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrDatasetExists, catalog.ErrViewExists, catalog.ErrIdempotencyReused),
			Handle:  d.handleRename,
		},
		{
			Method: "POST", Path: "/catalog/tag/{name}", ID: "tag_version", Access: service.Write, Headers: idempotency(),
			Summary: "Give a version of a dataset a tag, which keeps it from expiry",
			Query: []service.Param{
				tag,
				{Name: "version", Type: "integer", Doc: "default: the current one"},
				{Name: "move", Type: "boolean", Doc: "take the tag from the version that has it"},
			},
			Answers: []service.Answer{
				{Status: 201, Doc: "the version has the tag", Type: catalog.Tagged{}},
				{Status: 200, Doc: "it had it already", Type: catalog.Tagged{}},
			},
			Errors: of(catalog.ErrBadName, catalog.ErrBadTag, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrVersionNotFound, catalog.ErrTagExists, catalog.ErrIdempotencyReused),
			Handle: d.handleTag,
		},
		{
			Method: "DELETE", Path: "/catalog/tag/{name}", ID: "untag_version", Access: service.Write, Headers: idempotency(),
			Summary: "Take a tag away; its version may expire then",
			Query:   []service.Param{tag},
			Answers: []service.Answer{{Status: 200, Doc: "what the tag named", Type: catalog.Tagged{}}},
			Errors:  of(catalog.ErrBadName, catalog.ErrBadTag, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrTagNotFound, catalog.ErrIdempotencyReused),
			Handle:  d.handleUntag,
		},
	}
}
