package doctor

import (
	"net/http/httptest"
	"testing"
)

// An index whose model is not the one that it was made with is told, with what to do.
func TestModels(t *testing.T) {
	f := healthy(t)
	wants(t, models(t.Context(), f), "models", Skip, "not told")
	const texts = `{"name":"jobs","model":"words","model_revision":"r1"},{"name":"own","model":"mine"}`
	for _, c := range []struct {
		indexes, models string
		status          Status
		word            string
	}{
		{`{"name":"own","model":"mine"}`, ``, OK, "no index"},
		{texts, `{"name":"words","ready":true,"revision":"r1"}`, OK, "as they were"},
		{texts, `{"name":"words","ready":true,"revision":"r1"},{"name":"mine","ready":true,"revision":"r9"}`, Warn, "own was made when embedd had no model mine"},
		{texts, `{"name":"words","ready":true,"revision":"r2"}`, Warn, "(r2) than jobs was made with (r1)"},
		{texts, `{"name":"words","ready":true,"revision":"r2"}`, Warn, "lakehouse index alias set"},
		{texts, `{"name":"words","reason":"ollama is away"}`, Warn, "the model words of jobs cannot be had: ollama is away"},
		{texts, `{"name":"words","reason":"ollama is away"}`, Warn, "mend what is said of the model"},
		{texts, `{"name":"other","ready":true}`, Warn, "no model words"},
		{texts, `{"name":"words","ready":true,"revision":"r1"},{"name":"idle","reason":"its key is refused"}`, Warn, "the model idle cannot be had: its key is refused"},
		{``, `{"name":"idle","reason":"its key is refused"}`, Warn, "mend what is said of the model"},
		{texts, `1`, Warn, "start embedd"},
	} {
		server := httptest.NewServer(answering(`{"indexes":[` + c.indexes + `],"next_cursor":null,"models":[` + c.models + `]}`))
		f.Gateway.Base = server.URL
		wants(t, models(t.Context(), f), "models", c.status, c.word)
		server.Close()
	}
	f.Gateway.Base = ""
	wants(t, models(t.Context(), f), "models", Skip)
}
