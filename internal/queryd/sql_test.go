package queryd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

func TestAnswerInJSON(t *testing.T) {
	d := start(t, small(), nil)
	a := d.post("/sql", `{"sql":"SELECT i AS n, i::VARCHAR AS n, 18446744073709551615::UBIGINT AS big FROM range(3) t(i)"}`)
	var got struct {
		QueryID   string          `json:"query_id"`
		Columns   []query.Column  `json:"columns"`
		Rows      json.RawMessage `json:"rows"`
		RowCount  int             `json:"row_count"`
		Truncated *bool           `json:"truncated"`
		ElapsedMS *int            `json:"elapsed_ms"`
	}
	dec := json.NewDecoder(strings.NewReader(a.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	if want := `[[0,"0",18446744073709551615],[1,"1",18446744073709551615],[2,"2",18446744073709551615]]`; string(got.Rows) != want {
		t.Errorf("rows %s, want %s", got.Rows, want)
	}
	if len(got.Columns) != 3 || got.Columns[1] != (query.Column{Name: "n", Type: "VARCHAR"}) || got.Columns[2].Type != "UBIGINT" {
		t.Errorf("columns %v", got.Columns)
	}
	if got.RowCount != 3 || got.Truncated == nil || *got.Truncated || got.ElapsedMS == nil {
		t.Errorf("row_count %d, truncated %v, elapsed_ms %v", got.RowCount, got.Truncated, got.ElapsedMS)
	}
	if id := a.header.Get(query.HeaderQueryID); id == "" || id != got.QueryID {
		t.Errorf("query_id %q, header %q", got.QueryID, id)
	}
	if a.header.Get("Content-Type") != "application/json" || a.header.Get("Content-Length") == "" {
		t.Errorf("headers %v", a.header)
	}
}

func TestParams(t *testing.T) {
	d := start(t, small(), nil)
	for body, want := range map[string]string{
		`{"sql":"SELECT ?, ?","params":[9007199254740993,-9223372036854775808]}`: `[[9007199254740993,-9223372036854775808]]`,
		`{"sql":"SELECT $2, $1, $1","params":["a'b",null]}`:                      `[[null,"a'b","a'b"]]`,
		`{"sql":"SELECT ?::DATE, ?, ?","params":["2026-01-31",true,0.10]}`:       `[["2026-01-31",true,"0.10"]]`,
		`{"sql":"SELECT i FROM range(9) t(i) WHERE i > ?","params":[7]}`:         `[[8]]`,
		`{"sql":"SELECT ?","params":[170141183460469231731687303715884105727]}`:  `[["170141183460469231731687303715884105727"]]`,
	} {
		if got := d.post("/sql", body).rows(t); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

func TestStreams(t *testing.T) {
	d := start(t, small(), nil)
	const body = `{"sql":"SELECT i AS a, NULL AS b, '' AS c FROM range(2) t(i)"}`
	for accept, want := range map[string]string{
		"application/x-ndjson": "{\"a\":0,\"b\":null,\"c\":\"\"}\n{\"a\":1,\"b\":null,\"c\":\"\"}\n",
		"text/csv":             "a,b,c\r\n0,,\"\"\r\n1,,\"\"\r\n",
	} {
		a := d.post("/sql", body, "Accept", accept)
		if a.body != want || a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), accept) {
			t.Errorf("%s: %d %v %q", accept, a.status, a.header, a.body)
		}
		if a.trailer.Get(query.HeaderTruncated) != "false" {
			t.Errorf("%s: trailer %v", accept, a.trailer)
		}
	}
	a := d.post("/sql?format=arrow", body)
	reader, err := ipc.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("%d %q: %v", a.status, a.body, err)
	}
	defer reader.Release()
	if !reader.Next() || reader.RecordBatch().NumRows() != 2 || reader.Schema().Field(0).Name != "a" {
		t.Fatalf("schema %v, %v", reader.Schema(), reader.Err())
	}
	if got := reader.RecordBatch().Column(0).(*array.Int64).Value(1); got != 1 {
		t.Errorf("second value of a is %d", got)
	}
	if a.trailer.Get(query.HeaderTruncated) != "false" || a.header.Get("Content-Type") != "application/vnd.apache.arrow.stream" {
		t.Errorf("headers %v, trailer %v", a.header, a.trailer)
	}
}

func TestEmptyResults(t *testing.T) {
	d := start(t, small(), nil)
	const sql = "SELECT 1 AS a WHERE false"
	if got := d.sql(sql).rows(t); got != "[]" {
		t.Errorf("json %s", got)
	}
	for format, want := range map[string]string{"ndjson": "", "csv": "a\r\n"} {
		a := d.post("/sql?format="+format, sql, "Content-Type", "application/sql")
		if a.body != want || a.status != http.StatusOK || a.trailer.Get(query.HeaderTruncated) != "false" {
			t.Errorf("%s: %d %q %v", format, a.status, a.body, a.trailer)
		}
	}
	a := d.post("/sql?format=arrow", sql, "Content-Type", "application/sql")
	reader, err := ipc.NewReader(bytes.NewReader([]byte(a.body)))
	if err != nil || reader.Schema().NumFields() != 1 || reader.Next() {
		t.Errorf("arrow: %v", err)
	}
}

func TestLimits(t *testing.T) {
	d := start(t, small(), nil)
	for _, c := range []struct {
		format, limit, rows string
		lines               int
		truncated           bool
	}{
		{"json", "", "20000", 10_000, true},
		{"json", "", "10000", 10_000, false},
		{"json", "30000", "20000", 20_000, false},
		{"json", "7", "20000", 7, true},
		{"ndjson", "", "200000", 200_000, false},
		{"ndjson", "7", "20000", 7, true},
		{"csv", "7", "7", 7 + 1, false},
		{"csv", "6", "7", 6 + 1, true},
	} {
		path := "/sql?format=" + c.format
		if c.limit != "" {
			path += "&limit=" + c.limit
		}
		a := d.post(path, "SELECT i FROM range("+c.rows+") t(i) ORDER BY i", "Content-Type", "text/plain")
		name := fmt.Sprintf("%s of %s rows", path, c.rows)
		if a.status != http.StatusOK || a.readErr != nil {
			t.Fatalf("%s: %d %.200s %v", name, a.status, a.body, a.readErr)
		}
		lines, truncated := strings.Count(a.body, "\n"), a.trailer.Get(query.HeaderTruncated)
		if c.format == "json" {
			var doc query.Answer
			if err := json.Unmarshal([]byte(a.body), &doc); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if int(doc.RowCount) != len(doc.Rows) {
				t.Errorf("%s: row_count %d of %d rows", name, doc.RowCount, len(doc.Rows))
			}
			lines, truncated = len(doc.Rows), fmt.Sprint(doc.Truncated)
		}
		if lines != c.lines || truncated != fmt.Sprint(c.truncated) {
			t.Errorf("%s: %d lines, truncated %s; want %d, %v", name, lines, truncated, c.lines, c.truncated)
		}
	}
	a := d.post("/sql?format=arrow&limit=5", "SELECT i FROM range(9) t(i)", "Content-Type", "text/plain")
	if a.trailer.Get(query.HeaderTruncated) != "true" {
		t.Errorf("arrow: trailer %v", a.trailer)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	d := start(t, small(), nil)
	many := strings.TrimSuffix(strings.Repeat("1,", maxParams+1), ",")
	for _, c := range []struct {
		path, body string
		kind       *wire.Kind
		says       string
	}{
		{"/sql", ``, wire.ErrBadRequest, "empty"},
		{"/sql", `SELECT 1`, wire.ErrBadRequest, "text/plain"},
		{"/sql", `{"sql":""}`, query.ErrInvalid, "empty"},
		{"/sql", `{"sql":"SELECT 1","limti":5}`, wire.ErrUnknownField, "limti"},
		{"/sql", `{"sql":"SELECT 1","limit":"5"}`, wire.ErrBadRequest, "limit"},
		{"/sql", `{"sql":"SELECT 1","limit":0}`, wire.ErrBadRequest, "at least 1"},
		{"/sql", `{"sql":"SELECT 1","limit":1000001}`, wire.ErrBadRequest, "1000000"},
		{"/sql", `{"sql":"SELECT 1","timeout_ms":0}`, wire.ErrBadRequest, "timeout_ms"},
		{"/sql", `{"sql":"SELECT 1","timeout_ms":999999999}`, wire.ErrBadRequest, "max_timeout"},
		{"/sql", `{"sql":"SELECT 1","format":"xml"}`, wire.ErrBadRequest, "xml"},
		{"/sql", `{"sql":"SELECT 1","as_of":{"a":3}}`, wire.ErrBadRequest, "no table"},
		{"/sql", `{"sql":"SELECT 1","as_of":3}`, wire.ErrBadRequest, "RFC 3339"},
		{"/sql", `{"sql":"SELECT 1","as_of":"yesterday"}`, wire.ErrBadRequest, "RFC 3339"},
		{"/sql", `{"sql":"SELECT 1","as_of":{"a":0}}`, wire.ErrBadRequest, "from 1 on"},
		{"/sql", `{"sql":"SELECT 1","as_of":{"a":[3]}}`, wire.ErrBadRequest, "from 1 on"},
		{"/sql", `{"sql":"SELECT 1","as_of":{"a":3,"a":4}}`, wire.ErrBadRequest, "twice"},
		{"/sql?as_of=2026-11-01", `{"sql":"SELECT 1"}`, wire.ErrBadRequest, "RFC 3339"},
		{"/sql?as_of=2026-11-01T00:00:00Z", `{"sql":"SELECT 1","as_of":{"a":3}}`, wire.ErrBadRequest, "once"},
		{"/sql?format=csv", `{"sql":"SELECT 1","format":"csv"}`, wire.ErrBadRequest, "once"},
		{"/sql?limit=1.5", `{"sql":"SELECT 1"}`, wire.ErrBadRequest, "whole number"},
		{"/sql?formt=csv", `{"sql":"SELECT 1"}`, wire.ErrUnknownParameter, "formt"},
		{"/sql", `{"sql":"SELECT ?","params":[[1]]}`, wire.ErrBadRequest, "params[0]"},
		{"/sql", `{"sql":"SELECT ?","params":[{"a":1}]}`, wire.ErrBadRequest, "params[0]"},
		{"/sql", `{"sql":"SELECT ?","params":[` + many + `]}`, wire.ErrBadRequest, "1001"},
		{"/sql", `{"sql":"SELECT ?","params":[1,2]}`, query.ErrInvalid, "parameter"},
		{"/sql", `{"sql":"SELECT ?"}`, query.ErrInvalid, "parameter"},
		{"/sql", `{"sql":"SELECT 1` + strings.Repeat(" ", 1<<20) + `"}`, wire.ErrBodyTooLarge, "1048576"},
		{"/sql", `{"sql":"SELECT '\u0000'"}`, query.ErrInvalid, ""},
	} {
		a := d.post(c.path, c.body)
		p := a.expect(t, c.kind)
		if !strings.Contains(p.Detail, c.says) {
			t.Errorf("%.60s: %q does not say %q", c.body, p.Detail, c.says)
		}
		if a.header.Get("Trailer") != "" {
			t.Errorf("%.60s: a problem announces a trailer", c.body)
		}
	}
}

func TestErrorsSayWhere(t *testing.T) {
	d := start(t, small(), nil)
	for sql, position := range map[string]string{
		"SELECT 1 FORM x":       "14",
		"SELECT 1 + nosuch":     "11",
		"EXPLAIN SELECT nosuch": "15",
	} {
		p := d.sql(sql).expect(t, query.ErrInvalid)
		if fmt.Sprint(p.Fields["position"]) != position || p.Fields["message"] == "" {
			t.Errorf("%s: position %v, want %s; %v", sql, p.Fields["position"], position, p)
		}
	}
}

// TestErrorsOfTheDataComeWhole: what a value makes fail is a problem and not an
// abort, as long as the answer is held back.
func TestErrorsOfTheDataComeWhole(t *testing.T) {
	d := start(t, small(), nil)
	const sql = "SELECT CASE WHEN i = 9000 THEN error('row ' || i) ELSE 'ok' END FROM range(9999) t(i)"
	p := d.sql(sql).expect(t, query.ErrInvalid)
	if !strings.Contains(p.Detail, "row 9000") {
		t.Errorf("detail %q", p.Detail)
	}
	for _, format := range []string{"csv", "ndjson", "arrow"} {
		d.post("/sql?format="+format, "SELECT 'x'::INTEGER FROM range(9)", "Content-Type", "text/plain").expect(t, query.ErrInvalid)
	}
}

func TestStreamThatFailsMidwayIsAborted(t *testing.T) {
	d := start(t, small(), nil)
	// What comes before is more than DuckDB makes ahead and than is held back of JSON.
	for path, rows := range map[string]int{"/sql?format=csv": 300000, "/sql?format=ndjson": 300000, "/sql?format=arrow": 300000, "/sql?limit=1000000&format=json": 900000} {
		sql := fmt.Sprintf("SELECT i, CASE WHEN i = %d THEN error('late') ELSE 'ok' END AS v FROM range(1000000) t(i)", rows)
		a := d.post(path, sql, "Content-Type", "text/plain")
		if a.status != http.StatusOK || a.readErr == nil {
			t.Errorf("%s: %d, %d bytes %.200q, error %v; want an aborted answer", path, a.status, len(a.body), a.body, a.readErr)
		}
	}
	if got := d.sql("SELECT 1").rows(t); got != "[[1]]" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestLogHoldsNoText(t *testing.T) {
	d := start(t, small(), nil)
	a := d.sql("SELECT '078-05-1120' AS ssn")
	log := d.logged(a.header.Get(query.HeaderQueryID))
	if strings.Contains(log, "078-05") || !strings.Contains(log, "sql_sha256") {
		t.Errorf("log: %s", log)
	}
}
