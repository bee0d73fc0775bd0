package vectord_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// gate is a proxy before storaged at which one request waits: what it asked was done, and
// its answer is on its way until it is let through.
type gate struct {
	client  *storage.Client
	reached chan struct{} // closed when a request waits
	through chan struct{} // to be closed
}

// newGate makes one for the first request of a method whose path has a word.
func newGate(t *testing.T, store *storage.Client, method, word string) *gate {
	t.Helper()
	target, err := url.Parse(store.Base)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{reached: make(chan struct{}), through: make(chan struct{})}
	first := make(chan struct{}, 1)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(resp *http.Response) error {
			if resp.Request.Method != method || !strings.Contains(resp.Request.URL.Path, word) {
				return nil
			}
			select {
			case first <- struct{}{}:
				close(g.reached)
				<-g.through
			default:
			}
			return nil
		},
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	g.client = &storage.Client{Client: store.Client}
	g.client.Base = server.URL
	return g
}

// secretLoad is a statement that holds what is to be erased.
const secretLoad = `{"sql":"SELECT 'secret-4711' AS id, [1.0, 0.0]::FLOAT[] AS vector"}`

// holdsSecret lists the objects that do.
func holdsSecret(t *testing.T, store *storage.Client) (keys []string) {
	t.Helper()
	for page, err := range store.Listings(t.Context(), "vectors/", "", 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Objects {
			body, _, err := store.Get(t.Context(), o.Key, storage.Range{})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(body)
			body.Close()
			if err != nil || strings.Contains(string(raw), "secret-4711") {
				keys = append(keys, o.Key)
			}
		}
	}
	return keys
}

// A load that a restart goes on with was there before whatever is asked for: no other load
// takes its place and nothing is erased until it has ended, however early that comes, and
// nothing brings back what is erased then.
func TestALoadThatGoesOnBringsNothingErasedBack(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", vector.Item{ID: "secret-4711", Vector: vector.Vector{1, 0}})
	d.want(202, "", "POST", "/vectors/index/x/load", secretLoad) // queryd is away
	d.stop()
	g := newGate(t, store, "GET", "/load.json")
	d = startUnready(t, g.client)
	<-g.reached // it reads what the load is
	erase, other := `{"ids":["secret-4711"]}`, strings.Replace(secretLoad, "4711", "4712", 1)
	d.want(503, "index_loading", "POST", "/vectors/index/x/erase", erase)
	d.want(503, "index_loading", "POST", "/vectors/index/x/load", other)
	d.want(503, "index_loading", "DELETE", "/vectors/index/x/load", "")
	close(g.through)
	d.until(func() bool {
		status, doc := d.send("POST", "/vectors/index/x/load", other)
		if status != 503 && doc["code"] != "load_running" {
			t.Fatalf("the load that goes on is crossed: %d %v", status, doc)
		}
		return status != 503
	})
	d.want(409, "load_running", "POST", "/vectors/index/x/erase", erase)
	if load := d.want(200, "", "DELETE", "/vectors/index/x/load", ""); load["sql"] == nil || !strings.Contains(fmt.Sprint(load["sql"]), "4711") {
		t.Errorf("%v", load)
	}
	d.want(200, "", "POST", "/vectors/index/x/erase", `{"ids":["secret-4711"]}`)
	for range 2 {
		d.want(404, "load_not_found", "GET", "/vectors/index/x/load", "")
		if keys := holdsSecret(t, store); len(keys) > 0 {
			t.Errorf("%v hold it", keys)
		}
		d.stop()
		d = start(t, store)
	}
}

// While items are erased no load begins, which may read them from where they are still.
func TestNoLoadBeginsWithinAnErasure(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", vector.Item{ID: "secret-4711", Vector: vector.Vector{1, 0}})
	d.stop()
	g := newGate(t, store, "PUT", "/generations/")
	d = start(t, g.client)
	erased := make(chan int, 1)
	go func() {
		status, _ := d.send("POST", "/vectors/index/x/erase", `{"ids":["secret-4711"]}`)
		erased <- status
	}()
	<-g.reached
	d.want(503, "index_loading", "POST", "/vectors/index/x/load", secretLoad)
	close(g.through)
	if status := <-erased; status != 200 {
		t.Errorf("erased: %d", status)
	}
	if keys := holdsSecret(t, store); len(keys) > 0 {
		t.Errorf("%v hold it", keys)
	}
	d.want(202, "", "POST", "/vectors/index/x/load", secretLoad)
	d.want(200, "", "DELETE", "/vectors/index/x/load", "")
}

// What is restored in the place of an index would lose its load: while one runs that is
// refused, and while it is restored none begins.
func TestNothingIsRestoredInThePlaceOfALoad(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", vector.Item{ID: "a", Vector: vector.Vector{1, 0}})
	d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"s"}`)
	d.stop()
	g := newGate(t, store, "PUT", "/names/x.json")
	d = start(t, g.client)
	d.want(202, "", "POST", "/vectors/index/x/load", secretLoad) // queryd is away
	d.want(409, "load_running", "POST", "/vectors/index/x/restore", `{"snapshot":"s"}`)
	d.want(200, "", "POST", "/vectors/index/x/restore", `{"snapshot":"s","as":"y"}`)
	if load := d.want(200, "", "GET", "/vectors/index/x/load", ""); load["state"] != vector.LoadRunning {
		t.Errorf("%v", load)
	}
	d.want(200, "", "DELETE", "/vectors/index/x/load", "")
	d.want(404, "snapshot_not_found", "POST", "/vectors/index/x/restore", `{"snapshot":"none"}`)
	restored := make(chan int, 1)
	go func() {
		status, _ := d.send("POST", "/vectors/index/x/restore", `{"snapshot":"s"}`)
		restored <- status
	}()
	<-g.reached
	d.want(503, "index_loading", "POST", "/vectors/index/x/load", secretLoad)
	close(g.through)
	if status := <-restored; status != 200 {
		t.Errorf("restored: %d", status)
	}
	d.want(202, "", "POST", "/vectors/index/x/load", secretLoad)
	d.want(200, "", "DELETE", "/vectors/index/x/load", "")
}
