package vectord_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// daemon is a vectord that answers on a port of its own, over a storaged.
type daemon struct {
	t testing.TB
	vector.Client
	stop func()
}

// start runs a vectord until the test ends or stop is called, and waits until it is ready.
func start(t testing.TB, store *storage.Client, change ...func(*vectord.Config)) *daemon {
	t.Helper()
	d := startUnready(t, store, change...)
	d.ready()
	return d
}

func startUnready(t testing.TB, store *storage.Client, change ...func(*vectord.Config)) *daemon {
	t.Helper()
	return startBeside(t, store, "http://127.0.0.1:1", change...)
}

// startBeside is startUnready with a queryd at a URL.
func startBeside(t testing.TB, store *storage.Client, queryd string, change ...func(*vectord.Config)) *daemon {
	t.Helper()
	return startAmong(t, service.Peers{"storaged": store.Base, "queryd": queryd, "embedd": "http://127.0.0.1:1"}, change...)
}

// startAmong is startUnready with other daemons at URLs.
func startAmong(t testing.TB, peers service.Peers, change ...func(*vectord.Config)) *daemon {
	t.Helper()
	env := testbed.NewEnv(t, "vectord")
	env.Peers = peers
	c := vectord.Defaults()
	c.RetryAfter = service.Duration(10 * time.Millisecond)
	for _, f := range change {
		f(&c)
	}
	built, err := vectord.New(t.Context(), env, c)
	if err != nil {
		t.Fatal(err)
	}
	url, stop := testbed.ServeUntil(t, env, built)
	return &daemon{t: t, stop: stop, Client: vector.Client{Client: wire.Client{Service: "vectord", Base: url, HTTP: env.HTTP}}}
}

func (d *daemon) ready() {
	d.t.Helper()
	d.until(func() bool { return d.JSON(d.t.Context(), http.MethodGet, "/ready", nil, nil, nil) == nil })
}

// until asks again and again until something holds.
func (d *daemon) until(holds func() bool) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			d.t.Fatal("it did not come to hold within a minute")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// send makes a request and gives the status and what came back.
func (d *daemon) send(method, path, body string) (int, map[string]any) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.Base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	resp, err := d.HTTP.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	var doc map[string]any
	if resp.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
			d.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return resp.StatusCode, doc
}

// want sends and holds status and code, "" where none is due, against what is due.
func (d *daemon) want(status int, code, method, path, body string) map[string]any {
	d.t.Helper()
	got, doc := d.send(method, path, body)
	said, _ := doc["code"].(string)
	if got != status || said != code {
		d.t.Errorf("%s %s %.200s: %d %q, want %d %q: %v", method, path, body, got, said, status, code, doc["detail"])
	}
	return doc
}

func (d *daemon) mustCreate(name string, shape vector.Shape) {
	d.t.Helper()
	if _, created, err := d.Create(d.t.Context(), vector.NewIndex{Name: name, Shape: shape}); err != nil || !created {
		d.t.Fatalf("create %s: %v, %v", name, created, err)
	}
}

func (d *daemon) mustAdd(name string, items ...vector.Item) vector.Added {
	d.t.Helper()
	added, err := d.Add(d.t.Context(), name, items)
	if err != nil {
		d.t.Fatal(err)
	}
	return added
}

// item is a random item; the same number gives the same.
func item(n, dimension int) vector.Item {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	v := make(vector.Vector, dimension)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return vector.Item{ID: fmt.Sprintf("c-%04d", n), Vector: v, Metadata: json.RawMessage(fmt.Sprintf(`{"n":%d,"even":%v}`, n, n%2 == 0))}
}

func items(from, to, dimension int) []vector.Item {
	var list []vector.Item
	for n := from; n < to; n++ {
		list = append(list, item(n, dimension))
	}
	return list
}

func ids(results []vector.Result) []string {
	var list []string
	for _, r := range results {
		list = append(list, r.ID)
	}
	return list
}
