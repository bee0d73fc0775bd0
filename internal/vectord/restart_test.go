package vectord_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// What was acknowledged is there after a restart: items, aliases, and what an index was
// made as.
func TestARestartFindsEverything(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	no := false
	d.mustCreate("kept", vector.Shape{Dimension: 8, Metric: vector.L2, TextFields: []string{"note"}})
	d.mustCreate("brief", vector.Shape{Dimension: 8, Persist: &no})
	d.mustCreate("dropped", vector.Shape{Dimension: 8})
	for _, name := range []string{"kept", "brief", "dropped"} {
		d.mustAdd(name, items(0, 300, 8)...)
	}
	d.mustAdd("kept", items(100, 400, 8)...)
	d.want(200, "", "POST", "/vectors/index/kept/delete", `{"filter":{"n":{"lt":50}}}`)
	change := vector.Update{Select: vector.Select{IDs: []string{"c-0060"}}, Set: map[string]json.RawMessage{"note": json.RawMessage(`"night shift"`)}, Remove: []string{"even"}}
	if updated, err := d.Update(t.Context(), "kept", change); err != nil || updated.Updated != 1 {
		t.Errorf("updated %v, %v", updated, err)
	}
	d.want(200, "", "PUT", "/vectors/aliases/live", `{"index":"kept"}`)
	d.want(204, "", "DELETE", "/vectors/index/dropped", "")
	question := vector.Search{Vector: item(77, 8).Vector, K: new(20), Exact: true, WithVector: true}
	before, err := d.Search(t.Context(), "live", question)
	if err != nil {
		t.Fatal(err)
	}
	made, err := d.Get(t.Context(), "kept", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.stop()

	d = start(t, store)
	after, err := d.Search(t.Context(), "live", question)
	if err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("%+v, %v, want %+v", after, err, before)
	}
	found, err := d.Get(t.Context(), "kept", 100)
	if err != nil || found.Count != 350 || !reflect.DeepEqual(found.Shape, made.Shape) || found.ID != made.ID || found.Stats.Recall.Recall < .95 {
		t.Errorf("%+v, %v", found, err)
	}
	words, err := d.Search(t.Context(), "kept", vector.Search{Text: "shift"})
	if err != nil || fmt.Sprint(ids(words.Results)) != "[c-0060]" || string(words.Results[0].Metadata) != `{"n":60,"note":"night shift"}` {
		t.Errorf("%+v, %v", words, err)
	}
	if page, err := d.List(t.Context(), "", 0); err != nil || len(page.Indexes) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
	for page, err := range store.Listings(t.Context(), "vectors/", "/", 0) {
		if err != nil || fmt.Sprint(page.Prefixes) != fmt.Sprintf("[vectors/%s/ vectors/names/]", made.ID) && fmt.Sprint(page.Prefixes) != fmt.Sprintf("[vectors/names/ vectors/%s/]", made.ID) {
			t.Errorf("left: %v, %v", page.Prefixes, err)
		}
	}
}

// A snapshot brings back what was there, in place or beside; an erasure takes it along.
func TestSnapshots(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 8})
	d.mustAdd("x", items(0, 100, 8)...)
	if doc := d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"monday"}`); doc["count"] != 100.0 {
		t.Errorf("%v", doc)
	}
	d.want(409, "snapshot_exists", "POST", "/vectors/index/x/snapshot", `{"name":"monday"}`)
	d.want(201, "", "POST", "/vectors/index/x/snapshot", "")
	d.mustAdd("x", items(50, 150, 8)...)
	d.want(200, "", "POST", "/vectors/index/x/restore", `{"snapshot":"monday","as":"y"}`)
	d.want(409, "index_exists", "POST", "/vectors/index/x/restore", `{"snapshot":"monday","as":"y"}`)
	d.want(404, "snapshot_not_found", "POST", "/vectors/index/x/restore", `{"snapshot":"tuesday"}`)
	counts := func(when string, want map[string]int) {
		t.Helper()
		for name, n := range want {
			if got, err := d.Count(t.Context(), name, nil); got != n || err != nil {
				t.Errorf("%s: %s has %d items, want %d: %v", when, name, got, n, err)
			}
		}
	}
	counts("beside", map[string]int{"x": 150, "y": 100})
	d.want(200, "", "POST", "/vectors/index/x/restore", `{"snapshot":"monday"}`)
	counts("in place", map[string]int{"x": 100, "y": 100})
	d.mustAdd("x", items(100, 110, 8)...)
	counts("and on", map[string]int{"x": 110})

	doc := d.want(409, "erase_unconfirmed", "POST", "/vectors/index/x/erase", `{"ids":["c-0003"]}`)
	names, _ := json.Marshal(doc["snapshots"])
	doc = d.want(200, "", "POST", "/vectors/index/x/erase", `{"ids":["c-0003"],"snapshots":`+string(names)+`}`)
	if doc["erased"] != 1.0 {
		t.Errorf("%v", doc)
	}
	counts("erased", map[string]int{"x": 109})
	d.want(404, "snapshot_not_found", "POST", "/vectors/index/x/restore", `{"snapshot":"monday"}`)
	d.want(201, "", "POST", "/vectors/index/y/snapshot", `{"name":"last"}`)
	d.want(204, "", "DELETE", "/vectors/index/y", "")
	d.want(200, "", "POST", "/vectors/index/y/restore", `{"snapshot":"last"}`)
	counts("after a drop", map[string]int{"y": 100})
	d.want(204, "", "DELETE", "/vectors/index/y/snapshots/last", "")
	d.want(404, "snapshot_not_found", "DELETE", "/vectors/index/y/snapshots/last", "")
	if doc := d.want(200, "", "GET", "/vectors/index/y/snapshots", ""); fmt.Sprint(doc["snapshots"]) != "[]" {
		t.Errorf("%v", doc)
	}
}

// An index that cannot be read keeps nobody else from being served, says what is wrong,
// and can be dropped.
func TestAnIndexThatCannotBeRead(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.mustCreate("good", vector.Shape{Dimension: 8})
	d.mustCreate("bad", vector.Shape{Dimension: 8})
	d.mustAdd("good", items(0, 10, 8)...)
	d.mustAdd("bad", items(0, 10, 8)...)
	made, err := d.Get(t.Context(), "bad", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.stop()
	other := fmt.Sprintf(`{"index_id":%q,"shape":{"dimension":9,"metric":"cosine","quantization":"int8","m":16,"ef_construction":200,"max_items":1000,"persist":true}}`, made.ID)
	if _, _, err := store.Put(t.Context(), "vectors/names/bad.json", strings.NewReader(other), -1, storage.Condition{}); err != nil {
		t.Fatal(err)
	}
	d = start(t, store)
	if n, err := d.Count(t.Context(), "good", nil); n != 10 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
	found, err := d.Get(t.Context(), "bad", 0)
	if err != nil || found.State != vector.Failed || !strings.Contains(found.Reason, "dimension") {
		t.Errorf("%+v, %v", found, err)
	}
	d.want(503, "index_failed", "POST", "/vectors/index/bad/count", "{}")
	d.want(204, "", "DELETE", "/vectors/index/bad", "")
	d.mustCreate("bad", vector.Shape{Dimension: 8})
}

// While an index is read, it says how far that is, and the others serve.
func TestWhatIsLoadedKeepsNobodyWaiting(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	for _, name := range []string{"large", "small"} {
		d.mustCreate(name, vector.Shape{Dimension: 8})
		d.mustAdd(name, items(0, 100, 8)...)
	}
	large, err := d.Get(t.Context(), "large", 0)
	if err != nil {
		t.Fatal(err)
	}
	d.stop()

	release := make(chan struct{})
	slow := &storage.Client{Client: store.Client}
	slow.Base = held(t, store.Base, large.ID+"/", release)
	d = startUnready(t, slow)
	d.until(func() bool {
		n, err := d.Count(t.Context(), "small", nil)
		return n == 100 && err == nil
	})
	if doc := d.want(503, "index_loading", "POST", "/vectors/index/large/search", `{"vector":[1,0,0,0,0,0,0,0]}`); doc["retry_after_ms"] == nil {
		t.Errorf("%v", doc)
	}
	if doc := d.want(200, "", "GET", "/vectors/index/large", ""); doc["state"] != "loading" || doc["progress"] == nil {
		t.Errorf("%v", doc)
	}
	if doc := d.want(503, "not_ready", "GET", "/ready", ""); !strings.Contains(fmt.Sprint(doc["reasons"]), "large is being loaded") {
		t.Errorf("%v", doc)
	}
	close(release)
	d.ready()
	if n, err := d.Count(t.Context(), "large", nil); n != 100 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
}

// Before anything is read of an index it says what it waits for, and not that 0 of 0 bytes
// are read.
func TestWhatALoadWaitsFor(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	for _, name := range []string{"a", "b", "c"} {
		d.mustCreate(name, vector.Shape{Dimension: 8})
	}
	d.stop()
	release := make(chan struct{})
	slow := &storage.Client{Client: store.Client}
	slow.Base = held(t, store.Base, "/generations/", release)
	d = startUnready(t, slow)
	var said string
	d.until(func() bool {
		_, doc := d.send("GET", "/ready", "")
		said = fmt.Sprint(doc["reasons"])
		return strings.Count(said, "is being loaded: what there is of it is being looked at") == 2
	})
	if strings.Count(said, "waits to be loaded until others are") != 1 || strings.Contains(said, "0 of 0") {
		t.Errorf("%s", said)
	}
	one := d.want(200, "", "GET", "/vectors/index/a", "")
	if reason := fmt.Sprint(one["reason"]); !strings.Contains(reason, "looked at") && !strings.Contains(reason, "until others are") {
		t.Errorf("%v", one)
	}
	close(release)
	d.ready()
	d.want(200, "", "POST", "/vectors/index/c/count", "{}")
	d.stop()

	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/storage/objects" && !strings.Contains(r.URL.RawQuery, "names") && !strings.Contains(r.URL.RawQuery, "condemned") { // it gives these alone
			http.Error(w, "", http.StatusServiceUnavailable)
			return
		}
		resp, err := http.Get(store.Base + r.URL.String())
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	defer gone.Close()
	away := &storage.Client{Client: store.Client}
	away.Base = gone.URL
	d = startUnready(t, away)
	d.until(func() bool {
		_, doc := d.send("GET", "/ready", "")
		return strings.Contains(fmt.Sprint(doc["reasons"]), "waits for storaged to be loaded: ")
	})
}

// held is a proxy that holds back what has a word in its path, or query, until it is
// released.
func held(t *testing.T, base, word string, release chan struct{}) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path+r.URL.Query().Get("prefix"), word) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
