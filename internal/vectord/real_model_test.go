package vectord_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// What is meant is found by a real model, by texts that share no word with it, of items that
// were added and of rows that were loaded, which wait while embedd is away.
func TestARealModelFindsWhatIsMeant(t *testing.T) {
	jobs := &jobs{}
	embedd, faults := testbed.Before(t, testbed.StartEmbedd(t).Base)
	d := startAmong(t, service.Peers{"storaged": testbed.StartStoraged(t).Base, "embedd": embedd, "queryd": jobs.serve(t)})
	d.ready()
	made := d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"minilm"}`)
	if made["dimension"] != 384.0 || made["model_revision"] == nil {
		t.Errorf("%v", made)
	}
	added := d.mustAdd("x", vector.Item{ID: "lift", Text: new("warehouse worker who drives forklifts at night")}, vector.Item{ID: "soup", Text: new("a recipe for onion soup")},
		vector.Item{ID: "long", Text: new(strings.Repeat("account ", 3000))})
	if added.Truncated != 1 {
		t.Errorf("%+v", added)
	}
	unseen := d.want(400, "bad_text", "POST", atX+"/add", `{"items":[{"id":"a","text":"a"},{"id":"b","text":"\u200b\u0000"}]}`)
	if unseen["item"] != 1.0 || unseen["id"] != "b" {
		t.Errorf("a text of nothing that is seen: %v", unseen)
	}
	d.want(400, "bad_text", "POST", atX+"/search", `{"text":"\u200b"}`)
	jobs.set(`{"id":"care","text":"registered nurse for an intensive care unit"}`)
	faults.Set(func(r *http.Request) testbed.Fault {
		if r.Method == http.MethodPost {
			return testbed.Reset
		}
		return testbed.None
	})
	d.want(202, "", "POST", atX+"/load", `{"sql":"SELECT * FROM jobs"}`)
	d.until(func() bool { return d.want(200, "", "GET", atX+"/load", "")["retry"] != nil })
	d.want(503, "service_unavailable", "POST", atX+"/search", `{"text":"nurse"}`)
	faults.Set(nil)
	if load := d.ended("x"); load["state"] != vector.LoadSucceeded {
		t.Errorf("%v", load)
	}
	for text, id := range map[string]string{"moving pallets on the late shift": "lift", "hospital job for someone trained to look after the very ill": "care", "cooking vegetables": "soup"} {
		for _, mode := range []string{`"vector"`, `"hybrid"`} {
			found := d.want(200, "", "POST", atX+"/search", fmt.Sprintf(`{"text":%q,"mode":%s,"k":1,"with_metadata":false}`, text, mode))
			if got := fmt.Sprint(found["results"]); !strings.Contains(got, "id:"+id+" ") {
				t.Errorf("%s: %s", text, got)
			}
		}
	}
}
