package queryd

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestWhatAStatementReads: it is told whole, however long, without running the statement,
// and as_of takes what was told.
func TestWhatAStatementReads(t *testing.T) {
	l, d, _ := viewLake(t)
	const most = 4000 // bytes of X-Reads
	statement := "SELECT count(*) FROM hr.paid"
	for n := range most/100 + 1 {
		name := fmt.Sprintf("%s_%d", strings.Repeat("v", 100), n)
		d.view(name, "SELECT n FROM rates")
		statement += " CROSS JOIN " + name
	}
	reads, err := d.Reads(t.Context(), query.ReadsRequest{SQL: statement})
	if err != nil || len(reads.Sources) != most/100+4 || !reads.Repeatable {
		t.Fatalf("%d sources, repeatable %v, %v", len(reads.Sources), reads.Repeatable, err)
	}
	first, last := reads.Sources[0], reads.Sources[len(reads.Sources)-1]
	if first.Name != "hr.paid" || first.Kind != query.SourceView || last.Name != "rates" || last.Kind != query.SourceDataset || last.Version != 2 || last.ID == "" {
		t.Errorf("from %+v to %+v", first, last)
	}
	l.write("rates", catalog.Replace, "n: 1, was: 2", "SELECT 7::BIGINT AS n, 'third' AS was")
	if told := d.sql(statement).header.Get(query.HeaderAsOf); told != "" {
		t.Errorf("a header of any length: %s", told)
	}
	asOf, err := json.Marshal(reads.AsOf())
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Reads(t.Context(), query.ReadsRequest{SQL: statement, AsOf: asOf})
	if err != nil || again.String() != reads.String() {
		t.Errorf("as of what was told: %s, %v", again, err)
	}
	sql := `{"sql":"SELECT count(*) FROM rates","as_of":{"rates":2}}`
	if got := d.post("/sql", sql).rows(t); got != "[[2]]" {
		t.Errorf("%s gives %s", sql, got)
	}
	for text, repeatable := range map[string]bool{"SELECT 1": true, "SELECT now()": false, "SELECT n FROM rates WHERE random() > 2": false} {
		if reads, err := d.Reads(t.Context(), query.ReadsRequest{SQL: text}); err != nil || reads.Repeatable != repeatable {
			t.Errorf("%s: %+v, %v", text, reads, err)
		}
	}
	d.post("/sql/reads", `{"sql":" "}`).expect(t, query.ErrInvalid)
	d.post("/sql/reads", `{"sql":"DROP TABLE rates"}`).expect(t, query.ErrNotAllowed)
	d.post("/sql/reads", `{"sql":"FROM nowhere"}`).expect(t, query.ErrTableNotFound)
	d.post("/sql/reads", `{"sql":"FROM rates","as_of":{"rates":9}}`).expect(t, catalog.ErrVersionNotFound)
}

// TestAsOfOfAnotherNow: versions that were told are read of what they were told of, and of
// nothing that took its name since.
func TestAsOfOfAnotherNow(t *testing.T) {
	l := newLake(t)
	l.write("rates", catalog.Replace, "n: 1", "SELECT 1::BIGINT AS n")
	d := start(t, small(), l.peers)
	d.view("best", "SELECT max(n) AS n FROM rates")
	reads, err := d.Reads(t.Context(), query.ReadsRequest{SQL: "FROM best"})
	if err != nil {
		t.Fatal(err)
	}
	asOf, err := json.Marshal(reads.AsOf())
	if err != nil {
		t.Fatal(err)
	}
	if told := d.sql("FROM best").header.Get(query.HeaderAsOf); told != string(asOf) {
		t.Errorf("an answer tells %s of %s", told, asOf)
	}
	ask := fmt.Sprintf(`{"sql":"FROM best","as_of":%s}`, asOf)
	if got := d.post("/sql", ask).rows(t); got != "[[1]]" {
		t.Errorf("as of %s: %s", asOf, got)
	}
	if _, err := l.catalog.Drop(t.Context(), "rates", ""); err != nil {
		t.Fatal(err)
	}
	l.write("rates", catalog.Replace, "n: 1", "SELECT 2::BIGINT AS n")
	for _, path := range []string{"/sql", "/sql/reads"} {
		p := d.post(path, ask).expect(t, query.ErrSourceChanged)
		if p.Fields["table"] != "rates" || p.Fields["id"] != reads.Sources[1].ID {
			t.Errorf("%s: %+v", path, p)
		}
	}
	if got := d.sql("FROM best").rows(t); got != "[[2]]" {
		t.Errorf("now: %s", got)
	}
	for _, bad := range []string{`{"version":1}`, `{"version":0,"id":"x"}`, `{"version":1,"id":"x","tag":"y"}`} {
		d.post("/sql", fmt.Sprintf(`{"sql":"FROM rates","as_of":{"rates":%s}}`, bad)).expect(t, wire.ErrBadRequest)
	}
}
