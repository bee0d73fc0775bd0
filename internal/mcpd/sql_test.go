package mcpd_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

type page struct {
	Columns    []struct{ Name, Type string }
	Rows       [][]json.RawMessage
	Offset     int
	Truncated  bool
	NextCursor *string `json:"next_cursor"`
	CellsCut   int     `json:"cells_cut"`
	Reads      string
}

// table answers POST /sql with so many rows of a dataset, as queryd would.
func (e *edge) table(rows int, row func(i int) string) {
	e.handle("POST /sql", func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		asked := e.asked[len(e.asked)-1]
		e.mu.Unlock()
		var req struct{ Limit int }
		_ = json.Unmarshal([]byte(asked[strings.Index(asked, "{"):]), &req)
		w.Header().Set("X-Reads", "people@3, hr.paid@7")
		if rows != manyTables {
			w.Header().Set("X-As-Of", versions)
		}
		_, _ = io.WriteString(w, `{"query_id":"q","columns":[{"name":"id","type":"BIGINT"},{"name":"text","type":"VARCHAR"}],"rows":[`)
		for i := range min(rows, req.Limit) {
			if i > 0 {
				_, _ = io.WriteString(w, ",")
			}
			_, _ = io.WriteString(w, row(i))
		}
		_, _ = fmt.Fprintf(w, `],"row_count":%d,"truncated":%t,"elapsed_ms":1}`, min(rows, req.Limit), rows > req.Limit)
	})
}

// versions is the as_of of what the table is made of.
const versions = `{"hr.paid":{"version":7,"id":"id-2"},"people":{"version":3,"id":"id-1"}}`

// manyTables is how many rows a table has that is made of more than a header tells.
const manyTables = 222

// Versions that are not told whole are none to page by.
func TestWhatCannotBeNamedWholeHasNoNextPage(t *testing.T) {
	e := startEdge(t, 0)
	e.table(manyTables, small)
	var p page
	if e.ok("query_sql", object{"sql": "FROM people"}, &p); !p.Truncated || p.NextCursor != nil {
		t.Errorf("truncated %t, the cursor %v", p.Truncated, p.NextCursor)
	}
}

func small(i int) string { return fmt.Sprintf(`[%d,"row %d"]`, 9007199254740993+i, i) }

func TestPagesAreOfOneResult(t *testing.T) {
	e := startEdge(t, 0)
	e.table(250, small)
	const sql = "SELECT * FROM people"
	var seen []string
	args := object{"sql": sql}
	for {
		var p page
		e.ok("query_sql", args, &p)
		if p.Offset != len(seen) || p.Reads != "people@3, hr.paid@7" || len(p.Columns) != 2 {
			t.Fatalf("a page begins at %d after %d: %+v", p.Offset, len(seen), p.Columns)
		}
		for _, row := range p.Rows {
			seen = append(seen, string(row[0]))
		}
		if p.Truncated != (p.NextCursor != nil) {
			t.Errorf("truncated %t with the cursor %v", p.Truncated, p.NextCursor)
		}
		if p.NextCursor == nil {
			break
		}
		args = object{"sql": "  " + sql + "\n", "cursor": *p.NextCursor, "limit": 70}
	}
	if len(seen) != 250 || seen[249] != "9007199254741242" {
		t.Errorf("%d rows, the last %s", len(seen), seen[len(seen)-1])
	}
	asked := e.requests()
	if strings.Contains(asked[0], "as_of") || len(asked) != 4 {
		t.Errorf("asked %q", asked)
	}
	for _, later := range asked[1:] {
		if !strings.HasPrefix(later, "POST /sql {") || !strings.Contains(later, `"as_of":`+versions) {
			t.Errorf("a later page is asked for by %s", later)
		}
	}
}

// An order that the statement leaves open, or a value that changes, gives no page of a
// mixture.
func TestAResultThatChangedGivesNoPage(t *testing.T) {
	e := startEdge(t, 0)
	e.table(250, small)
	var p page
	e.ok("query_sql", object{"sql": "FROM people"}, &p)
	e.table(250, func(i int) string { return small(i ^ 1) })
	next := object{"sql": "FROM people", "cursor": *p.NextCursor}
	e.refused("query_sql", next, "result_changed", "ORDER BY")
	for _, rows := range []int{100, 99, 0} {
		e.table(rows, small)
		e.refused("query_sql", next, "result_changed")
	}
	e.table(101, small)
	e.ok("query_sql", next, &p)
	if len(p.Rows) != 1 || p.Truncated {
		t.Errorf("the last row: %+v", p)
	}
	next["sql"] = "FROM others"
	e.refused("query_sql", next, "bad_cursor", "another statement", "with the same sql")
	for _, bad := range []string{"x", "e30", "!", "AAAA"} {
		e.refused("query_sql", object{"sql": "FROM people", "cursor": bad}, "bad_cursor")
	}
}

func TestAnswersAreBounded(t *testing.T) {
	e := startEdge(t, 0)
	long := strings.Repeat("é<&", 800)
	e.table(1000, func(i int) string { return fmt.Sprintf(`[%d,%q]`, i, long) })
	var p page
	text := e.ok("query_sql", object{"sql": "FROM people", "limit": 1000}, &p)
	if len(p.Rows) < 5 || p.CellsCut != len(p.Rows) || !p.Truncated || p.NextCursor == nil {
		t.Errorf("%d rows, %d cut, truncated %t", len(p.Rows), p.CellsCut, p.Truncated)
	}
	if !strings.Contains(text, "é<&") || !strings.Contains(text, "… [cut: 3200 bytes in all]") {
		t.Errorf("a cell is %s", p.Rows[0][1])
	}
	vector := "[" + strings.TrimSuffix(strings.Repeat("0.12345678,", 384), ",") + "]"
	e.table(3, func(int) string { return `[null,` + vector + `]` })
	e.ok("query_sql", object{"sql": "FROM vectors"}, &p)
	if cell := string(p.Rows[0][1]); len(cell) > 400 || p.CellsCut != 3 || p.Truncated {
		t.Errorf("a vector is %s", cell)
	}
	wide := strings.TrimSuffix(strings.Repeat(`{"name":"a_column_of_a_wide_table","type":"VARCHAR"},`, 1000), ",")
	e.on("POST /sql", `{"query_id":"q","columns":[`+wide+`],"rows":[],"row_count":0,"truncated":false,"elapsed_ms":1}`)
	e.refused("query_sql", object{"sql": "FROM wide"}, "answer_too_large", "1000 columns", "fewer columns")
	e.on("POST /sql", `{"query_id":"q","columns":[],"rows":[["`+strings.Repeat("x", 65<<20)+`"]],"row_count":1,"truncated":false,"elapsed_ms":1}`)
	e.refused("query_sql", object{"sql": "FROM huge"}, "answer_too_large")
	half := strings.TrimSuffix(strings.Repeat(`{"name":"c1","type":"VARCHAR"},`, 200), ",")
	e.on("POST /sql", `{"query_id":"q","columns":[`+half+`],"rows":[[`+strings.TrimSuffix(strings.Repeat(`"`+long+`",`, 200), ",")+`]],"row_count":1,"truncated":false,"elapsed_ms":1}`)
	e.ok("query_sql", object{"sql": "FROM half"}, &p)
	if len(p.Rows) != 1 || p.CellsCut != 200 {
		t.Errorf("one wide row: %d rows, %d cut", len(p.Rows), p.CellsCut)
	}
}

// Half an answer is never a page.
func TestAnAnswerThatBreaksOffIsAnError(t *testing.T) {
	e := startEdge(t, 0)
	e.handle("POST /sql", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"query_id":"q","columns":[{"name":"id","type":"BIGINT"}],"rows":[[1],`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	e.refused("query_sql", object{"sql": "SELECT 1"}, "service_unavailable")
	e.on("POST /sql", `{"query_id":"q","columns":[{"name":"id","type":"BIGINT"}],"rows":[[1]`)
	e.refused("query_sql", object{"sql": "SELECT 1"}, "service_unavailable")
	e.on("POST /sql", `<html>`)
	e.refused("query_sql", object{"sql": "SELECT 1"}, "no_lakehouse")
}

func TestWhatIsReadIsAskedForAsGiven(t *testing.T) {
	e := startEdge(t, 0)
	e.table(1, small)
	var p page
	e.ok("query_sql", object{"sql": "FROM people", "as_of": object{"people": 3}}, &p)
	e.ok("query_sql", object{"sql": "FROM people", "as_of": "2026-11-01T00:00:00Z", "limit": 5}, &p)
	asked := e.requests()
	if !strings.Contains(asked[0], `"as_of":{"people":3}`) || !strings.Contains(asked[0], `"limit":101`) ||
		!strings.Contains(asked[1], `"as_of":"2026-11-01T00:00:00Z"`) || !strings.Contains(asked[1], `"limit":6`) {
		t.Errorf("asked %q", asked)
	}
}

// A statement of no table keeps the as_of that it was given.
func TestPagesKeepTheVersionsThatWereAskedFor(t *testing.T) {
	e := startEdge(t, 0)
	e.on("POST /sql", `{"query_id":"q","columns":[{"name":"name","type":"VARCHAR"}],"rows":[["a"],["b"],["c"]],"row_count":3,"truncated":false,"elapsed_ms":1}`)
	var p page
	e.ok("query_sql", object{"sql": "SHOW TABLES", "as_of": "2026-11-01T00:00:00Z", "limit": 1}, &p)
	e.ok("query_sql", object{"sql": "SHOW TABLES", "cursor": *p.NextCursor}, &p)
	if asked := e.requests(); len(asked) != 2 || !strings.Contains(asked[1], `"as_of":"2026-11-01T00:00:00Z"`) || len(p.Rows) != 2 {
		t.Errorf("asked %q, got %+v", asked, p)
	}
}
