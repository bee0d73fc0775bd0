package fleet_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// writer loads a good row and a bad one into a dataset again and again, without a pause,
// until it is ended; loaded gets a token for each load.
type writer struct {
	loaded chan struct{}
	end    chan struct{}
	ended  chan struct{}
	rows   int // once it has ended
}

func (l lake) write(name string) *writer {
	w := &writer{loaded: make(chan struct{}, 1<<16), end: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		for ; ; w.rows++ {
			select {
			case <-w.end:
				return
			default:
			}
			resp, err := http.Post(l.url+"/v1/ingest?mode=append&on_error=quarantine&name="+name, "text/csv",
				strings.NewReader(fmt.Sprintf("id,name,hours\nW%d,Wren,1\nW%d,Wren,none\n", w.rows, w.rows)))
			if err != nil {
				l.t.Errorf("load %d: %v", w.rows, err)
				return
			}
			if resp.Body.Close(); resp.StatusCode != http.StatusCreated {
				l.t.Errorf("load %d: %d", w.rows, resp.StatusCode)
				return
			}
			w.loaded <- struct{}{}
		}
	}()
	return w
}

// stop ends the writer, and tells how many loads it made.
func (w *writer) stop() int {
	close(w.end)
	<-w.ended
	return w.rows
}

// An erasure is done by the plan that was confirmed, however many rows of others are
// loaded meanwhile, and also while none of them waits for it.
func TestAnErasureWhileLoadsKeepComing(t *testing.T) {
	data := t.TempDir()
	l := lake{t, startFleet(t, data).URL("gateway")}
	l.employ("staff")
	w := l.write("staff")
	<-w.loaded
	fields := map[string]any{"name": "staff", "where": "name = '" + person + "'"}
	_, plan := l.erase(fields)
	fields["confirm"] = plan["confirm"]
	for range 12 { // and a compaction
		<-w.loaded
	}
	status, done := l.erase(fields)
	if status != http.StatusOK || done["erased"] != true || done["rows"] != 1.0 || done["version"].(float64) < plan["version"].(float64)+12 {
		t.Errorf("by the plan of before: %d %v", status, done)
	}
	rows := w.stop()
	if found := traces(t, data+"/objects"); len(found) > 0 {
		t.Errorf("the person is in %v", found)
	}
	if got := l.rows("SELECT count(*), count(DISTINCT id), count(*) FILTER (id NOT LIKE 'W%') FROM staff"); got[0] != fmt.Sprintf("%d|%d|3", rows+3, rows+3) {
		t.Errorf("after %d loads: %v", rows, got)
	}
	if got := l.rows("SELECT count(*), count(DISTINCT raw), count(*) FILTER (raw LIKE 'B%') FROM staff__quarantine"); got[0] != fmt.Sprintf("%d|%d|1", rows+1, rows+1) {
		t.Errorf("the quarantine after %d loads: %v", rows, got)
	}
}

// What was confirmed is rows, and versions with their tags: what else is done to a
// dataset leaves the confirmation as it is, and what touches those needs another.
func TestWhatVoidsAConfirmation(t *testing.T) {
	l := startLake(t, uncompacted)
	tag := func(name string, version int, tag string) {
		if status, doc := l.send(http.MethodPost, fmt.Sprintf("/v1/catalog/tag/%s?version=%d&tag=%s", name, version, tag), "", ""); status != http.StatusCreated {
			t.Fatalf("tag: %d %v", status, doc)
		}
	}
	const head = "id,name,hours\n"
	for i, c := range []struct {
		what  string
		do    func(name string)
		voids bool
	}{
		{"a tag on a version without such rows", func(n string) { tag(n, 1, "t") }, false},
		{"a tag on a version with such rows", func(n string) { tag(n, 3, "t") }, true},
		{"a tag on the version that was current", func(n string) { tag(n, 4, "t") }, true},
		{"a row of another in the same file", func(n string) { l.mustIngest("name="+n+"&mode=upsert&key=id", head+"C,Cy,9\n") }, false},
		{"a column more", func(n string) {
			l.mustIngest("name="+n+"&mode=append&schema=evolve", "id,name,hours,site\nE,Eve,1,x\n")
		}, false},
		{"another value in the row", func(n string) { l.mustIngest("name="+n+"&mode=upsert&key=id", head+"P,"+person+",7\n") }, true},
		{"a row that came and went", func(n string) {
			l.mustIngest("name="+n+"&mode=append", head+"Q,"+person+",9\n")
			l.send(http.MethodPost, "/v1/catalog/rollback/"+n+"?version=4", "", "")
		}, true},
		{"a version of before", func(n string) { l.send(http.MethodPost, "/v1/catalog/rollback/"+n+"?version=2", "", "") }, true},
		{"all rows replaced", func(n string) { l.mustIngest("name="+n, head+"E,Eve,1\n") }, false},
		{"a bad row of another", func(n string) {
			l.mustIngest("name="+n+"&mode=append&on_error=quarantine", head+"F,Fay,1\nG,Gil,z\n")
		}, false},
		{"a bad row of the person", func(n string) {
			l.mustIngest("name="+n+"&mode=append&on_error=quarantine", head+"F,Fay,1\nP3,"+person+",z\n")
		}, true},
		{"the dataset again under its name", func(n string) {
			l.send(http.MethodDelete, "/v1/catalog/datasets/"+n, "", "")
			l.employ(n)
		}, true},
	} {
		name := fmt.Sprintf("staff%d", i)
		l.employ(name)
		fields := map[string]any{"name": name, "where": "name = '" + person + "'"}
		_, plan := l.erase(fields)
		fields["confirm"] = plan["confirm"]
		c.do(name)
		status, doc := l.erase(fields)
		newPlan, _ := doc["plan"].(map[string]any)
		if c.voids && (status != http.StatusConflict || doc["code"] != "erase_changed" || newPlan["confirm"] == plan["confirm"] || newPlan["confirm"] == nil) {
			t.Errorf("%s: %d %v", c.what, status, doc)
		}
		if !c.voids && (status != http.StatusOK || doc["erased"] != true) {
			t.Errorf("%s: %d %v", c.what, status, doc)
		}
		if got := l.rows("SELECT name FROM " + name + " WHERE name = '" + person + "'"); !c.voids && len(got) > 0 {
			t.Errorf("%s: the person is there: %v", c.what, got)
		}
	}
}

// The plan names the tags of the current version too, for they go with its rows.
func TestAPlanNamesTheTagsOfTheCurrentVersion(t *testing.T) {
	l := startLake(t, uncompacted)
	l.employ("staff")
	if status, doc := l.send(http.MethodPost, "/v1/catalog/tag/staff?tag=now", "", ""); status != http.StatusCreated {
		t.Fatalf("tag: %d %v", status, doc)
	}
	for where, want := range map[string][]any{"name = '" + person + "'": {"now"}, "name = 'Nobody'": {}} {
		if _, plan := l.erase(map[string]any{"name": "staff", "where": where}); !reflect.DeepEqual(plan["tags"], want) {
			t.Errorf("%s: %v", where, plan)
		}
	}
}
