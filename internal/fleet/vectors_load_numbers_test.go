package fleet_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// numbers holds the numbers of a load against what is due.
func (l lake) numbers(load map[string]any, want string) {
	l.t.Helper()
	got := fmt.Sprint(load["rows"], load["added"], load["updated"], load["unchanged"], load["duplicates"], load["deleted"])
	if got != want {
		l.t.Errorf("rows, added, updated, unchanged, duplicates and deleted are %s, not %s: %v", got, want, load)
	}
}

// A load that is cancelled tells each row that it has put in, and puts none in afterwards.
func TestACancelledLoadTellsAllThatItDid(t *testing.T) {
	l := startLake(t)
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":3}`)
	told := 0.0
	for n := range 4 {
		l.want(http.StatusAccepted, "POST", "/v1/vectors/index/x/load", fmt.Sprintf(`{"sql":"SELECT '%d-' || i AS id, [i, 2, 3] AS vector FROM range(900000) t(i)"}`, n))
		l.begun("x")
		load := l.want(http.StatusOK, "DELETE", "/v1/vectors/index/x/load", "")
		added, _ := load["added"].(float64)
		told += added
		if load["state"] != "cancelled" || load["rows"] != added {
			t.Errorf("%v", load)
		}
		if doc := l.want(http.StatusOK, "POST", "/v1/vectors/index/x/count", `{}`); doc["count"] != told {
			t.Errorf("after load %d there are %v items, and %v were told", n, doc["count"], told)
		}
	}
}

// begun waits until a load has put something in.
func (l lake) begun(index string) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	for {
		doc := l.want(http.StatusOK, "GET", "/v1/vectors/index/"+index+"/load", "")
		if doc["state"] != "running" || doc["added"] != 0.0 {
			return
		}
		select {
		case <-ctx.Done():
			l.t.Fatalf("nothing comes of the load: %v", doc)
		case <-time.After(time.Millisecond):
		}
	}
}

// Numbers add up also where storaged went away: a row that was put in before the load was
// tried again counts once, as what it was, and so does one whose storing had no answer.
func TestNumbersOfALoadThatWasTriedAgain(t *testing.T) {
	f := &testbed.Faults{}
	l := startProxied(t, t.TempDir(), "storaged", f, &f.Target, func(c *fleet.Config) { c.Vectord.RetryAfter = service.Duration(10 * time.Millisecond) })
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":2,"metric":"l2"}`)
	l.want(http.StatusOK, "POST", "/v1/vectors/index/x/add", `{"items":[{"id":"1999","vector":[1,7]},{"id":"2000","vector":[1,2000],"metadata":{}},{"id":"other","vector":[1,1]}]}`)
	puts := 0
	f.Set(func(r *http.Request) testbed.Fault {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/log/") {
			return testbed.None
		}
		if puts++; puts >= 2 && puts <= 6 || puts >= 9 && puts <= 13 {
			return testbed.CutAnswer
		}
		return testbed.None
	})
	load := l.load("x", `{"sql":"SELECT i AS id, [1.0, i]::FLOAT[] AS vector FROM range(3000) t(i) UNION ALL SELECT 5, [1.0, 5.0]","delete_missing":true}`)
	f.Set(nil)
	if puts < 13 || load["state"] != "succeeded" {
		t.Errorf("after %d objects: %v", puts, load)
	}
	l.numbers(load, "3001 2998 1 1 1 1")
}

// A row that is no item is named by its place in the statement's answer.
func TestARowIsNamedByItsPlace(t *testing.T) {
	l := startLake(t)
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":2}`)
	for sql, want := range map[string]string{
		`SELECT 'i' || i AS id, CASE WHEN i = 2500 THEN [0, 0] ELSE [1, i] END AS vector FROM range(3000) t(i)`:           `bad_vector row 2501 of the statement ("i2500"): `,
		`SELECT 'i' || i AS id, CASE WHEN i = 2500 THEN [1] ELSE [1, i] END AS vector FROM range(3000) t(i)`:              `dimension_mismatch row 2501 of the statement ("i2500"): `,
		`SELECT CASE WHEN i = 2500 THEN repeat('i', 2000) ELSE i::TEXT END AS id, [1, i] AS vector FROM range(3000) t(i)`: `bad_item row 2501 of the statement ("iii`,
	} {
		load := l.load("x", fmt.Sprintf(`{"sql":%q}`, sql))
		p, _ := load["problem"].(map[string]any)
		if got := fmt.Sprint(p["code"], " ", p["detail"]); p["row"] != 2501.0 || p["item"] != nil || !strings.HasPrefix(got, want) || strings.Contains(got, "applied") {
			t.Errorf("%s: %v", sql, p)
		}
	}
}

// After damage the same load brings back what was lost, which nobody's change of the index
// tells of.
func TestALoadAfterDamageIsNotSkipped(t *testing.T) {
	data := t.TempDir()
	f := startFleet(t, data)
	l := lake{t, f.URL("gateway")}
	index := l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"x","dimension":2,"metric":"l2"}`)
	const body = `{"sql":"SELECT i AS id, [1.0, i]::FLOAT[] AS vector FROM range(1000) t(i)"}`
	l.numbers(l.load("x", body), "1000 1000 0 0 0 0")
	if load := l.load("x", body); load["skipped"] != true {
		t.Errorf("nothing has changed: %v", load)
	}
	l.spoil(f.URL("storaged"), fmt.Sprintf("vectors/%v/log/%020d", index["index_id"], 1))
	if err := f.Stop(); err != nil {
		t.Fatal(err)
	}
	l = lake{t, startFleet(t, data).URL("gateway")}
	kept, _ := l.want(http.StatusOK, "POST", "/v1/vectors/index/x/count", `{}`)["count"].(float64)
	if kept == 1000 {
		t.Fatal("nothing is lost")
	}
	load := l.load("x", body)
	l.numbers(load, fmt.Sprint(1000, 1000-kept, 0, kept, 0, 0))
	if load["skipped"] != false {
		t.Errorf("%v", load)
	}
}

// spoil changes a byte in the middle of an object.
func (l lake) spoil(storaged, key string) {
	l.t.Helper()
	store := storage.Client{Client: wire.Client{Service: "storaged", Base: storaged}}
	body, _, err := store.Get(l.t.Context(), key, storage.Range{})
	if err != nil {
		l.t.Fatal(err)
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		l.t.Fatal(err)
	}
	raw[len(raw)/2] ^= 4
	if _, _, err := store.Put(l.t.Context(), key, bytes.NewReader(raw), int64(len(raw)), storage.Condition{}); err != nil {
		l.t.Fatal(err)
	}
}
