package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// endless is a statement that gives no row for as long as anybody waits.
const endless = "select~1~as~id,[1,2,3,4]::float[]~as~vector~from~range(900000000000)~t(i)~where~i<0"

func indexesAreLoadedFromStatements(t *testing.T) {
	write(t, "crew.csv", "id,x,city\nc-1,1,Austin\nc-2,2,Dallas\nc-3,3,Waco\n")
	write(t, "crew2.csv", "id,x,city\nc-1,1,Austin\nc-2,2,Houston\nc-4,4,Waco\n")
	const all = "index load crew --sql select~id,[x,0,0,0]::float[]~as~vector,city~from~staff"
	for _, c := range []call{
		{"ingest crew.csv --name staff", 0, nil, nil},
		{"index create crew --dimension 4 --metric l2", 0, nil, nil},
		{"index load crew --status", 1, nil, []string{"(here: lakehouse index load crew --sql SELECT) [load_not_found]"}},
		{"index load crew --cancel", 1, nil, []string{"[load_not_found]"}},
		{all, 0, []string{"crew: 3 rows, 0 unchanged, 3 new, 0 in place of others; of staff@1, "}, nil},
		{all, 0, []string{"crew: nothing was to be done, for neither what the statement reads (staff@1) nor the index has changed since the last load; --force looks at every row\n"}, nil},
		{all + " --force", 0, []string{"crew: 3 rows, 3 unchanged, 0 new, 0 in place of others; of staff@1, "}, nil},
		{"ingest crew2.csv --name staff --mode replace", 0, nil, nil},
		{all + " --delete-missing --json", 0, []string{`"state": "succeeded"`, `"unchanged": 1`, `"added": 1`, `"updated": 1`, `"deleted": 1`, `"reads": "staff@2"`}, nil},
		{"index load crew --status", 0, []string{"load          succeeded, begun ", "statement     select id,[x,0,0,0]", "reads         staff@2\n", "rows          3 rows, 1 unchanged, 1 new, 1 in place of others, 1 item taken out\n"}, nil},
		{"index load crew --sql select~id~as~who,[x,1,0,0]::float[]~as~at~from~staff --id-column who --vector-column at", 0, []string{"crew: 3 rows, 0 unchanged, 0 new, 3 in place"}, nil},
		{"index load crew --sql select~id~as~who~from~staff", 1, nil, []string{"row 1 of the statement: ", "(here: --id-column, --vector-column and --text-column) [load_columns]"}},
		{"index load crew --sql selekt~1", 1, nil, []string{"[sql_invalid]"}},
		{"index load crew --sql selekt~1 --json", 1, []string{`"state": "failed"`, `"code": "sql_invalid"`}, nil},
		{"index load crew --status", 0, []string{"load          failed", "[sql_invalid]\n"}, nil},
		{"index load crew --sql select~id,[x,0,0,0]::float[]~as~vector,x/2::decimal(9,1)~as~half,1.5~as~fix~from~staff", 0, []string{"\n  note: the numbers of fix (DECIMAL(2,1)) are text in the metadata"}, nil},
		{"index load crew --status", 0, []string{"note          the numbers of fix"}, nil},
		{"index load nobody --sql select~1", 1, nil, []string{"(here: lakehouse index list) [index_not_found]"}},
		{"index load crew --sql select~1 --file x", 2, nil, []string{"--file and --sql do not go together"}},
		{"index load crew --sql select~*~from~staff~where~false --delete-missing", 1, nil, []string{"(here: --allow-empty, if the index is to be emptied) [load_empty]"}},
		{"index load crew --sql select~1 --allow-empty", 1, nil, []string{"allow_empty goes with delete_missing"}},
		{"index load crew --file x --force", 2, nil, []string{"--force goes with --sql"}},
		{"index load crew --sql ", 2, nil, []string{"--sql"}},
		{"search crew --vector [1,1,0,0] -k 1", 0, []string{"│ c-1 │"}, nil},
	} {
		c.check(t)
	}
	loadsGoOnUnwatched(t)
	call{"index drop crew --yes", 0, nil, nil}.check(t)
}

// Who stops waiting for a load, or does not wait at all, is told how to look at it and how
// to end it; one that is ended by somebody else is an error for who waits.
func loadsGoOnUnwatched(t *testing.T) {
	watched := func() *console {
		c := openConsole(t, nil, "index", "load", "crew", "--sql", strings.ReplaceAll(endless, "~", " "))
		c.expect("0 rows, 0 unchanged, 0 new")
		return c
	}
	c := watched()
	c.write("\x03")
	c.expect("stopped waiting for the load of crew, which goes on; see 'lakehouse index load crew --status', or end it with 'lakehouse index load crew --cancel'")
	for _, c := range []call{
		{"index load crew --status", 0, []string{"load          running, begun "}, nil},
		{"index load crew --sql " + endless, 1, nil, []string{"(here: lakehouse index load crew --status, or --cancel) [load_running]"}},
		{"index load crew --cancel", 0, []string{"crew: the load is cancelled; 0 rows, "}, nil},
		{"index load crew --status --json", 0, []string{`"state": "cancelled"`}, nil},
		{"index load crew --no-wait --sql " + endless, 0, []string{"crew: the load has begun; 'lakehouse index load crew --status' shows how far it is"}, nil},
		{"index load crew --cancel --json", 0, []string{`"state": "cancelled"`}, nil},
	} {
		c.check(t)
	}
	c = watched()
	call{"index load crew --cancel", 0, nil, nil}.check(t)
	c.expect("the load of crew is cancelled")
}

// What is more than a request may have goes in parts, and no request is too large twice.
func loadsAreCutToTheLimit(t *testing.T) {
	gateway, err := url.Parse(os.Getenv("LAKEHOUSE_GATEWAY"))
	if err != nil {
		t.Fatal(err)
	}
	const limit = 20_000
	refused := 0
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(gateway) }}
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength <= limit {
			proxy.ServeHTTP(w, r)
			return
		}
		refused++
		wire.WriteProblem(w, r, &http.MaxBytesError{Limit: limit})
	}))
	defer edge.Close()
	long := fmt.Sprintf(`{"id":"long","vector":[1,0,0,0],"text":%q}`, strings.Repeat("x", limit)) + "\n"
	write(t, "people.ndjson", people(1, 2500))
	write(t, "long.ndjson", people(1, 5)+long+people(6, 7))
	call{"index create flock --dimension 4", 0, nil, nil}.check(t)
	code, stdout, stderr := lakehouse(t.Context(), "index", "load", "flock", "--file", "people.ndjson", "--json", "--gateway", edge.URL)
	var done struct{ Items, Added, Updated, Count, Batches int }
	if err := json.Unmarshal([]byte(stdout), &done); err != nil || code != 0 {
		t.Fatalf("%d %s %s %v", code, stdout, stderr, err)
	}
	if done.Items != 2500 || done.Added != 2500 || done.Updated != 0 || done.Count != 2500 || done.Batches < 10 || refused != 1 {
		t.Errorf("the load did %+v, and %d requests were refused", done, refused)
	}
	if want := "lines 1 to 1000: more than one request may have here (19.5 KiB); sent in parts from here on\n"; stderr != want {
		t.Errorf("said: %s", stderr)
	}
	code, _, stderr = lakehouse(t.Context(), "index", "load", "flock", "--file", "long.ndjson", "--gateway", edge.URL)
	if code != 1 || !holdsAll(stderr, []string{"5 items of the lines up to 5 are in flock", "long.ndjson: line 6: ", "[vectord] max_body_bytes) [body_too_large]"}) {
		t.Errorf("a line that is too long: %d %s", code, stderr)
	}
	call{"index drop flock --yes", 0, nil, nil}.check(t)
}
