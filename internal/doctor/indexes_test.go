package doctor

import (
	"net/http/httptest"
	"testing"
)

// What is wrong with the indexes of a fleet is told, with what to do.
func TestIndexes(t *testing.T) {
	f := healthy(t)
	wants(t, indexes(t.Context(), f), "indexes", Skip, "is not told")
	const fine = `{"name":"fine","state":"ready","stats":{"durable":{"generations":[{"sequence":1}],"damage":[]}}}`
	of := func(durable string) string {
		return `{"name":"people","state":"ready","stats":{"durable":{` + durable + `}}}`
	}
	for _, c := range []struct {
		index  string
		used   string
		status Status
		word   string
	}{
		{fine, "1048576", OK, "1.0 MiB"},
		{fine, "9961472", Warn, "memory_bytes"},
		{`{"name":"memory","state":"ready","stats":{}},{"name":"loading","state":"loading"}`, "0", OK, "none is damaged"},
		{`{"name":"people","state":"failed","reason":"it is another's"}`, "0", Fail, "people could not be loaded: it is another's"},
		{of(`"generations":[{"sequence":1}],"damage":["an object"]`), "0", Fail, "people has 1 damaged"},
		{of(`"generations":[{"sequence":1}],"damage":[],"refusal":"written by another"`), "0", Fail, "people takes no changes: written by another"},
		{of(`"generations":[{"sequence":1}],"damage":[],"generation_error":"the disk is full"`), "0", Warn, "people no generation could be written: the disk is full"},
		{of(`"generations":[],"damage":[]`), "0", Warn, "people has no generation"},
	} {
		server := httptest.NewServer(answering(`{"indexes":[` + c.index + `],"memory":{"used_bytes":` + c.used + `,"limit_bytes":10485760},"next_cursor":null}`))
		f.Gateway.Base = server.URL
		wants(t, indexes(t.Context(), f), "indexes", c.status, c.word)
		server.Close()
	}
	f.Gateway.Base = ""
	wants(t, indexes(t.Context(), f), "indexes", Skip)
}
