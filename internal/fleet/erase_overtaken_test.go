package fleet_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
)

// overtaker stands before catalogd, and has something done before each version that an
// erasure registers.
type overtaker struct {
	catalogd atomic.Pointer[url.URL]
	before   func(try int)
	tries    atomic.Int32
}

func (o *overtaker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := o.catalogd.Load()
	body, err := io.ReadAll(r.Body)
	if target == nil || err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if bytes.Contains(body, []byte(`"content_hash":"erase:`)) {
		o.before(int(o.tries.Add(1)))
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}).ServeHTTP(w, r)
}

// Loads that come in just before an erasure's version do so twice; then they wait for
// it. One that registers versions past ingest is not waited for without end.
func TestAnErasureThatIsOvertaken(t *testing.T) {
	o, data := &overtaker{}, t.TempDir()
	l := startProxied(t, data, "catalogd", o, &o.catalogd, uncompacted)
	const head = "id,name,hours\n"
	load := func(n int) string {
		return fmt.Sprintf("%sX%d,Xena,%d\n", head, n, n)
	}
	name := "loaded"
	l.mustIngest("name="+name, head+"A,Ada,1\nP,"+person+",2\n")
	late := make(chan int, 1)
	o.before = func(try int) {
		if try > 2 {
			go func() {
				status, _ := l.ingest("name="+name+"&mode=append", load(try))
				late <- status
			}()
			return
		}
		l.mustIngest("name="+name+"&mode=append", load(try))
	}
	fields := map[string]any{"name": name, "where": "name = '" + person + "'"}
	_, plan := l.erase(fields)
	fields["confirm"] = plan["confirm"]
	if status, doc := l.erase(fields); status != http.StatusOK || doc["version"] != 4.0 || o.tries.Load() != 3 {
		t.Errorf("after %d tries: %d %v", o.tries.Load(), status, doc)
	}
	if status := <-late; status != http.StatusCreated {
		t.Errorf("the load that waited: %d", status)
	}
	if got := l.rows("SELECT id FROM loaded ORDER BY id"); !reflect.DeepEqual(got, []string{`"A"`, `"X1"`, `"X2"`, `"X3"`}) {
		t.Errorf("rows: %v", got)
	}

	name, fields["name"] = "registered", "registered"
	l.mustIngest("name="+name, head+"A,Ada,1\nP,"+person+",2\n")
	_, parquet, _ := l.sql(`{"sql":"SELECT * FROM loaded","format":"parquet"}`)
	if status, doc := l.send(http.MethodPut, "/v1/storage/objects/inbox/x.parquet", "application/vnd.apache.parquet", parquet); status != http.StatusCreated {
		t.Fatalf("%d %v", status, doc)
	}
	o.before = func(int) {
		status, doc := l.send(http.MethodPost, "/v1/catalog/register", "application/json", `{"name":"registered","mode":"append","allow_duplicate":true,"objects":[{"key":"inbox/x.parquet"}]}`)
		if status != http.StatusCreated {
			t.Errorf("register: %d %v", status, doc)
		}
	}
	delete(fields, "confirm")
	_, plan = l.erase(fields)
	fields["confirm"] = plan["confirm"]
	if status, doc := l.erase(fields); status != http.StatusConflict || doc["code"] != "dataset_changed" || !strings.Contains(fmt.Sprint(doc["detail"]), "again") {
		t.Errorf("overtaken for ever: %d %v", status, doc)
	}
	if got := l.rows("SELECT count(*) FROM registered WHERE name = '" + person + "'"); got[0] != "1" {
		t.Errorf("rows of the person: %v", got)
	}
	o.before = func(int) {}
	if status, doc := l.erase(fields); status != http.StatusOK {
		t.Errorf("once they pause: %d %v", status, doc)
	}
	if found := traces(t, data+"/objects"); len(found) > 0 {
		t.Errorf("the person is in %v", found)
	}
}

// What a rollback brings back before an erasure is finished does not stay.
func TestAnUnfinishedErasureAndARollback(t *testing.T) {
	c, data := &cutter{}, t.TempDir()
	l := startProxied(t, data, "catalogd", c, &c.catalogd, uncompacted)
	l.mustIngest("name=staff", "id,name\nA,Ada\nP,"+person+"\n")
	fields := map[string]any{"name": "staff", "where": "name = '" + person + "'"}
	_, plan := l.erase(fields)
	fields["confirm"] = plan["confirm"]
	c.left.Store(1)
	if status, doc := l.erase(fields); status == http.StatusOK {
		t.Fatalf("cut off: %v", doc)
	}
	c.left.Store(0)
	c.cut.Store(false)
	if status, doc := l.send(http.MethodPost, "/v1/catalog/rollback/staff?version=1", "", ""); status != http.StatusCreated {
		t.Fatalf("rollback: %d %v", status, doc)
	}
	if status, doc := l.erase(fields); status != http.StatusOK || doc["erased"] != true {
		t.Errorf("again: %d %v", status, doc)
	}
	if got := l.rows("SELECT id FROM staff"); !reflect.DeepEqual(got, []string{`"A"`}) {
		t.Errorf("rows: %v", got)
	}
	if found := traces(t, data+"/objects"); len(found) > 0 {
		t.Errorf("the person is in %v", found)
	}
}
