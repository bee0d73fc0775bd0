package vectord_test

import (
	"bytes"
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
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// withoutRoom is a proxy that has no room, not even in the reserve, for what a load is.
func withoutRoom(t *testing.T, store *storage.Client) *storage.Client {
	t.Helper()
	target, err := url.Parse(store.Base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/load.json") {
			wire.WriteProblem(w, r, storage.ErrDiskReserve.Errorf("there is no room"))
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	client := *store
	client.Base = server.URL
	return &client
}

// A load that has ended is not done again by a restart, also where the disk had no room by
// then but in its reserve, or not even there: what somebody deleted since stays deleted.
func TestALoadThatEndedOnAFullDiskHasEnded(t *testing.T) {
	for what, c := range map[string]struct {
		full func(t *testing.T, data string) *storage.Client
		last string // what is known of it after a restart
	}{
		"below the reserve": {func(t *testing.T, data string) *storage.Client { return onDisk(t, data, 1<<60) }, "succeeded"}, // no disk is as large
		"no room":           {func(t *testing.T, data string) *storage.Client { return withoutRoom(t, onDisk(t, data, 1)) }, ""},
	} {
		t.Run(what, func(t *testing.T) {
			data, o := t.TempDir(), &oneTable{id: "row", away: true}
			queryd := o.serve(t)
			t.Run("begun", func(t *testing.T) {
				d := startBeside(t, onDisk(t, data, 1), queryd)
				d.ready()
				d.mustCreate("x", vector.Shape{Dimension: 2})
				d.mustAdd("x", vector.Item{ID: "row", Vector: vector.Vector{1, 0}})
				d.want(202, "", "POST", "/vectors/index/x/load", loadE)
				d.until(func() bool { return d.want(200, "", "GET", "/vectors/index/x/load", "")["retry"] != nil })
				d.stop()
			})
			t.Run("ended", func(t *testing.T) {
				o.set(func(o *oneTable) { o.away = false })
				d := startBeside(t, c.full(t, data), queryd)
				d.ready()
				if load := d.ended("x"); load["state"] != vector.LoadSucceeded || load["unchanged"] != 1.0 {
					t.Errorf("%v", load)
				}
				d.stop()
			})
			o.set(func(o *oneTable) { o.away = true }) // one that is done again stays running
			d := startBeside(t, onDisk(t, data, 1), queryd)
			d.ready()
			if _, load := d.send("GET", "/vectors/index/x/load", ""); load["state"] != c.last && (c.last != "" || load["code"] != "load_not_found") {
				t.Errorf("after a restart: %v", load)
			}
		})
	}
}

// What is kept of a load may be damaged, or another index's: then it is told as lost, does
// not go on, and the next one replaces it.
func TestALoadThatIsDamagedIsLost(t *testing.T) {
	store := testbed.StartStoraged(t)
	o := &oneTable{id: "row", away: true}
	queryd := o.serve(t)
	d := startBeside(t, store, queryd)
	d.ready()
	key, kept := map[string]string{}, map[string][]byte{}
	damage := map[string]func([]byte) []byte{
		"cut":   func(b []byte) []byte { return b[:len(b)/2] },
		"empty": func([]byte) []byte { return nil },
		"flip":  func(b []byte) []byte { b[bytes.Index(b, []byte("SELECT"))+7] ^= 1; return b },
		"other": func([]byte) []byte { return bytes.Clone(kept["empty"]) },
	}
	for name := range damage {
		d.mustCreate(name, vector.Shape{Dimension: 2})
		made, err := d.Get(t.Context(), name, 0)
		if err != nil {
			t.Fatal(err)
		}
		d.want(202, "", "POST", "/vectors/index/"+name+"/load", loadE)
		key[name] = "vectors/" + made.ID + "/load.json"
	}
	d.stop()
	o.set(func(o *oneTable) { o.away = false })
	for name := range damage {
		body, _, err := store.Get(t.Context(), key[name], storage.Range{})
		if err != nil {
			t.Fatal(err)
		}
		if kept[name], err = io.ReadAll(body); err != nil {
			t.Fatal(err)
		}
		body.Close()
	}
	for name, change := range damage {
		now := change(bytes.Clone(kept[name]))
		if _, _, err := store.Put(t.Context(), key[name], bytes.NewReader(now), int64(len(now)), storage.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	d = startBeside(t, store, queryd)
	d.ready()
	for name := range damage {
		load := d.want(200, "", "GET", "/vectors/index/"+name+"/load", "")
		if p, _ := load["problem"].(map[string]any); load["state"] != vector.LoadLost || p["code"] != "load_lost" {
			t.Errorf("%s: %v", name, load)
		}
		d.want(202, "", "POST", "/vectors/index/"+name+"/load", loadE)
		if load := d.ended(name); load["state"] != vector.LoadSucceeded || load["added"] != 1.0 {
			t.Errorf("%s: %v", name, load)
		}
	}
}
