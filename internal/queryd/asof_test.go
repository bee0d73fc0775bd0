package queryd

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestAsOf: a statement reads the versions that it asks for, with their columns,
// and every other table as it is now.
func TestAsOf(t *testing.T) {
	l := newLake(t)
	l.write("rates", catalog.Replace, "n: 1, was: 2", "SELECT 1::BIGINT AS n, 'first' AS was")
	l.write("hr.people", catalog.Replace, "n: 1", "SELECT 10::BIGINT AS n")
	between := l.updated("rates")
	l.write("rates", catalog.Append, "n: 1, was: 2", "SELECT 2::BIGINT AS n, 'second' AS was")
	l.write("hr.people", catalog.Append, "n: 1", "SELECT 20::BIGINT AS n")
	l.writeSchema("rates", "n: 1, is_now: 2", "SELECT 3::BIGINT AS n, 'third' AS is_now")
	if _, err := l.catalog.Tag(t.Context(), "rates", "week-1", catalog.At{Version: 1}, false, ""); err != nil {
		t.Fatal(err)
	}
	d := start(t, small(), l.peers)
	then := between.Format(time.RFC3339Nano)
	for _, c := range []struct{ sql, asOf, want string }{
		{"FROM rates", `null`, `[[3,"third"]]`},
		{"FROM rates", `{"rates":1}`, `[[1,"first"]]`},
		{"SELECT max(was) FROM rates", `{"default.RATES":2}`, `[["second"]]`},
		{"FROM rates", `{"rates":3}`, `[[3,"third"]]`},
		{"FROM rates", `{"rates":"` + then + `"}`, `[[1,"first"]]`},
		{"FROM rates", `{"rates":"week-1"}`, `[[1,"first"]]`},
		{"FROM rates", `{"rates":"tag:week-1"}`, `[[1,"first"]]`},
		{"FROM rates", `"` + then + `"`, `[[1,"first"]]`},
		{"SELECT sum(r.n), sum(p.n) FROM Rates r, hr.people p", `{"rates":1}`, `[["2","30"]]`},
		{"SELECT sum(r.n), sum(p.n) FROM rates r, hr.people p", `{"rates":1,"hr.people":1}`, `[["1","10"]]`},
		{"SELECT a.n FROM rates a JOIN \"default\".rates b USING (n)", `{"rates":1}`, `[[1]]`},
		{"SELECT column_name FROM (DESCRIBE rates)", `{"rates":2}`, `[["n"],["was"]]`},
	} {
		got := d.post("/sql", fmt.Sprintf(`{"sql":%q,"as_of":%s}`, c.sql, c.asOf)).rows(t)
		if got != c.want {
			t.Errorf("%s as of %s: %s, want %s", c.sql, c.asOf, got, c.want)
		}
		if asOf := strings.Trim(c.asOf, `"`); asOf != "null" {
			if got := d.post("/sql?as_of="+url.QueryEscape(asOf), c.sql, "Content-Type", "text/plain").rows(t); got != c.want {
				t.Errorf("%s with ?as_of=%s: %s, want %s", c.sql, asOf, got, c.want)
			}
		}
	}
	d.asOfRefused(t)
}

// asOfRefused: what is not there, or not read, is told by its name.
func (d *daemon) asOfRefused(t *testing.T) {
	for _, c := range []struct {
		asOf string
		kind *wire.Kind
		says []string
	}{
		{`{"rates":9}`, catalog.ErrVersionNotFound, []string{"rates", "1 to 3", "9"}},
		{`"2001-01-01T00:00:00Z"`, catalog.ErrVersionNotFound, []string{"rates"}},
		{`"0001-01-01T00:00:00Z"`, catalog.ErrVersionNotFound, []string{"rates"}},
		{`{"rates":"0001-01-01T00:00:00Z"}`, catalog.ErrVersionNotFound, []string{"rates"}},
		{`{"rates":"nosuch"}`, catalog.ErrTagNotFound, []string{"rates", "nosuch"}},
		{`{"people":1}`, wire.ErrBadRequest, []string{"people", "it reads rates"}},
		{`{"rates":1,"default.rates":2}`, wire.ErrBadRequest, []string{"twice"}},
		{`{"../etc/passwd":1}`, wire.ErrBadRequest, []string{"does not read"}},
	} {
		p := d.post("/sql", `{"sql":"SELECT 1 FROM rates","as_of":`+c.asOf+`}`).expect(t, c.kind)
		for _, says := range c.says {
			if !strings.Contains(p.Detail, says) {
				t.Errorf("as of %s: %q does not say %q", c.asOf, p.Detail, says)
			}
		}
		if c.kind.Status == 404 && (p.Fields["table"] != "rates" || fmt.Sprint(p.Fields["position"]) != "14") {
			t.Errorf("as of %s: %+v", c.asOf, p.Fields)
		}
	}
	if p := d.sql("SELECT was FROM rates").problem(t); p.Kind.Code != "sql_invalid" {
		t.Errorf("a column of another version: %+v", p)
	}
}
