package fleet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// An index of the model that is built in follows a dataset of texts, and finds what is meant:
// texts go through the gateway, vectord, queryd and embedd, and no vector through any client.
func TestAnIndexIsLoadedFromTexts(t *testing.T) {
	l := startLake(t)
	l.mustIngest("name=jobs&mode=replace", "id,text,city\n1,warehouse worker who drives forklifts at night,Austin\n2,registered nurse for an intensive care unit,Waco\n")
	made := l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"jobs","model":"minilm"}`)
	if made["dimension"] != 384.0 || !strings.HasPrefix(fmt.Sprint(made["model_revision"]), "sha256:") {
		t.Errorf("%v", made)
	}
	const load = `{"sql":"SELECT id, text, city FROM jobs","delete_missing":true}`
	if load := l.load("jobs", load); load["added"] != 2.0 {
		t.Errorf("%v", load)
	}
	finds := func(text, id string) {
		t.Helper()
		found := l.want(http.StatusOK, "POST", "/v1/vectors/index/jobs/search", fmt.Sprintf(`{"text":%q,"mode":"vector","k":1,"with_metadata":false}`, text))
		if got := fmt.Sprint(found["results"]); !strings.Contains(got, "id:"+id+" ") {
			t.Errorf("%s: %s", text, got)
		}
	}
	finds("moving pallets on the late shift", "1")
	finds("hospital staff", "2")
	l.mustIngest("name=jobs&mode=replace", "id,text,city\n2,registered nurse for an intensive care unit,Waco\n3,pastry cook,Waco\n")
	if load := l.load("jobs", load); load["added"] != 1.0 || load["unchanged"] != 1.0 || load["deleted"] != 1.0 {
		t.Errorf("%v", load)
	}
	l.want(http.StatusOK, "POST", "/v1/vectors/index/jobs/add", `{"items":[{"id":"4","text":"accountant for payroll and taxes"}]}`)
	finds("somebody who bakes cakes", "3")
	finds("bookkeeping", "4")
}

// A load of texts outlives that the daemon is killed which makes the vectors, and that which
// keeps them: it goes on by itself, and each row is in at its end.
func TestALoadOfTextsOutlivesKills(t *testing.T) {
	p, l := startProcesses(t)
	const rows = 3000
	var csv strings.Builder
	csv.WriteString("id,text\n")
	for n := range rows {
		fmt.Fprintf(&csv, "%d,candidate number %d who has worked in warehouse %d for %d years\n", n, n, n%97, n%31)
	}
	l.mustIngest("name=jobs", csv.String())
	l.want(http.StatusCreated, "POST", "/v1/vectors/index", `{"name":"jobs","model":"minilm"}`)
	l.want(http.StatusAccepted, "POST", "/v1/vectors/index/jobs/load", `{"sql":"SELECT id, text FROM jobs"}`)
	held := func() (n float64) {
		_, doc := l.send("POST", "/v1/vectors/index/jobs/count", "application/json", `{}`)
		n, _ = doc["count"].(float64)
		return n
	}
	for _, name := range []string{"embedd", "vectord"} {
		before := held()
		testbed.Until(t, "the load puts rows in", func() bool { n := held(); return n > before || n == rows })
		p.kill(name)
		p.start(name)
		p.ready()
	}
	if load := l.loaded("jobs"); load["state"] != "succeeded" || load["rows"] != float64(rows) {
		t.Errorf("%v", load)
	}
	if n := held(); n != rows {
		t.Errorf("%v items", n)
	}
}
