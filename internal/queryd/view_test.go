package queryd

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// view makes a view, or a new version of it, through queryd.
func (d *daemon) view(name, sql string) catalog.RegisteredView {
	d.t.Helper()
	c := &catalog.Client{Client: wire.Client{Service: "queryd", Base: d.url}}
	v, _, err := c.CreateView(d.t.Context(), catalog.NewView{Name: name, SQL: sql, Mode: catalog.Replace}, "")
	if err != nil {
		d.t.Fatalf("view %s: %v", name, err)
	}
	return v
}

// newView sends the body of a registration.
func (d *daemon) newView(name, sql string) answer {
	d.t.Helper()
	return d.post("/catalog/views", fmt.Sprintf(`{"name":%q,"sql":%q,"mode":"replace"}`, name, sql))
}

// viewLake is a lake with rates and hr.people of two versions each, and views over
// them: hr.paid over both, and best over hr.paid.
func viewLake(t *testing.T) (l *lake, d *daemon, between time.Time) {
	l = newLake(t)
	l.write("rates", catalog.Replace, "n: 1, was: 2", "SELECT 1::BIGINT AS n, 'first' AS was")
	l.write("hr.people", catalog.Replace, "n: 1", "SELECT 1::BIGINT AS n")
	c := small()
	c.ResultCacheBytes = 64 << 20
	d = start(t, c, l.peers)
	d.waitReady()
	d.view("hr.paid", "SELECT r.n, was FROM rates r JOIN hr.people p USING (n) -- who is paid")
	made := d.view("best", `WITH rates AS (FROM hr.paid) SELECT n AS "Best", count(*) OVER () AS of FROM rates ORDER BY n DESC;`)
	l.write("rates", catalog.Append, "n: 1, was: 2", "SELECT 2::BIGINT AS n, 'second' AS was")
	l.write("hr.people", catalog.Append, "n: 1", "SELECT 2::BIGINT AS n")
	return l, d, made.UpdatedAt
}

// TestAViewTakesATurn, and its wait is measured with those of statements.
func TestAViewTakesATurn(t *testing.T) {
	d := start(t, small(), newLake(t).peers)
	d.waitReady()
	const waits = "lakehouse_queryd_turn_wait_seconds_count"
	before := d.metric(waits)
	d.view("one", "SELECT 1 AS n")
	if got := d.metric(waits); got != before+1 {
		t.Errorf("%v waits were measured, %v before", got, before)
	}
}

// TestViewsAreRead: a view is read like a dataset, by its name in any form, over what
// its datasets hold now or held then.
func TestViewsAreRead(t *testing.T) {
	l, d, between := viewLake(t)
	then := between.Format(time.RFC3339Nano)
	d.view("best", `SELECT n AS "Best" FROM hr.paid WHERE n > 1`)
	for _, c := range []struct{ sql, asOf, want string }{
		{"FROM hr.paid ORDER BY n", `null`, `[[1,"first"],[2,"second"]]`},
		{`SELECT p.was FROM HR."Paid" p, rates r WHERE p.n = r.n AND r.n = 2`, `null`, `[["second"]]`},
		{`SELECT best FROM "default".BEST`, `null`, `[[2]]`},
		{"WITH rates AS (SELECT 9 AS n) FROM best", `null`, `[[2]]`},
		{"SELECT count(*) FROM best WHERE Best = ?", `null`, `[[1]]`},
		{"SELECT column_name FROM (DESCRIBE hr.paid)", `null`, `[["n"],["was"]]`},
		{"FROM best", `"` + then + `"`, `[[1,1]]`},
		{"FROM best", `{"best":1}`, `[[2,2],[1,2]]`},
		{"FROM best", `{"best":"` + then + `"}`, `[[2,2],[1,2]]`},
		{"FROM hr.paid", `{"rates":1}`, `[[1,"first"]]`},
		{"FROM hr.paid", `{"hr.people":1,"hr.paid":1}`, `[[1,"first"]]`},
		{"SHOW TABLES", `null`, `[["best"],["rates"],["hr.paid"],["hr.people"]]`},
	} {
		params := `[]`
		if strings.Contains(c.sql, "?") {
			params = `[2]`
		}
		if got := d.post("/sql", fmt.Sprintf(`{"sql":%q,"as_of":%s,"params":%s}`, c.sql, c.asOf, params)).rows(t); got != c.want {
			t.Errorf("%s as of %s: %s, want %s", c.sql, c.asOf, got, c.want)
		}
	}
	for _, explain := range []string{"EXPLAIN FROM best", "EXPLAIN ANALYZE FROM best", "EXPLAIN (FORMAT json) FROM best", "SUMMARIZE best"} {
		if a := d.sql(explain); a.status != http.StatusOK || strings.Contains(a.body, ".parquet") {
			t.Errorf("%s: %d %s", explain, a.status, a.body)
		}
	}
	d.sql("FROM best")
	if log := d.logged("best@2"); !strings.Contains(log, "best@2 hr.paid@1 hr.people@2 rates@2") {
		t.Errorf("the log does not say what was read: %s", log)
	}
	for _, c := range []struct {
		asOf string
		kind *wire.Kind
		says []string
	}{
		{`{"people":1}`, wire.ErrBadRequest, []string{"people", "it reads best, hr.paid, hr.people, rates"}},
		{`{"best":7}`, catalog.ErrVersionNotFound, []string{"best", "7"}},
		{`{"best":"week-1"}`, catalog.ErrTagNotFound, []string{"views have no tags"}},
		{`{"rates":7}`, catalog.ErrVersionNotFound, []string{"view hr.paid reads rates", "7"}},
		{`"2001-01-01T00:00:00Z"`, catalog.ErrVersionNotFound, []string{"best", "did not exist"}},
	} {
		p := d.post("/sql?as_of="+url.QueryEscape(strings.Trim(c.asOf, `"`)), "SELECT 1 FROM best", "Content-Type", "text/plain").expect(t, c.kind)
		for _, says := range c.says {
			if !strings.Contains(p.Detail, says) {
				t.Errorf("as of %s: %q does not say %q", c.asOf, p.Detail, says)
			}
		}
	}
	_ = l
}

// TestViewRegistration: the answer tells what the view has and reads; what is no view
// is refused as the statement would be, at the same place.
func TestViewRegistration(t *testing.T) {
	_, d, _ := viewLake(t)
	v := d.view("totals", `FROM best JOIN "default".rates ON n = "Best" SELECT sum(n) AS total, was GROUP BY was`)
	reads := []catalog.Source{{Name: "best", Kind: catalog.SourceView}, {Name: "rates", Kind: catalog.SourceDataset}}
	if v.Version != 1 || !slices.Equal(v.Reads, reads) || len(v.Columns) != 2 || v.Columns[0].Name != "total" || v.Columns[0].Type != "decimal(38,0)" || v.Columns[1].Type != "string" {
		t.Errorf("registered is %+v", v)
	}
	if again := d.view("totals", v.SQL); !again.Unchanged || again.Version != 1 {
		t.Errorf("again: %+v", again)
	}
	d.view("constant", "VALUES (1, 'x')")
	for _, c := range []struct {
		name, sql string
		kind      *wire.Kind
		position  string
		says      string
	}{
		{"v", "SELECT gone FROM rates", query.ErrInvalid, "7", "gone"},
		{"v", "SELECT 1 FROM rats", query.ErrTableNotFound, "14", "rates"},
		{"v", "SELEC 1", query.ErrInvalid, "0", "SELEC"},
		{"v", "SELECT n FROM rates WHERE n = ?", query.ErrNotAllowed, "", "without parameters"},
		{"v", "EXPLAIN SELECT 1", query.ErrNotAllowed, "", "one SELECT"},
		{"v", "SHOW TABLES", query.ErrNotAllowed, "", "one SELECT"},
		{"v", "SELECT 1; SELECT 2", query.ErrNotAllowed, "", "exactly one"},
		{"v", "DROP VIEW best", query.ErrNotAllowed, "", "only statements that read"},
		{"v", "SELECT * FROM '/etc/passwd'", query.ErrNotAllowed, "14", "files"},
		{"v", "SELECT a.n, b.N FROM rates a, rates b", query.ErrInvalid, "", "name one of them with AS"},
		{"v", "  ", wire.ErrBadRequest, "", "sql"},
		{"no name", "SELECT 1", catalog.ErrBadName, "", "no name"},
		{"rates", "SELECT 1", catalog.ErrDatasetExists, "", "rates"},
		{"rates", "FROM rates", catalog.ErrDatasetExists, "", "rates"},
		{"hr.paid", "FROM hr.paid", query.ErrViewCycle, "", "hr.paid reads hr.paid"},
		{"hr.paid", "SELECT * FROM totals", query.ErrViewCycle, "", "hr.paid reads totals reads best reads hr.paid"},
	} {
		p := d.newView(c.name, c.sql).expect(t, c.kind)
		if position, given := p.Fields["position"]; given != (c.position != "") || given && fmt.Sprint(position) != c.position || !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s as %s: %s, position %v", c.name, c.sql, p.Detail, position)
		}
	}
	d.newViewBody(`{"name":"best","sql":"SELECT 1"}`).expect(t, catalog.ErrViewExists)
	d.newViewBody(`{"name":"v","sql":"SELECT 1","query":"x"}`).expect(t, wire.ErrUnknownField)
	d.view("deep_1", "SELECT 1 AS n")
	for i := range maxViewDepth - 1 {
		d.view(fmt.Sprintf("deep_%d", i+2), fmt.Sprintf("FROM deep_%d", i+1))
	}
	if got := d.sql(fmt.Sprintf("FROM deep_%d", maxViewDepth)).rows(t); got != "[[1]]" {
		t.Errorf("views over views: %s", got)
	}
	d.newView("v", fmt.Sprintf("FROM deep_%d", maxViewDepth)).expect(t, query.ErrViewLimit)
}

func (d *daemon) newViewBody(body string) answer {
	d.t.Helper()
	return d.post("/catalog/views", body)
}

// TestBrokenViews: what was taken away under a view is told with the view's name and
// what to do, and is all right again when it is brought back.
func TestBrokenViews(t *testing.T) {
	l, d, _ := viewLake(t)
	broken := func(says ...string) {
		t.Helper()
		p := d.sql("SELECT 1 FROM best").expect(t, query.ErrViewBroken)
		for _, word := range append(says, "hr.paid", "mode=replace") {
			if p.Fields["view"] != "hr.paid" || !strings.Contains(p.Detail, word) {
				t.Errorf("%q of %v does not say %q", p.Detail, p.Fields["view"], word)
			}
		}
		if _, given := p.Fields["position"]; given {
			t.Errorf("a place in another statement: %v", p.Fields)
		}
	}
	if _, err := l.catalog.Drop(t.Context(), "rates", ""); err != nil {
		t.Fatal(err)
	}
	broken("rates", "dropped", "/catalog/restore/rates")
	d.newView("other", "FROM best").expect(t, query.ErrViewBroken)
	if _, err := l.catalog.Restore(t.Context(), "rates", "", ""); err != nil {
		t.Fatal(err)
	}
	l.writeSchema("rates", "n: 1, is_now: 2", "SELECT 1::BIGINT AS n, 'x' AS is_now")
	broken("was")
	if got := d.sql("SELECT n FROM rates").rows(t); got != "[[1]]" {
		t.Errorf("the dataset itself: %s", got)
	}
	d.view("hr.paid", "SELECT n, is_now AS was FROM rates JOIN hr.people USING (n)")
	if got := d.sql("FROM best").rows(t); got != "[[1,1]]" {
		t.Errorf("with another statement: %s", got)
	}

	// A column that is new below a view is none of the view's.
	d.view("every", "FROM rates")
	l.writeSchema("rates", "n: 1, is_now: 2, extra: 3", "SELECT 1::BIGINT AS n, 'x' AS is_now, 5 AS extra")
	if got := d.sql("FROM every").rows(t); got != `[[1,"x"]]` {
		t.Errorf("a view over a dataset with more columns: %s", got)
	}

	// Two that were registered each while the other read something else.
	reads := func(name string) []catalog.Source { return []catalog.Source{{Name: name, Kind: catalog.SourceView}} }
	for name, other := range map[string]string{"ping": "pong", "pong": "ping"} {
		if _, _, err := l.catalog.RegisterView(t.Context(), catalog.ViewRegistration{
			NewView: catalog.NewView{Name: name, SQL: "FROM " + other}, Columns: []catalog.Column{{Name: "n", Type: "long"}}, Reads: reads(other),
		}, ""); err != nil {
			t.Fatal(err)
		}
	}
	if p := d.sql("FROM ping").expect(t, query.ErrViewCycle); !strings.Contains(p.Detail, "ping reads pong reads ping") {
		t.Errorf("in a circle: %s", p.Detail)
	}
}

// TestViewKeysAndTokens: a retry with its key is answered as at first, also when the
// statement would be refused by now; and a view is made by who may write.
func TestViewKeysAndTokens(t *testing.T) {
	l, d, _ := viewLake(t)
	const body = `{"name":"keyed","sql":"SELECT was FROM rates"}`
	first := d.post("/catalog/views", body, wire.HeaderIdempotencyKey, "k")
	if _, err := l.catalog.Drop(t.Context(), "rates", ""); err != nil {
		t.Fatal(err)
	}
	again := d.post("/catalog/views", body, wire.HeaderIdempotencyKey, "k")
	if first.status != http.StatusCreated || again.status != http.StatusOK || again.body != first.body {
		t.Errorf("answered %d %s and %d %s", first.status, first.body, again.status, again.body)
	}
	d.post("/catalog/views", `{"name":"keyed","sql":"SELECT 1"}`, wire.HeaderIdempotencyKey, "k").expect(t, catalog.ErrIdempotencyReused)
	d.post("/catalog/views", `{"name":"other","sql":"SELECT was FROM rates"}`, wire.HeaderIdempotencyKey, "k2").expect(t, query.ErrTableNotFound)

	guarded := startWith(t, t.TempDir(), small(), nil, service.Secrets{Tokens: service.Tokens{Current: service.NewSecret("all"), Read: service.NewSecret("look")}})
	guarded.post("/catalog/views", body, "Authorization", "Bearer look").expect(t, wire.ErrReadOnlyToken)
}

// TestAnswersOverViewsAreKept: an answer over a view is kept as one over datasets is,
// and never given once the view or anything below it is another.
func TestAnswersOverViewsAreKept(t *testing.T) {
	l, d, _ := viewLake(t)
	const sql = `{"sql":"SELECT count(*) FROM hr.paid"}`
	ask := func(want, cache, reads string) {
		t.Helper()
		if a, got := d.asked(sql); a.rows(t) != want || got != cache || a.header.Get(query.HeaderReads) != reads {
			t.Errorf("%s, %s of %s; want %s, %s of %s", a.rows(t), got, a.header.Get(query.HeaderReads), want, cache, reads)
		}
	}
	ask("[[2]]", "miss", "hr.paid@1, hr.people@2, rates@2")
	ask("[[2]]", "hit", "hr.paid@1, hr.people@2, rates@2")
	l.write("hr.people", catalog.Append, "n: 1", "SELECT 2::BIGINT AS n")
	ask("[[3]]", "miss", "hr.paid@1, hr.people@3, rates@2")
	ask("[[3]]", "hit", "hr.paid@1, hr.people@3, rates@2")
	d.view("hr.paid", "FROM hr.people")
	ask("[[3]]", "miss", "hr.paid@2, hr.people@3") // by another statement, though the same number
	d.view("hr.paid", "FROM hr.people LIMIT 1")
	ask("[[1]]", "miss", "hr.paid@3, hr.people@3")
	ask("[[1]]", "hit", "hr.paid@3, hr.people@3")
	d.view("hr.paid", "SELECT now() AS at")
	ask("[[1]]", "", "hr.paid@4")
	ask("[[1]]", "", "hr.paid@4")
	if _, err := l.catalog.DropView(t.Context(), "hr.paid", ""); err != nil {
		t.Fatal(err)
	}
	d.post("/sql", sql).expect(t, query.ErrTableNotFound)
}
