package doctor

import (
	"net/http/httptest"
	"testing"
)

// What is wrong with the indexes of a fleet is told, with what to do.
func TestIndexes(t *testing.T) {
	f := healthy(t)
	wants(t, indexes(t.Context(), f), "indexes", Skip, "no fleet answers at http://127.0.0.1:1")
	fine := func(used string) string {
		return `{"name":"fine","state":"ready","stats":{"memory":{"vectors_bytes":` + used + `,"lexical_bytes":524288,"limit_bytes":10485760},"durable":{"generations":[{"sequence":1}],"damage":[]}}}`
	}
	of := func(durable string) string {
		return `{"name":"people","state":"ready","stats":{"durable":{` + durable + `}}}`
	}
	for _, c := range []struct {
		index  string
		status Status
		word   string
	}{
		{``, OK, "there is no index"},
		{fine("1048576"), OK, "1.5 MiB"},
		{fine("8912896") + "," + fine("0"), Warn, "memory_bytes"},
		{`{"name":"memory","state":"ready","stats":{}},{"name":"loading","state":"loading"}`, OK, "none is damaged"},
		{`{"name":"people","state":"failed","reason":"it is another's"}`, Fail, "people could not be loaded: it is another's"},
		{`{"name":"people","state":"failed","reason":"x"}`, Fail, "lakehouse index restore people --snapshot SNAPSHOT"},
		{of(`"generations":[{"sequence":1}],"damage":[{"at":"2026-11-01T10:00:00Z","object":"a key","detail":"lost"}]`), Fail, "people has met a damaged or missing object"},
		{of(`"generations":[{"sequence":1}],"damage":[{"object":"a key"},{"object":"another"}]`), Fail, "lakehouse index stats people --acknowledge-damage ends this finding"},
		{of(`"generations":[{"sequence":1}],"damage":[],"refusal":"written by another"`), Fail, "people takes no changes: written by another"},
		{of(`"generations":[{"sequence":1}],"damage":[],"generation_error":"the disk is full"`), Warn, "people no generation could be written: the disk is full"},
		{of(`"generations":[],"damage":[]`), Warn, "people has no generation"},
	} {
		server := httptest.NewServer(answering(`{"indexes":[` + c.index + `],"next_cursor":null}`))
		f.Gateway.Base = server.URL
		wants(t, indexes(t.Context(), f), "indexes", c.status, c.word)
		server.Close()
	}
	f.Gateway.Base = ""
	wants(t, indexes(t.Context(), f), "indexes", Skip)
}
