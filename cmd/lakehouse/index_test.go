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
	"sync/atomic"
	"testing"
	"unicode/utf8"
)

// people are items as lines: the n-th is n from the origin, along the first axis.
func people(from, to int) string {
	var lines strings.Builder
	for n := from; n <= to; n++ {
		city := []string{"Austin", "Dallas"}[n%2]
		fmt.Fprintf(&lines, `{"id":"c-%d","vector":[%d,0,0,0],"text":"welder %s number%d","metadata":{"city":%q,"n":%d}}`+"\n", n, n, city, n, city, n)
	}
	return lines.String()
}

func indexesAreFilledAndSearched(t *testing.T) {
	write(t, "people.ndjson", people(1, 2500))
	write(t, "bad.ndjson", people(2501, 4000)+"\n"+`{"id":"x","vector":[1,2]}`+"\n")
	write(t, "worse.ndjson", people(2501, 2502)+"\n"+`{"id":"x","vectr":[1,2,3,4]}`+"\n")
	for _, c := range []call{
		{"index create people --dimension 4 --metric l2 --quantization none", 0, []string{"people: made, 4 dimensions, l2, not quantized, m 16, ef_construction 200, room for 1048576 items, words of text\n"}, nil},
		{"index create people --dimension 5", 1, nil, []string{"(here: lakehouse index drop people, or --if-not-exists and what it was made with: 4 dimensions, l2", "[index_exists]"}},
		{"index create people --dimension 5 --if-not-exists", 1, nil, []string{"[index_exists]"}},
		{"index create people --dimension 4 --metric l2 --quantization none --if-not-exists", 0, []string{"people: there already, 4 dim"}, nil},
		{"index create people", 2, nil, []string{"--dimension"}},
		{"index create odd --dimension 3 --metric near", 1, nil, []string{"cosine, dot and l2", "[bad_index]"}},
		{"index create even --dimension 3", 0, []string{"even: made, 3 dimensions, cosine, int8, m 16"}, nil},
		{"index create odd --dimension 3 --metric dot --m 8 --ef-construction 50 --max-items 900 --text-field title --text-field job.text --no-persist", 0,
			[]string{"odd: made, 3 dimensions, dot, int8, m 8, ef_construction 50, room for 900 items, words of title, job.text, in memory alone\n"}, nil},
		{"index load people --file people.ndjson", 0, []string{"people: 2500 items, 2500 new, 0 in place of others; it holds 2500, "}, []string{"!note"}},
		{"index load people --file people.ndjson --json", 0, []string{`"items": 2500`, `"batches": 3`, `"added": 0`, `"updated": 2500`, `"count": 2500`, `"sent_again": 0`}, nil},
		{"index load people --file bad.ndjson", 1, nil, []string{"1000 items of the lines up to 1000 are in people", "bad.ndjson: line 1502: ", `"x"`, "2 numbers", "dimension 4", "[dimension_mismatch]"}},
		{"index load people --file worse.ndjson", 1, nil, []string{"worse.ndjson: line 4: ", `unknown field "vectr"`, "!are in people"}},
		{"index load people --file nothere.ndjson", 1, nil, []string{"no such file"}},
		{"index load people --file .", 1, nil, []string{"folder"}},
		{"index load people", 2, nil, []string{"--file", "--sql"}},
		{"index load nobody --file people.ndjson", 1, nil, []string{"(here: lakehouse index list) [index_not_found]"}},
		{"index list", 0, []string{"│ odd    │ ready │         3 │ dot    │       │     0 │", "│ people │ ready │         4 │ l2     │       │  3500 │"}, nil},
		{"index list --json", 0, []string{`"name": "people"`, `"count": 3500`}, nil},
		{"index create bare --dimension 3 --no-text-fields", 0, []string{"room for 1048576 items\n"}, nil},
		{"index create bare --dimension 3 --no-text-fields --text-field a", 2, nil, []string{"do not go together"}},
		{"index drop bare --yes", 0, nil, nil},
		{"index alias set crew people", 0, []string{"crew leads to people\n"}, nil},
		{"index alias set odd people", 1, nil, []string{"(here: an index keeps its name for good: lakehouse index drop odd, and then the same again; searches by that name fail in between) [index_exists]"}},
		{"index alias set crew nobody", 1, nil, []string{"(here: lakehouse index list) [index_not_found]"}},
		{"index create crew --dimension 3", 1, nil, []string{"(here: lakehouse index alias drop crew) [index_exists]"}},
		{"index alias list", 0, []string{"│ crew  │ people │"}, nil},
		{"index stats crew --recall 20", 0, []string{"index         people, of ", "made as       4 dimensions", "aliases       crew\n", "state         ready\n",
			"items         3500, with 3 fields of metadata\n", "damage        none was met\n", "of the 10 nearest to each of 20 vectors of its own"}, nil},
		{"index stats people --acknowledge-damage", 0, []string{"damage        none was met\n"}, nil},
		{"index stats people --json", 0, []string{`"count": 3500`, `"vectors_bytes"`}, nil},
		{"index stats people --recall 0", 2, nil, []string{"--recall"}},
		{"index stats nobody", 1, nil, []string{"(here: lakehouse index list) [index_not_found]"}},
	} {
		c.check(t)
	}
	searchesFind(t)
	itemsAreLookedAt(t)
	indexesAtATerminal(t)
	indexesAreDropped(t)
}

// Somebody who looks sees one bar, tables as wide as the terminal, and is asked before
// anything goes.
func indexesAtATerminal(t *testing.T) {
	shown := openConsole(t, nil, "index", "load", "people", "--file", "people.ndjson").expect("2500 in place of others")
	if !strings.Contains(shown, "] ") || !strings.Contains(shown, " done\n") || strings.Contains(shown, "0.0 b 0.0 b/s") {
		t.Errorf("the bar of a load:\n%s", shown)
	}
	shown = openConsole(t, nil, "search", "people", "welder", "--like", "c-1", "-k", "1").expect("1 result")
	for line := range strings.Lines(shown) {
		if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > 80 {
			t.Errorf("a line of %d in a terminal of 80:\n%s", width, shown)
		}
	}
	if !strings.Contains(shown, "…") {
		t.Errorf("nothing is cut:\n%s", shown)
	}
	c := openConsole(t, nil, "index", "drop", "people")
	c.expect("Go on? [y/N] ")
	c.write("n" + enter)
	c.expect("nothing was done")
}

func searchesFind(t *testing.T) {
	for _, c := range []call{
		{"search crew --vector [1,0,0,0] -k 2", 0, []string{"│    1 │ 1.0000 │ c-1 │ {\"city\":\"Dallas\",\"n\":1,\"text\":\"welder Dallas number1\"} │\n", "│    2 │ 0.5000 │ c-2 │"}, []string{"2 results\n"}},
		{`search people --vector [1,0,0,0] -k 2 --filter {"city":"Austin"} --exact`, 0, []string{"│ c-2 │", "│ c-4 │"}, []string{"2 results; every item that may be found was looked at\n"}},
		{`search people --like c-1 --like c-5 -k 1 --json`, 0, []string{`"id": "c-3"`, `"distance": `, `"exact": false`}, nil},
		{"search people --like c-1 --unlike c-3500 -k 3", 0, []string{"│ c-2 │"}, nil},
		{"search people number77 -k 5", 0, []string{"│ c-77 │"}, []string{"1 result by words alone, since the index has no model\n"}},
		{"search people number77 --vector [1,0,0,0] -k 3 --alpha 0.5", 0, []string{"by vector", "by words", "│ c-77 │"}, nil},
		{"search people number77 --vector [1,0,0,0] -k 3 --mode hybrid --json", 0, []string{`"parts"`, `"lexical"`}, nil},
		{"search people number77 --vector [1,0,0,0] -k 1 --alpha 0 --json", 0, []string{`"id": "c-77"`}, nil},
		{"search people number77 --vector [1,0,0,0] -k 1 --alpha 1 --json", 0, []string{`"id": "c-1"`}, nil},
		{"search people number77 --vector [1,0,0,0] -k 1 --fusion rrf --json", 0, []string{`"score": 0.01`}, nil},
		{"search people number77 --vector [1,0,0,0] --fusion borda", 1, nil, []string{"convex and rrf", "[bad_search]"}},
		{"search people --vector [1,0,0,0] -k 1 --ef 500", 0, []string{"│ c-1 │"}, nil},
		{"search people --vector [1,0,0,0] --ef 0", 1, nil, []string{"ef is 0", "[bad_search]"}},
		{"search people --vector [1,0,0,0] --min-score 0.19 -k 1000", 0, []string{"│ c-5 │"}, []string{"5 results\n"}},
		{"search people --vector [1,0,0,0] -k 1 --with-vector", 0, []string{"│ vector    │", "│ [1,0,0,0] │"}, nil},
		{"search people --vector [1,0,0,0] -k 1 --with-vector --json", 0, []string{`"vector": [`}, nil},
		{`search people welder --filter {"city":"Oslo"}`, 0, []string{"rank"}, []string{"0 results by words alone, since the index has no model\n"}},
		{`search people welder --filter {"town":"Oslo"}`, 1, nil, []string{"city, n, text", "[bad_filter]"}},
		{"search people --vector [1,0]", 1, nil, []string{"[dimension_mismatch]"}},
		{"search even --vector [0,0,0]", 1, nil, []string{"[bad_vector]"}},
		{"search people --like nobody", 1, nil, []string{"[item_not_found]"}},
		{"search people welder --mode vector", 1, nil, []string{"mode vector needs a vector, and this index has no model", "[bad_search]"}},
		{"search nobody welder", 1, nil, []string{"(here: lakehouse index list; or, if nobody is of the text", "[index_not_found]"}},
		{"__complete search pe", 0, []string{"people\n"}, nil},
		{"__complete search c", 0, []string{"crew\n"}, nil},
		{"__complete index drop o", 0, []string{"odd\n"}, nil},
		{"__complete index alias drop c", 0, []string{"crew\n"}, nil},
		{"__complete index alias set new pe", 0, []string{"people\n"}, nil},
		{"__complete search people --mode h", 0, []string{"hybrid\n"}, nil},
	} {
		c.check(t)
	}
}

// Items are shown, listed, counted and changed; what is listed can be loaded again.
func itemsAreLookedAt(t *testing.T) {
	for _, c := range []call{
		{"index show crew c-3 c-1", 0, []string{`{"id":"c-3","vector":[3,0,0,0],"metadata":{"city":"Dallas","n":3,"text":"welder Dallas number3"}}` + "\n" + `{"id":"c-1",`}, nil},
		{"index show people nobody", 1, nil, []string{"(here: lakehouse index items people) [item_not_found]"}},
		{`index items people --filter {"n":{"lte":3}} --limit 2`, 0, []string{"│ id  │ metadata", `│ c-1 │ {"city":"Dallas"`}, []string{"2 items; there are more, see --limit\n"}},
		{`index items people --filter {"n":{"lte":3}} --limit 3 --with-vector`, 0, []string{"│ [3,0,0,0] │"}, []string{"3 items\n"}},
		{"index items people --limit 0 --json", 0, []string{`{"id":"c-3500","metadata":{`}, []string{"3500 items\n"}},
		{"index items people --limit -1", 2, nil, []string{"--limit"}},
		{"index items nobody", 1, nil, []string{"(here: lakehouse index list) [index_not_found]"}},
		{"index count people", 0, []string{"3500\n"}, nil},
		{`index count people --filter {"n":{"lte":3}} --json`, 0, []string{`"count": 3`}, nil},
		{`index set people c-3 nobody --metadata {"shift":"night","n":null}`, 0, []string{"people: 1 item changed; 1 of the 2 ids is not there\n"}, nil},
		{`index count people --filter {"shift":"night"}`, 0, []string{"1\n"}, nil},
		{`index set people --filter {"shift":"night"} --remove shift --metadata {"n":3}`, 2, nil, []string{"This would change the metadata of 1 item of the index people.", "--yes"}},
		{`index set people --filter {"shift":"night"} --remove shift --metadata {"n":3} --json --yes`, 0, []string{`"updated": 1`}, nil},
		{"index set people c-3", 2, nil, []string{"--metadata", "--remove"}},
		{"index set people c-3 --metadata [1]", 2, nil, []string{"no JSON object"}},
		{"index set people --remove n", 2, nil, []string{"either by their ids or by --filter"}},
	} {
		c.check(t)
	}
	_, lines, _ := lakehouse(t.Context(), "index", "items", "people", "--limit", "20", "--with-vector", "--json")
	write(t, "again.ndjson", lines)
	call{"index load people --file again.ndjson", 0, []string{"people: 20 items, 0 new, 20 in place of others"}, nil}.check(t)
}

func indexesAreDropped(t *testing.T) {
	for _, c := range []call{
		{"index drop crew --yes", 1, nil, []string{"crew is an alias of the index people", "lakehouse index alias drop crew", "lakehouse index drop people"}},
		{"index drop people", 2, nil, []string{"This would drop the index people with its 3500 items; it has no snapshot that could bring it back. Its aliases go with it: crew.\n", "--yes"}},
		{"index alias set crew odd", 1, nil, []string{"remove the alias first", "[bad_index]"}},
		{"index alias set crew even", 0, []string{"crew leads to even\n"}, nil},
		{"index drop people --yes", 0, []string{"people is dropped\n"}, []string{"It has no alias.\n"}},
		{"index drop people --yes", 1, nil, []string{"[index_not_found]"}},
		{"index alias drop crew", 0, []string{"crew leads nowhere any more\n"}, nil},
		{"index alias drop crew", 1, nil, []string{"(here: lakehouse index alias list) [alias_not_found]"}},
		{"index drop even --yes", 0, nil, nil},
		{"index drop odd --yes --json", 0, []string{`"dropped": "odd"`}, nil},
		{"index list --json", 0, []string{"[]\n"}, nil},
	} {
		c.check(t)
	}
}

// An answer that is lost says nothing of its batch: it is sent again, and nothing is in
// twice.
func loadsOutlastALostAnswer(t *testing.T) {
	gateway, err := url.Parse(os.Getenv("LAKEHOUSE_GATEWAY"))
	if err != nil {
		t.Fatal(err)
	}
	var adds atomic.Int64
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(gateway) }}
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/add") || adds.Add(1) != 2 {
			proxy.ServeHTTP(w, r)
			return
		}
		lost := httptest.NewRecorder()
		proxy.ServeHTTP(lost, r)
		if lost.Code != http.StatusOK {
			t.Errorf("the batch whose answer is lost was not taken: %d %s", lost.Code, lost.Body)
		}
		panic(http.ErrAbortHandler)
	}))
	defer edge.Close()
	write(t, "people.ndjson", people(1, 2500))
	call{"index create flock --dimension 4", 0, nil, nil}.check(t)
	code, stdout, stderr := lakehouse(t.Context(), "index", "load", "flock", "--file", "people.ndjson", "--json", "--gateway", edge.URL)
	var done struct{ Items, Added, Updated, Count, SentAgain int }
	if err := json.Unmarshal([]byte(strings.Replace(stdout, "sent_again", "SentAgain", 1)), &done); err != nil || code != 0 {
		t.Fatalf("%d %s %s %v", code, stdout, stderr, err)
	}
	if done.Items != 2500 || done.Count != 2500 || done.SentAgain != 1 || done.Added != 1500 || done.Updated != 1000 {
		t.Errorf("the load did %+v", done)
	}
	if !strings.Contains(stderr, "lines 1001 to 2000: sent again for want of an answer") {
		t.Errorf("said: %s", stderr)
	}
	call{"index drop flock --yes", 0, nil, nil}.check(t)
}
