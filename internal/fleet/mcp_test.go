package fleet_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/mcpd"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// tools are those of mcpd before a fleet.
type tools struct {
	t    *testing.T
	call func(tool string, args any) (text string, failed bool)
}

func (l lake) tools() tools {
	s := mcpd.New(mcpd.Gateway{
		Client: wire.Client{Service: "gateway", Base: l.url + "/v1"},
		Log:    slog.New(slog.DiscardHandler), Patience: time.Minute,
	})
	return tools{l.t, func(tool string, args any) (string, bool) {
		ask, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": map[string]any{"name": tool, "arguments": args}})
		if err != nil {
			l.t.Fatal(err)
		}
		text, err := json.Marshal(s.HandleMessage(l.t.Context(), ask))
		var answer struct {
			Result struct {
				Content []struct{ Text string }
				IsError bool
			}
		}
		if err == nil {
			err = json.Unmarshal(text, &answer)
		}
		if err != nil || len(answer.Result.Content) != 1 {
			l.t.Fatalf("%s: %s %v", tool, text, err)
		}
		return answer.Result.Content[0].Text, answer.Result.IsError
	}}
}

// answer calls a tool that has to answer.
func (m tools) answer(tool string, args map[string]any) (doc map[string]any) {
	m.t.Helper()
	text, failed := m.call(tool, args)
	if err := json.Unmarshal([]byte(text), &doc); failed || err != nil {
		m.t.Fatalf("%s %v: %s", tool, args, text)
	}
	return doc
}

// refused calls a tool that has to fail with a code.
func (m tools) refused(tool string, args map[string]any, code string) {
	m.t.Helper()
	if text, failed := m.call(tool, args); !failed || !strings.HasPrefix(text, code+": ") {
		m.t.Errorf("%s %v: want %s, got %s", tool, args, code, text)
	}
}

type given = map[string]any

// The pages of a statement are of the versions that the first was of, whatever comes in
// meanwhile; of a dataset that took the name since there is no page.
func TestAModelPagesThroughOneVersion(t *testing.T) {
	l := startLake(t)
	m := l.tools()
	l.mustIngest("name=sheets", timesheets(500, "2026-W01"))
	l.want(http.StatusCreated, "POST", "/v1/catalog/views", `{"name":"hr.view","sql":"SELECT id, week FROM sheets WHERE hours > 0"}`)
	for _, sql := range []string{"SELECT id, week FROM sheets ORDER BY id", "FROM hr.view ORDER BY id;", "SELECT id, week FROM sheets -- all of them\nORDER BY 1"} {
		args := given{"sql": sql, "limit": 200}
		seen := map[any]bool{}
		for args["cursor"] != "" {
			page := m.answer("query_sql", args)
			for _, row := range page["rows"].([]any) {
				seen[row.([]any)[0]] = true
				if week := row.([]any)[1]; week != "2026-W01" {
					t.Fatalf("%s: a row of %v", sql, week)
				}
			}
			l.ingest("name=sheets&mode=replace", timesheets(300, "2026-W02")) // the second time it is there already
			args["cursor"], _ = page["next_cursor"].(string)
		}
		if len(seen) != 500 {
			t.Errorf("%s: %d rows", sql, len(seen))
		}
		l.mustIngest("name=sheets&mode=replace", timesheets(500, "2026-W01"))
	}
	l.mustIngest("name=other", timesheets(2, "2026-W01"))
	page := m.answer("query_sql", given{"sql": "FROM other ORDER BY id", "limit": 1})
	l.want(http.StatusOK, "DELETE", "/v1/catalog/datasets/other", "")
	l.mustIngest("name=other", timesheets(2, "2026-W01"))
	m.refused("query_sql", given{"sql": "FROM other ORDER BY id", "limit": 1, "cursor": page["next_cursor"]}, "source_changed")
	page = m.answer("query_sql", given{"sql": "SELECT random() FROM sheets", "limit": 1})
	m.refused("query_sql", given{"sql": "SELECT random() FROM sheets", "limit": 1, "cursor": page["next_cursor"]}, "result_changed")
	for _, sql := range []string{"DESCRIBE sheets", "SUMMARIZE sheets", "VALUES (1), (2)", "FROM range(10)"} {
		first := m.answer("query_sql", given{"sql": sql, "limit": 1})
		second := m.answer("query_sql", given{"sql": sql, "limit": 1, "cursor": first["next_cursor"]})
		if second["offset"] != 1.0 || fmt.Sprint(first["rows"]) == fmt.Sprint(second["rows"]) {
			t.Errorf("%s: %v, then %v", sql, first["rows"], second["rows"])
		}
	}
}

func TestAModelReadsTheLakeAndChangesNothing(t *testing.T) {
	l := startLake(t)
	m := l.tools()
	l.mustIngest("name=people", "id,city\n1,Austin\n2,Waco\n")
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"people","dimension":2}`)
	l.want(http.StatusOK, "POST", "/v1/vectors/index/people/add", `{"items":[{"id":"c-1","vector":[1,0],"text":"forklift, nights","metadata":{"city":"Austin"}},{"id":"c-2","vector":[0,1],"text":"welder"}]}`)
	if got := fmt.Sprint(m.answer("list_datasets", given{})["datasets"]); !strings.Contains(got, "name:people rows:2") {
		t.Errorf("the datasets are %s", got)
	}
	if got := fmt.Sprint(m.answer("get_manifest", given{"name": "people"})["columns"]); got != "[map[name:id type:long] map[name:city type:string]]" {
		t.Errorf("the columns are %s", got)
	}
	for _, search := range []given{{"index": "people", "text": "forklift"}, {"index": "people", "vector": []float64{1, 0}, "k": 1}, {"index": "people", "vector": []float64{0, 1}, "filter": given{"city": "Austin"}}} {
		found := m.answer("search_vectors", search)["results"].([]any)
		if len(found) != 1 || found[0].(given)["id"] != "c-1" {
			t.Errorf("%v: %v", search, found)
		}
	}
	m.refused("search_vectors", given{"index": "people", "vector": []float64{1}}, "dimension_mismatch")
	m.refused("search_vectors", given{"index": "nobody", "text": "x"}, "index_not_found")
	m.refused("get_manifest", given{"name": "nobody"}, "dataset_not_found")
	m.refused("query_sql", given{"sql": "FROM nobody"}, "table_not_found")
	for _, sql := range []string{"DROP TABLE people", "INSERT INTO people VALUES (3,'x')", "CREATE TABLE x AS FROM people", "COPY people TO '/tmp/x'", "FROM read_csv('/etc/passwd')", "SET threads=1", "SELECT 1; DROP TABLE people", "ATTACH 'x'", "PRAGMA version", "UPDATE people SET id = 1", "INSTALL httpfs", "CALL pragma_version()"} {
		if text, failed := m.call("query_sql", given{"sql": sql}); !failed || !strings.HasPrefix(text, "sql_") {
			t.Errorf("%s: %s", sql, text)
		}
	}
	if got := l.rows("SELECT count(*) FROM people"); got[0] != "2" {
		t.Errorf("people has %v rows", got)
	}
}

// A text is searched with as it is, where the index has a model.
func TestAModelSearchesByMeaning(t *testing.T) {
	p := testbed.StartProvider(t)
	l := startLake(t, func(c *fleet.Config) {
		c.Embedd.Models, c.Embedd.Model = map[string]remote.Config{"m": {Provider: remote.Ollama, URL: p.URL}}, "m"
	})
	m := l.tools()
	of := m.answer("embed_text", given{"text": "forklift, nights"})
	if of["model"] != "m" || of["dimension"] != 3.0 || math.Abs(of["norm"].(float64)-1) > 1e-5 || len(of["first"].([]any)) != 3 || of["truncated"] != false {
		t.Errorf("%v", of)
	}
	m.refused("embed_text", given{"text": "a", "model": "other"}, "model_not_found")
	m.refused("embed_text", given{"text": "  "}, "bad_text")
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"people","dimension":3,"model":"m"}`)
	l.want(http.StatusOK, "POST", "/v1/vectors/index/people/add", `{"items":[{"id":"c-1","text":"forklift, nights"},{"id":"c-2","text":"a welder who works on pipelines and speaks Spanish"}]}`)
	for _, mode := range []string{"vector", "lexical", "hybrid"} {
		found := m.answer("search_vectors", given{"index": "people", "text": "forklift, nights", "mode": mode})["results"].([]any)
		if len(found) == 0 || found[0].(given)["id"] != "c-1" {
			t.Errorf("%s: %v", mode, found)
		}
	}
}

// A tool call that comes while the gateway restarts waits for it.
func TestAModelOutlivesARestartOfTheGateway(t *testing.T) {
	p, l := startProcesses(t)
	m := l.tools()
	m.answer("query_sql", given{"sql": "SELECT 1"})
	p.kill("gateway")
	answered := make(chan string, 1)
	go func() {
		text, _ := m.call("query_sql", given{"sql": "SELECT 42"})
		answered <- text
	}()
	p.start("gateway")
	if text := <-answered; !strings.Contains(text, "[[42]]") {
		t.Error(text)
	}
}
