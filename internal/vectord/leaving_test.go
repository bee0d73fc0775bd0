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

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
)

// A client that leaves in the middle of a change of names leaves nothing by half: what
// memory says of a name is what a restart says.
func TestWhoLeavesLeavesNothingByHalf(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	r := rand.New(rand.NewPCG(1, 1))
	leave := func(method, path, body string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(3000))*time.Microsecond)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, method, d.Base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := d.HTTP.Do(req); err == nil {
			resp.Body.Close()
		}
	}
	const count = 40
	for n := range count {
		leave("POST", "/vectors/index", fmt.Sprintf(`{"name":"made%d","dimension":2}`, n))
		name := fmt.Sprintf("x%d", n)
		d.mustCreate(name, vector.Shape{Dimension: 2})
		d.mustAdd(name, items(0, 5, 2)...)
		d.want(201, "", "POST", "/vectors/index/"+name+"/snapshot", `{"name":"s"}`)
		d.want(200, "", "PUT", "/vectors/aliases/to"+name, `{"index":"`+name+`"}`)
		switch n % 4 {
		case 0:
			leave("DELETE", "/vectors/index/"+name, "")
		case 1:
			leave("POST", "/vectors/index/"+name+"/restore", `{"snapshot":"s"}`)
		case 2:
			leave("PUT", "/vectors/aliases/to"+name, `{"index":"x0"}`)
		case 3:
			leave("DELETE", "/vectors/aliases/to"+name, "")
		}
		_, _ = d.Add(t.Context(), name, items(5, 9, 2)) // may be gone, or going
	}
	told := func() (told []string) {
		for n := range count {
			for _, name := range []string{fmt.Sprintf("made%d", n), fmt.Sprintf("x%d", n), fmt.Sprintf("tox%d", n)} {
				status, doc := d.send("POST", "/vectors/index/"+name+"/count", "{}")
				told = append(told, fmt.Sprint(name, status, doc["count"]))
			}
		}
		return told
	}
	d.want(201, "", "POST", "/vectors/index", `{"name":"last","dimension":2}`) // after all changes before
	before := told()
	d.stop()
	d = start(t, store)
	for i, got := range told() {
		if got != before[i] {
			t.Errorf("%s, and was %s before the restart", got, before[i])
		}
	}
}

// Answers and metadata that would take too much memory are refused.
func TestOneRequestTakesNotAllMemory(t *testing.T) {
	d := start(t, testbed.StartStoraged(t), func(c *vectord.Config) { c.MaxAnswerBytes, c.MemoryBytes = 1<<20, 8<<20 })
	d.mustCreate("x", vector.Shape{Dimension: 2})
	var list []vector.Item
	for n := range 100 {
		item := item(n, 2)
		item.Metadata = json.RawMessage(`{"a":"` + strings.Repeat("x", 10_000) + `"}`)
		list = append(list, item)
	}
	d.mustAdd("x", list...)
	d.want(400, "answer_too_large", "POST", "/vectors/index/x/search", `{"vectors":[[1,0],[0,1]],"k":100}`)
	d.want(200, "", "POST", "/vectors/index/x/search", `{"vectors":[[1,0],[0,1]],"k":100,"with_metadata":false}`)
	d.want(400, "answer_too_large", "POST", "/vectors/index/x/search", `{"vectors":[`+strings.Repeat("[1,0],", 99)+`[0,1]],"k":10000}`)
	d.want(507, "index_memory", "POST", "/vectors/index/x/metadata", `{"filter":{"not":{"a":"y"}},"set":{"b":"`+strings.Repeat("y", 50_000)+`"}}`)
	d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"s"}`)
	for n := range 10 {
		if status, doc := d.send("POST", "/vectors/index/x/restore", fmt.Sprintf(`{"snapshot":"s","as":"y%d"}`, n)); status == 507 && doc["code"] == "index_memory" {
			return
		}
	}
	t.Error("ten copies were made")
}

// An erasure takes what is left of snapshots that were not removed wholly, and the
// statement of the last load.
func TestAnErasureFindsWhatIsLeft(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", vector.Item{ID: "secret-4711", Vector: vector.Vector{1, 0}})
	d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"s"}`)
	if err := store.Delete(t.Context(), "vectors/snapshots/x/s/about.json"); err != nil {
		t.Fatal(err)
	}
	d.want(200, "", "POST", "/vectors/index/x/erase", `{"ids":["secret-4711"]}`)
	if keys := holdsSecret(t, store); len(keys) > 0 {
		t.Errorf("%v hold it", keys)
	}
}

// What encoding/json would guess at is refused.
func TestBodiesAreStrict(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2})
	for _, body := range []string{`{"items":[{"ID":"a","vector":[1,0]}]}`, `{"items":[{"id":"a","Vector":[1,0]}]}`, `{"items":[{"id":"\ud800","vector":[1,0]}]}`} {
		d.want(400, "bad_request", "POST", "/vectors/index/x/add", body)
	}
}

// Snapshots whose names look alike are each their own.
func TestSnapshotsOfLikeNames(t *testing.T) {
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: 2})
	d.mustAdd("x", items(0, 5, 2)...)
	for _, name := range []string{"monday", "monday.json", "index", "about.json"} {
		d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"`+name+`"}`)
	}
	d.want(204, "", "DELETE", "/vectors/index/x/snapshots/monday.json", "")
	d.want(200, "", "POST", "/vectors/index/x/restore", `{"snapshot":"monday","as":"y"}`)
	d.want(400, "bad_filter", "POST", "/vectors/index/x/erase", `{"filter":{"nobody":1},"snapshots":["monday","index","about.json"]}`)
	if doc := d.want(200, "", "GET", "/vectors/index/x/snapshots", ""); len(doc["snapshots"].([]any)) != 3 {
		t.Errorf("%v", doc)
	}
	for _, nothing := range []string{`{}`, `{"and":[]}`, `{"and":[{}]}`, `{"not":{"or":[]}}`, `{"or":[{},{"n":1}]}`, `{"not":{"n":{"in":[]}}}`} {
		for path, more := range map[string]string{"delete": "", "erase": "", "metadata": `,"set":{"n":1}`} {
			d.want(400, "bad_filter", "POST", "/vectors/index/x/"+path, `{"filter":`+nothing+more+`}`)
		}
	}
}

// A name that cannot be read keeps the others from nothing, and can be dropped.
func TestANameThatCannotBeRead(t *testing.T) {
	store := testbed.StartStoraged(t)
	d := start(t, store)
	d.want(201, "", "POST", "/vectors/index", `{"name":"plain","dimension":2,"text_fields":[]}`)
	d.stop()
	for name, text := range map[string]string{"torn": `{"index_id":`, "empty": `{}`, "old": `{"index_id":"0b5e8a86-6d2c-4a43-9a53-1f2d2a1f0000","shape":{"dimension":2}}`} {
		if _, _, err := store.Put(t.Context(), "vectors/names/"+name+".json", strings.NewReader(text), -1, storage.Condition{}); err != nil {
			t.Fatal(err)
		}
	}
	d = start(t, store)
	d.want(200, "", "POST", "/vectors/index", `{"name":"plain","dimension":2,"text_fields":[],"if_not_exists":true}`)
	for _, name := range []string{"torn", "empty"} {
		d.want(503, "index_failed", "POST", "/vectors/index/"+name+"/count", "{}")
		d.want(204, "", "DELETE", "/vectors/index/"+name, "")
		d.mustCreate(name, vector.Shape{Dimension: 2})
	}
}
