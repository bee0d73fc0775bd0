package vectord_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// oneTable answers as queryd does over a single dataset "e" of one version, whose rows are
// one item that is called as the id of the dataset.
type oneTable struct {
	mu   sync.Mutex
	id   string
	away bool          // it runs no statement
	most int64         // milliseconds that one may ask for, if not 0
	held chan struct{} // if not nil, the rows end when it is closed
}

// set changes it.
func (o *oneTable) set(change func(*oneTable)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change(o)
}

// serve gives its URL.
func (o *oneTable) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := o.answer(w, r); err != nil {
			wire.WriteProblem(w, r, err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (o *oneTable) answer(w http.ResponseWriter, r *http.Request) error {
	o.mu.Lock()
	id, away, most, held := o.id, o.away, o.most, o.held
	o.mu.Unlock()
	var of query.Request
	if err := json.NewDecoder(r.Body).Decode(&of); err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, "/reads") {
		return wire.WriteJSON(w, 200, query.Reads{Sources: []query.Source{{Name: "e", Kind: query.SourceDataset, ID: id, Version: 1}}, Repeatable: true})
	}
	asOf, err := query.ParseAsOf(of.AsOf)
	switch {
	case err != nil:
		return err
	case away:
		return wire.Unavailable("queryd")
	case most != 0 && of.TimeoutMS != nil && *of.TimeoutMS > most:
		return wire.ErrBadRequest.Errorf("timeout_ms is too much").With("limit", most)
	case asOf.Tables["e"].ID != "" && asOf.Tables["e"].ID != id:
		return query.ErrSourceChanged.Errorf("e is another one")
	case strings.HasPrefix(of.SQL, "DESCRIBE"):
		return wire.WriteJSON(w, 200, query.Answer{})
	}
	if held != nil {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
	_, err = fmt.Fprintf(w, "{\"id\":%q,\"vector\":[1,0]}\n", id)
	return err
}

// loadE is a load of it that takes out what it does not give.
const loadE = `{"sql":"SELECT * FROM e","delete_missing":true}`

// ended waits for the end of a load.
func (d *daemon) ended(name string) (load map[string]any) {
	d.t.Helper()
	d.until(func() bool {
		_, load = d.send("GET", "/vectors/index/"+name+"/load", "")
		return load["state"] != vector.LoadRunning
	})
	return load
}

// A load goes on over the dataset that it began with. Where another one has its name by then
// it fails, and neither takes its rows nor throws out what it does not have.
func TestALoadReadsNothingElseOfTheSameName(t *testing.T) {
	store := testbed.StartStoraged(t)
	o := &oneTable{id: "first", away: true}
	queryd := o.serve(t)
	d := startBeside(t, store, queryd)
	d.ready()
	for _, restart := range []bool{false, true} {
		name := fmt.Sprint("x", restart)
		d.mustCreate(name, vector.Shape{Dimension: 2})
		d.mustAdd(name, vector.Item{ID: "kept", Vector: vector.Vector{0, 1}})
		o.set(func(o *oneTable) { o.id, o.away = "first", true })
		d.want(202, "", "POST", "/vectors/index/"+name+"/load", loadE)
		d.until(func() bool { return d.want(200, "", "GET", "/vectors/index/"+name+"/load", "")["retry"] != nil })
		if restart {
			d.stop()
		}
		o.set(func(o *oneTable) { o.id, o.away = "second", false })
		if restart {
			d = startBeside(t, store, queryd)
			d.ready()
		}
		load := d.ended(name)
		if p, _ := load["problem"].(map[string]any); load["state"] != vector.LoadFailed || p["code"] != "source_changed" || load["reads"] != "e@1" {
			t.Errorf("%v", load)
		}
		if page := d.want(200, "", "GET", "/vectors/index/"+name+"/scroll", ""); !strings.Contains(fmt.Sprint(page), "kept") || strings.Contains(fmt.Sprint(page), "second") {
			t.Errorf("restart %v: %v", restart, page)
		}
		d.want(202, "", "POST", "/vectors/index/"+name+"/load", loadE)
		if load := d.ended(name); load["state"] != vector.LoadSucceeded {
			t.Errorf("what there is now: %v", load)
		}
	}
}

// A load asks for as much time as queryd gives, also where that is less than an hour.
func TestALoadTakesTheTimeThatQuerydGives(t *testing.T) {
	o := &oneTable{id: "row", most: 1_800_000}
	d := startBeside(t, testbed.StartStoraged(t), o.serve(t))
	d.ready()
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.want(202, "", "POST", "/vectors/index/x/load", loadE)
	if load := d.ended("x"); load["state"] != vector.LoadSucceeded || load["rows"] != 1.0 {
		t.Errorf("%v", load)
	}
}

// The versions that a load reads are kept before it reads them: where storaged fails that
// once, a restart reads no others.
func TestALoadKeepsWhatItReads(t *testing.T) {
	store, faults := testbed.Behind(t, testbed.StartStoraged(t))
	o := &oneTable{id: "first", away: true}
	queryd := o.serve(t)
	d := startBeside(t, store, queryd)
	d.ready()
	d.mustCreate("x", vector.Shape{Dimension: 2})
	written := 0
	faults.Set(func(r *http.Request) testbed.Fault {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/load.json") {
			if written++; written == 2 { // the first is the load, without versions yet
				return testbed.Busy
			}
		}
		return testbed.None
	})
	d.want(202, "", "POST", "/vectors/index/x/load", loadE)
	d.until(func() bool {
		retry, _ := d.want(200, "", "GET", "/vectors/index/x/load", "")["retry"].(map[string]any)
		failed, _ := retry["failed"].(float64)
		return failed > 1
	})
	d.stop()
	o.set(func(o *oneTable) { o.id, o.away = "second", false })
	d = startBeside(t, store, queryd)
	d.ready()
	if load := d.ended("x"); load["state"] != vector.LoadFailed {
		t.Errorf("another dataset was read: %v", load)
	}
}
