package mcpd_test

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// An answer that lists too much costs no more than a few times its bytes.
func TestAnswersAreCountedBeforeTheyAreRead(t *testing.T) {
	const million = 1 << 20
	e := startEdge(t, 0)
	many := "[" + strings.Repeat(`{},`, 5*million) + "{}]"
	row := `{"columns":[{"name":"id","type":"BIGINT"}],"rows":[`
	search := object{"index": "x", "text": "x"}
	for _, c := range []struct {
		route, tool string
		args        any
		body, code  string
	}{
		{"GET /catalog/list", "list_datasets", nil, `{"datasets":` + many + `}`, "bad_answer"},
		{"GET /catalog/manifest/x", "get_manifest", object{"name": "x"}, `{"objects":` + many + `}`, "bad_answer"},
		{"POST /vectors/index/x/search", "search_vectors", search, `{"results":` + many + `}`, "bad_answer"},
		{"POST /embed", "embed_text", object{"text": "x"}, `{"vectors":` + many + `}`, "bad_answer"},
		{"POST /sql", "query_sql", object{"sql": "x"}, `{"datasets":` + many + `}`, "bad_answer"},
		{"POST /sql", "query_sql", object{"sql": "x"}, `{"columns":` + many + `}`, "answer_too_large"},
		{"POST /sql", "query_sql", object{"sql": "x"}, row + many + `]}`, "bad_answer"},
	} {
		e.on(c.route, c.body)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		e.refused(c.tool, c.args, c.code)
		runtime.ReadMemStats(&after)
		if took := (after.TotalAlloc - before.TotalAlloc) / million; took > 200 {
			t.Errorf("%s: %d MiB for %d MiB", c.tool, took, len(c.body)/million)
		}
	}
}

// JSON of another form is no empty answer, and not waited for either.
func TestAnswersOfAnotherFormAreToldAtOnce(t *testing.T) {
	e := startEdge(t, time.Hour)
	calls := 0
	for _, body := range []string{`null`, `[]`, `{"datasets":"x","results":"x"}`, `{"columns":null,"rows":null}`, `{"datasets":nil`, `x`} {
		for _, c := range []struct {
			route, tool string
			args        any
		}{
			{"GET /catalog/list", "list_datasets", nil},
			{"POST /vectors/index/x/search", "search_vectors", object{"index": "x", "text": "x"}},
			{"POST /sql", "query_sql", object{"sql": "x"}},
		} {
			e.on(c.route, body)
			e.refused(c.tool, c.args, "bad_answer")
			calls++
		}
	}
	if asked := len(e.requests()); asked != calls {
		t.Errorf("%d calls asked %d times", calls, asked)
	}
}
