package vectord_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// jobs answers as queryd does over one dataset, of rows that can be changed.
type jobs struct {
	mu      sync.Mutex
	version int64
	rows    []string // of JSON

	described [][]json.RawMessage // the names and types of their columns, if they are told
}

func (j *jobs) set(rows ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.version++
	j.rows = rows
}

func (j *jobs) serve(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		j.mu.Lock()
		defer j.mu.Unlock()
		body, err := io.ReadAll(r.Body)
		switch {
		case err != nil:
		case strings.HasSuffix(r.URL.Path, "/reads"):
			err = wire.WriteJSON(w, 200, query.Reads{Sources: []query.Source{{Name: "jobs", Kind: query.SourceDataset, ID: "j", Version: j.version}}, Repeatable: true})
		case bytes.Contains(body, []byte("DESCRIBE")):
			err = wire.WriteJSON(w, 200, query.Answer{Rows: j.described})
		default:
			_, err = fmt.Fprintln(w, strings.Join(j.rows, "\n"))
		}
		if err != nil {
			wire.WriteProblem(w, r, err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// load runs a load of an index until it ends.
func (d *daemon) load(name, body string) map[string]any {
	d.t.Helper()
	d.want(202, "", "POST", "/vectors/index/"+name+"/load", body)
	return d.ended(name)
}

// numbers gives how the rows of a load were counted.
func numbers(load map[string]any) string {
	return fmt.Sprintf("%v: %v added, %v updated, %v unchanged, %v truncated", load["state"], load["added"], load["updated"], load["unchanged"], load["truncated"])
}

// A load makes vectors of texts, and of those alone that the index does not hold.
func TestALoadOfTexts(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	const load = `{"sql":"SELECT * FROM jobs","text_column":"body"}`
	j.set(`{"id":1,"body":"forklift operator","city":"Austin"}`, `{"id":2,"body":"one two three four five six seven"}`, `{"id":3,"body":"has a vector","vector":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]}`)
	if got := numbers(d.load("x", load)); got != "succeeded: 3 added, 0 updated, 0 unchanged, 1 truncated" {
		t.Error(got)
	}
	if got := strings.Join(m.asked(), ","); got != "forklift operator,one two three four five six seven" {
		t.Error(got)
	}
	j.set(`{"id":1,"body":"forklift operator","city":"Boston"}`, `{"id":2,"body":"one two three four five six seven"}`, `{"id":4,"body":"welder"}`, `{"id":4,"body":"registered nurse"}`)
	if got := numbers(d.load("x", load)); got != "succeeded: 1 added, 1 updated, 1 unchanged, <nil> truncated" {
		t.Error(got)
	}
	if got := strings.Join(m.asked(), ","); got != "forklift operator,registered nurse" {
		t.Error(got)
	}
	found := d.want(200, "", "POST", atX+"/search", `{"text":"registered nurse","mode":"vector","k":1}`)
	if got := fmt.Sprint(found["results"]); !strings.Contains(got, "id:4") {
		t.Error(got)
	}
	j.set(`{"id":1,"body":"forklift operator","city":"Boston"}`, `{"id":5,"city":"Boston"}`)
	if p := d.load("x", load)["problem"].(map[string]any); p["code"] != "load_columns" || p["row"] != 2.0 || !strings.Contains(fmt.Sprint(p["detail"]), "text_column") {
		t.Errorf("%v", p)
	}
	j.set(`{"id":1,"body":" "}`)
	if p := d.load("x", load)["problem"].(map[string]any); p["code"] != "bad_text" || p["row"] != 1.0 || p["id"] != "1" {
		t.Errorf("%v", p)
	}
}

// manyRows gives rows of texts.
func manyRows(from, to int) (rows []string) {
	for i := from; i < to; i++ {
		rows = append(rows, fmt.Sprintf(`{"id":"j-%04d","text":"job number n%d"}`, i, i))
	}
	return rows
}

// A load that embedd leaves in the midst goes on when it is back, and sends no text again of
// which the index holds the vector; so does one that a restart broke off.
func TestALoadWaitsForEmbedd(t *testing.T) {
	j, m := &jobs{}, &words{revision: "r1", dimension: 16}
	j.set(manyRows(0, 2000)...)
	store := testbed.StartStoraged(t)
	peers := map[string]string{"storaged": store.Base, "embedd": m.serve(t), "queryd": j.serve(t)}
	d := startAmong(t, peers)
	d.ready()
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	for n, away := range []error{wire.Unavailable("embedd"), (&wire.Kind{Status: 429, Code: "too_many_requests"}).Errorf("others wait")} {
		sent := 0
		m.set(func(m *words) {
			m.refuses = func(string) error {
				if sent++; sent > 700 {
					return away
				}
				return nil
			}
		})
		d.want(202, "", "POST", atX+"/load", `{"sql":"SELECT * FROM jobs"}`)
		d.until(func() bool { return d.want(200, "", "GET", atX+"/load", "")["retry"] != nil })
		if held := d.want(200, "", "POST", atX+"/count", `{}`)["count"]; held == 0.0 || held == 2000.0 {
			t.Errorf("%v are held", held)
		}
		if n == 1 {
			d.stop()
		}
		m.asked()
		m.set(func(m *words) { m.refuses = nil })
		if n == 1 {
			d = startAmong(t, peers)
			d.ready()
		}
		if load := d.ended("x"); load["state"] != vector.LoadSucceeded || load["rows"] != 2000.0 {
			t.Errorf("%v", load)
		}
		if again := len(m.asked()); again >= 2000 {
			t.Errorf("%d texts were sent again", again)
		}
		if held := d.want(200, "", "POST", atX+"/count", `{}`)["count"]; held != 2000.0 {
			t.Errorf("%v are held", held)
		}
		d.want(200, "", "POST", atX+"/delete", `{"filter":{"text":{"exists":true}}}`)
	}
}

// What no try mends ends a load of texts, with embedd's reason.
func TestALoadThatEmbeddRefuses(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	j.set(manyRows(0, 600)...)
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(201, "", "POST", "/vectors/index", `{"name":"own","model":"mine","dimension":16}`)
	code := func(load map[string]any) any {
		p, _ := load["problem"].(map[string]any)
		return p["code"]
	}
	if got := code(d.load("own", `{"sql":"SELECT * FROM jobs"}`)); got != "model_not_found" {
		t.Error(got)
	}
	m.set(func(m *words) { m.revision = "r2" })
	if got := code(d.load("x", `{"sql":"SELECT * FROM jobs"}`)); got != "model_changed" {
		t.Error(got)
	}
	m.set(func(m *words) {
		m.revision = "r1"
		m.refuses = func(text string) error {
			if text == "job number n300" {
				return badText()
			}
			return nil
		}
	})
	load := d.load("x", `{"sql":"SELECT * FROM jobs"}`)
	if p, _ := load["problem"].(map[string]any); p["code"] != "bad_text" || p["id"] != "j-0300" {
		t.Errorf("%v", p)
	}
	m.set(func(m *words) { m.refuses, m.dimension = nil, 8 })
	if got := code(d.load("x", `{"sql":"SELECT * FROM jobs"}`)); got != "dimension_mismatch" {
		t.Error(got)
	}
}

// Where embedd hangs a load can be cancelled and the daemon ends, and a client that leaves is
// waited for by nobody.
func TestAnEmbeddThatHangs(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	j.set(manyRows(0, 600)...)
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	m.set(func(m *words) { m.hangs = true })
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := d.Add(ctx, "x", []vector.Item{{ID: "a", Text: new("welder")}})
		left <- err
	}()
	d.want(202, "", "POST", atX+"/load", `{"sql":"SELECT * FROM jobs"}`)
	if load := d.want(200, "", "DELETE", atX+"/load", ""); load["state"] != vector.LoadCancelled {
		t.Errorf("%v", load)
	}
	d.want(202, "", "POST", atX+"/load", `{"sql":"SELECT * FROM jobs"}`)
	d.want(200, "", "POST", atX+"/add", `{"items":[{"id":"b","vector":[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}]}`)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	d.want(204, "", "DELETE", atX, "") // with the load that runs
	d.stop()
}

// Of rows with one id the last counts, also where it is what the index holds while the vector of
// another one is being made; and what is in no row can go.
func TestTheLastTextOfAnIDCounts(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	d.want(200, "", "POST", atX+"/add", `{"items":[{"id":"a","text":"as it was"},{"id":"gone","text":"in no row"}]}`)
	rows := append([]string{`{"id":"a","text":"as it is in between"}`}, manyRows(0, 255)...) // a batch
	rows = append(rows, manyRows(255, 300)...)
	j.set(append(rows, `{"id":"a","text":"as it was"}`)...)
	m.asked()
	load := d.load("x", `{"sql":"SELECT * FROM jobs","delete_missing":true}`)
	if got := numbers(load); got != "succeeded: 300 added, 1 updated, 0 unchanged, <nil> truncated" || load["duplicates"] != 1.0 || load["deleted"] != 1.0 {
		t.Errorf("%s: %v", got, load)
	}
	if got, err := d.Item(t.Context(), "x", "a"); err != nil || string(got.Metadata) != `{"text":"as it was"}` || !slices.Equal(got.Vector, ofWords("as it was", 16)) {
		t.Errorf("%s %v, %v", got.Metadata, got.Vector, err)
	}
	if n := len(m.asked()); n != 302 {
		t.Errorf("%d texts were sent", n)
	}
}
