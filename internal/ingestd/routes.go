package ingestd

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Routes are the daemon's operations, for the specification.
func Routes() []service.Route { return (*ingestd)(nil).routes() }

func (d *ingestd) routes() []service.Route {
	return []service.Route{{
		Method: http.MethodPost, Path: "/ingest", ID: "ingest", Access: service.Write, MaxBody: service.Unbounded,
		Summary: "Load a file as a new version of a dataset",
		Query: []service.Param{
			{Name: "name", Type: "string", Doc: "dataset, as name or namespace.name; default: after the form's file name"},
			{Name: "mode", Type: "string", Doc: "replace (default), append, create, or upsert to replace the rows with the same key"},
			{Name: "schema", Type: "string", Doc: "strict (default), evolve to add and widen columns, or replace to take the file's own schema"},
			{Name: "on_error", Type: "string", Doc: "reject (default), or quarantine to keep bad rows in NAME__quarantine"},
			{Name: "format", Type: "string", Doc: "csv, json or parquet; default: found out by the media type, else by the content"},
			{Name: "delimiter", Type: "string", Doc: "comma, semicolon, tab or pipe; default: sniffed"},
			{Name: "quote", Type: "string", Doc: "double (default), single or none; with delimiter"},
			{Name: "comment", Type: "string", Doc: "what begins a line that is left out: none (default), hash, percent, semicolon or exclamation; with delimiter"},
			{Name: "escape", Type: "string", Doc: "of quotes inside of quotes: double (default), or backslash; with delimiter"},
			{Name: "skip", Type: "integer", Doc: "lines before the header"},
			{Name: "encoding", Type: "string", Doc: "of a text, such as windows-1250; default: UTF-8, or UTF-16 or Windows-1252 where the file is certainly that"},
			{Name: "header", Type: "boolean", Doc: "whether the first record names the columns; default true"},
			{Name: "allow_duplicate", Type: "boolean", Doc: "append content that the dataset holds already"},
			{Name: "types", Type: "string", Doc: "types of columns, as zip:string,rate:decimal(10,2),start:date(%d/%m/%Y); a value that does not fit is a bad row"},
			{Name: "key", Type: "string", Doc: "columns by which mode=upsert knows a row again, with commas between"},
			{Name: "async", Type: "boolean", Doc: "true: answer 202 once the file is durable, and load it as a job"},
			{Name: "source", Type: "string", Repeats: true, Doc: "key of an object in storage to load in place of a body; several become one version, in this order"},
		},
		Headers: []service.Param{{Name: wire.HeaderIdempotencyKey, Type: "string", Doc: "a retry with the same key and content gets the first answer, for 24 hours"}},
		Body:    &service.Body{Media: []string{"text/csv", "application/json", "application/x-ndjson", "application/vnd.apache.parquet", "multipart/form-data", "application/octet-stream"}},
		Answers: []service.Answer{
			{Status: http.StatusCreated, Doc: "a new version", Type: ingest.Answer{}},
			{Status: http.StatusOK, Doc: "the same content was there already", Type: ingest.Answer{}},
			{Status: http.StatusAccepted, Doc: "with async=true: the job, durable, at the URL in Location", Type: ingest.Job{}},
		},
		Errors: []*wire.Kind{
			catalog.ErrBadName, ingest.ErrBadOption, wire.ErrNotSupported, catalog.ErrSchemaDrift, catalog.ErrDatasetExists, catalog.ErrViewExists, catalog.ErrDatasetChanged,
			catalog.ErrIdempotencyReused, ingest.ErrBadRows, ingest.ErrBadHeader, ingest.ErrBadKey, ingest.ErrDamaged, ingest.ErrEmptyFile, ingest.ErrBadFile, ingest.ErrFileTooLarge,
			ingest.ErrTooManyJobs, ingest.ErrConversion, ingest.ErrCountMismatch, storage.ErrTooManyWrites, storage.ErrObjectTooLarge, storage.ErrStorageFull, wire.ErrBodyIdle, wire.ErrUnavailable,
			storage.ErrBadKey, storage.ErrReservedKey, storage.ErrObjectNotFound, ingest.ErrSourceChanged,
			ingest.ErrUploadTooSlow, ingest.ErrQueueFull, ingest.ErrJobCancelled,
		},
		Handle: d.handleIngest,
	}, {
		Method: http.MethodPost, Path: "/catalog/erase", ID: "erase", Access: service.Write, MaxBody: 1 << 20,
		Summary: "Erase rows from every version, from the quarantine and from storage: first the plan, then, confirmed, the deed",
		Body:    &service.Body{Type: ingest.Erase{}},
		Answers: []service.Answer{{Status: http.StatusOK, Doc: "the plan, or what was erased", Type: ingest.Erasure{}}},
		Errors: []*wire.Kind{
			catalog.ErrBadName, ingest.ErrBadOption, ingest.ErrBadCondition, catalog.ErrDatasetNotFound, catalog.ErrIsView, catalog.ErrDatasetChanged, ingest.ErrEraseChanged, ingest.ErrEraseUnfinished,
			ingest.ErrTooManyJobs, ingest.ErrConversion, ingest.ErrCountMismatch, ingest.ErrDamaged, storage.ErrStorageFull, wire.ErrUnavailable,
		},
		Handle: d.handleErase,
	}, {
		Method: http.MethodGet, Path: "/ingest/jobs", ID: "list_ingest_jobs", Access: service.Read, Summary: "List ingest jobs, newest first",
		Query: []service.Param{
			{Name: "state", Type: "string", Doc: "queued, running, succeeded, failed or cancelled; default: any"},
			{Name: "cursor", Type: "string", Doc: "next_cursor of the page before"},
			{Name: "limit", Type: "integer", Doc: "of a page, 1 to 1000; default 100"},
		},
		Answers: []service.Answer{{Status: http.StatusOK, Type: ingest.Jobs{}}},
		Errors:  []*wire.Kind{ingest.ErrBadOption}, Handle: d.handleJobs,
	}, {
		Method: http.MethodGet, Path: "/ingest/jobs/{id}", ID: "get_ingest_job", Access: service.Read, Summary: "Show an ingest job",
		Answers: []service.Answer{{Status: http.StatusOK, Type: ingest.Job{}}},
		Errors:  []*wire.Kind{ingest.ErrJobNotFound}, Handle: d.handleJob,
	}, {
		Method: http.MethodDelete, Path: "/ingest/jobs/{id}", ID: "cancel_ingest_job", Access: service.Write,
		Summary: "Cancel an ingest job; one that is being registered, or has ended, stays as it is",
		Answers: []service.Answer{
			{Status: http.StatusOK, Doc: "the job, ended; its state says how", Type: ingest.Job{}},
			{Status: http.StatusAccepted, Doc: "the job, not ended yet", Type: ingest.Job{}},
		},
		Errors: []*wire.Kind{ingest.ErrJobNotFound}, Handle: d.handleCancel,
	}, {
		Method: http.MethodGet, Path: "/ingest/jobs/{id}/events", ID: "watch_ingest_job", Access: service.Read,
		Summary: "Stream what becomes of an ingest job, as server-sent events",
		Headers: []service.Param{{Name: ingest.HeaderLastEventID, Type: "string", Doc: "id of the last event that was seen; the stream goes on after it"}},
		Answers: []service.Answer{
			{Status: http.StatusOK, Doc: "each event's data is the job as it is then; the last one's type is end", Media: []string{"text/event-stream"}},
			{Status: http.StatusNoContent, Doc: "the end was seen"},
		},
		Errors: []*wire.Kind{ingest.ErrJobNotFound}, Handle: d.handleJobEvents,
	}}
}
