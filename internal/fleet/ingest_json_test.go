package fleet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// JSON comes back as it was sent, whatever it nests, from arrays and lines alike.
func TestJSONComesBack(t *testing.T) {
	l := startLake(t)
	const records = `{"id":9007199254740993,"big":12345678901234567890123,"rate":12.5,"exact":0.12345678901234567890123,"tiny":1.5e-7,"ok":true,"zip":"01234","day":"2026-01-31","at":"2026-01-31T08:30:00Z","skills":["forklift","o\"k\n"],"address":{"city":"Nîmes","geo":{"lat":1.25,"since":"2026-02-01"}},"mixed":1,"none":null,"empty":{}}
{"id":-1,"rate":7,"tiny":2,"ok":false,"zip":"98765","day":"2026-02-01","at":"2026-02-01T00:00:00+02:00","skills":[],"address":{"city":null},"mixed":"x","shifts":[{"n":1,"hours":[8,7.5]},{"n":2}]}
{"skills":null,"address":null,"mixed":[1, {"a":2}]}`
	want := []string{"id long", "big decimal(38,0)", "rate decimal(18,2)", "exact decimal(38,23)", "tiny double", "ok boolean", "zip string", "day date", "at timestamptz",
		"skills list<string>", "address struct<city:string,geo:struct<lat:decimal(18,2),since:date>>", "mixed string", "none string", "empty string",
		"shifts list<struct<n:long,hours:list<decimal(18,2)>>>"}
	array := "[" + strings.ReplaceAll(records, "}\n{", "},\n{") + "]"
	pretty := strings.ReplaceAll(strings.ReplaceAll(records, `{"id"`, "{\n  \"id\""), `{"skills"`, "{\n\t\"skills\"")
	for name, body := range map[string]string{"by_line": records, "in_array": array, "pretty": pretty, "packed": zstded(t, array), "utf16": "\xff\xfe" + encoded(t, "utf-16le", records)} {
		doc := l.mustIngest("name="+name, body)
		if got := strings.Join(typesOf(doc), "; "); got != strings.Join(want, "; ") {
			t.Errorf("%s: types\n%s, want\n%s", name, got, strings.Join(want, "; "))
		}
		if warnings := fmt.Sprint(doc["warnings"]); !strings.Contains(warnings, `"mixed" holds values of several types`) || doc["rows"] != 3.0 {
			t.Errorf("%s: %v", name, doc)
		}
		got := strings.Join(l.rows(`SELECT id, big, rate, exact, tiny, ok, zip, day, epoch_us("at"), skills, address.city, address.geo.lat, address.geo.since, address IS NULL, mixed, "none", "empty", shifts FROM `+name+` ORDER BY id DESC NULLS LAST`), "\n")
		want := strings.Join([]string{
			`9007199254740993|"12345678901234567890123"|"12.50"|"0.12345678901234567890123"|1.5e-07|true|"01234"|"2026-01-31"|1769848200000000|["forklift","o\"k\n"]|"Nîmes"|"1.25"|"2026-02-01"|false|"1"|null|"{}"|null`,
			`-1|null|"7.00"|null|2|false|"98765"|"2026-02-01"|1769896800000000|[]|null|null|null|false|"x"|null|null|[{"n":1,"hours":["8.00","7.50"]},{"n":2,"hours":null}]`,
			`null|null|null|null|null|null|null|null|null|null|null|null|null|true|"[1, {\"a\":2}]"|null|null|null`}, "\n")
		if got != want {
			t.Errorf("%s: rows\n%s\nwant\n%s", name, got, want)
		}
		if status, doc := l.ingest("name="+name+"&mode=append", body); status != http.StatusOK || doc["unchanged"] != true {
			t.Errorf("%s again: %d %v", name, status, doc)
		}
	}
}

// What a record may not be is a bad row with its line; what leaves the rest of a
// file uncertain refuses it.
func TestBadJSON(t *testing.T) {
	l := startLake(t)
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for what, c := range map[string]struct {
		params, body string
		status       int
		code, says   string
	}{
		"a broken line":        {"", "{\"a\":1}\n{\"a\":}\n{\"a\":3}\n", 422, "bad_rows", "line:2"},
		"no object":            {"", "{\"a\":1}\n[1]\n", 422, "bad_rows", "not an object"},
		"a key twice":          {"", `{"a":1,"a":2}`, 422, "bad_rows", `the key "a" twice`},
		"twice, deep":          {"", `{"a":{"b":[{"c":1,"c":1}]}}`, 422, "bad_rows", `the key "c" twice`},
		"alike by case":        {"", `{"a":1,"A":2}`, 422, "bad_rows", "by case alone"},
		"alike, later":         {"", "{\"a\":1}\n{\"A\":2}\n", 422, "bad_rows", `differs from an earlier record's`},
		"deep":                 {"", deep(101), 422, "bad_rows", "nested deeper than 100"},
		"10,000 deep":          {"", deep(10_000), 422, "bad_rows", "nested deeper than 100"},
		"1,000,000 deep":       {"", `{"a":` + strings.Repeat("[", 1_000_000), 422, "bad_rows", "nested deeper than 100"},
		"deep in an array":     {"", "[" + deep(20_000) + "]", 422, "bad_file", "line 1"},
		"a NUL":                {"", `{"a":"x\u0000"}`, 422, "bad_rows", "NUL"},
		"half a pair":          {"", `{"a":"\ud800"}`, 422, "bad_rows", "no JSON"},
		"two on a line":        {"", "{\"a\":1}\n{\"a\":1} {\"a\":2}\n", 422, "bad_rows", "more than one value"},
		"an array cut":         {"", "[{\"a\":1},\n{\"a\":2}", 422, "bad_file", "line 2"},
		"a comma too many":     {"", "[{\"a\":1},\n{\"a\":2},]", 422, "bad_file", "line 2"},
		"text behind":          {"", "[{\"a\":1}] x", 422, "bad_file", "on line 1"},
		"an empty array":       {"", "[]", 422, "empty_file", "no records"},
		"no keys":              {"&format=json", "{}\n{}\n", 422, "bad_file", "no columns"},
		"no JSON at all":       {"&format=json", "a,b\n1,2\n", 422, "bad_rows", "line:1"},
		"CSV's options":        {"&format=json&delimiter=comma", `{"a":1}`, 400, "bad_option", "delimiter"},
		"an unknown column":    {"&types=ab:string", `{"abc":1}`, 400, "bad_option", "did you mean abc?"},
		"no type":              {"&types=a:list<strin>", `{"a":[]}`, 400, "bad_option", "list<strin>"},
		"a value's type":       {"&types=a:long", "{\"a\":1}\n{\"a\":\"x\"}\n", 422, "bad_rows", "value:x"},
		"a nested one":         {"&types=a:list<long>", "{\"a\":[1]}\n{\"a\":[\"x\"]}\n", 422, "bad_rows", `value:["x"]`},
		"a struct's other key": {"&types=a:struct<b:long>", "{\"a\":{\"b\":1,\"c\":2}}\n", 422, "bad_rows", `the key "c"`},
	} {
		status, doc := l.ingest("name=x"+c.params, c.body)
		if status != c.status || doc["code"] != c.code || !strings.Contains(fmt.Sprint(doc), c.says) {
			t.Errorf("%s: %d %.600v", what, status, doc)
		}
	}
	if got := l.datasets(); len(got) != 0 {
		t.Errorf("datasets %q", got)
	}
	doc := l.mustIngest("name=q&on_error=quarantine", "{\"a\":1}\n{\"a\":}\n\n{\"a\":3,\"a\":4}\n{\"a\":5}\n")
	if got := strings.Join(l.rows("SELECT line, raw FROM q__quarantine ORDER BY line"), " "); doc["rows"] != 2.0 || got != `2|"{\"a\":}" 4|"{\"a\":3,\"a\":4}"` {
		t.Errorf("quarantine: %v, %s", doc, got)
	}
}

// A dataset is the target of JSON as it is of CSV, whatever brought it.
func TestJSONAgainstADataset(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=t", "id,rate,day,zip\n1,12.50,2026-01-31,01234\n")
	l.mustIngest("name=t&mode=append", `[{"id":2,"rate":"7.25","ZIP":98765},{"day":"2026-02-01"},{"id":"3","rate":1}]`)
	if got := strings.Join(l.rows("SELECT id, rate, day, zip FROM t ORDER BY id NULLS LAST"), " "); got !=
		`1|"12.50"|"2026-01-31"|"01234" 2|"7.25"|null|"98765" 3|"1.00"|null|null null|null|"2026-02-01"|null` {
		t.Errorf("rows %s", got)
	}
	for what, c := range map[string]struct{ body, code, says string }{
		"another column":    {`{"id":1,"shift":"day"}`, "schema_drift", "added"},
		"another type":      {`{"rate":"n/a"}`, "schema_drift", "retyped"},
		"one of many":       {"{\"rate\":1}\n{\"rate\":2}\n{\"rate\":1.005}\n", "bad_rows", "line:3"},
		"an object":         {"{\"rate\":1}\n{\"rate\":{}}\n", "bad_rows", "line:2"},
		"a date not in ISO": {"{\"day\":\"2026-01-01\"}\n{\"day\":\"2026-02-30\"}\n", "bad_rows", "2026-02-30"},
	} {
		if status, doc := l.ingest("name=t&mode=append", c.body); status < 400 || doc["code"] != c.code || !strings.Contains(fmt.Sprint(doc), c.says) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
	l.mustIngest("name=n&types=tags:map<string,long>", `{"tags":{"a":1,"b c":2}}`)
	l.mustIngest("name=n&mode=append", `{"tags":{"d":"3"}}`)
	if got := strings.Join(l.rows("SELECT tags FROM n ORDER BY tags::TEXT"), " "); got != `[{"key":"a","value":1},{"key":"b c","value":2}] [{"key":"d","value":3}]` {
		t.Errorf("maps %s", got)
	}
}
