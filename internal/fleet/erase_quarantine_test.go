package fleet_test

import (
	"net/http"
	"path/filepath"
	"reflect"
	"testing"
)

// Somebody who is in the quarantine alone is found there by what the condition compares
// with, in text that is broken and in bytes that are no text.
func TestErasureOfWhoWasNeverLoaded(t *testing.T) {
	data := t.TempDir()
	l := lake{t, startFleet(t, data).URL("gateway")}
	const head = "id,name,hours\n"
	left := []string{`"0005011,Eve,z"`, `"000502,Al,q"`, `"5,Bo,w"`}
	planned := func(where string, rows, stay float64, judged bool) map[string]any {
		t.Helper()
		fields := map[string]any{"name": "staff", "where": where}
		status, plan := l.erase(fields)
		q, _ := plan["quarantine"].(map[string]any)
		if status != http.StatusOK || plan["rows"] != 0.0 || q["rows"] != rows || q["stay"] != stay || q["judged"] != judged {
			t.Errorf("%s: the plan: %d %v", where, status, plan)
		}
		fields["confirm"] = plan["confirm"]
		return fields
	}
	for where, judged := range map[string]bool{"id = '000501' and hours < 3": true, "lower(name) in ('nobody', lower('Zzyzx'), 'zzyzx quillfeather')": false} {
		l.mustIngest("name=staff&on_error=quarantine&types=id:string,hours:long", head+"A,Zoë,1\n000501,"+person+",n/a\n0005011,Eve,z\n000502,Al,q\n5,Bo,w\n000501,"+person+"\xff,2\n")
		if rows := l.rows("SELECT count(*) FROM staff__quarantine WHERE encoding = 'hex'"); !reflect.DeepEqual(rows, []string{"1"}) {
			t.Errorf("%v rows of bytes that are no text", rows)
		}
		planned("hours = 5 and name is not null", 1, 4, true)
		planned("hours > 700", 0, 5, false)
		fields := planned(where, 2, 3, judged)
		for range 2 { // the second time it is done already
			if status, done := l.erase(fields); status != http.StatusOK || done["erased"] != true {
				t.Errorf("%s: the deed: %d %v", where, status, done)
			}
		}
		if rows := l.rows("SELECT raw FROM staff__quarantine ORDER BY raw"); !reflect.DeepEqual(rows, left) {
			t.Errorf("%s: the quarantine has %v", where, rows)
		}
		if found := traces(t, filepath.Join(data, "objects")); len(found) > 0 {
			t.Errorf("%s: the person is in %v", where, found)
		}
		for _, name := range []string{"staff", "staff__quarantine"} {
			if status, doc := l.send(http.MethodDelete, "/v1/catalog/datasets/"+name, "", ""); status != http.StatusOK {
				t.Errorf("drop %s: %d %v", name, status, doc)
			}
		}
	}
}

// Rows of a quarantine go by a condition on its own columns, from all of its versions,
// and the dataset stays as it is.
func TestErasureInAQuarantine(t *testing.T) {
	data := t.TempDir()
	l := lake{t, startFleet(t, data).URL("gateway")}
	const head = "id,name,hours\n"
	l.mustIngest("name=staff&on_error=quarantine&types=id:string,hours:long", head+"A,Ada,1\n000501,"+person+",n/a\nB,Bob,y\n")
	l.mustIngest("name=staff&mode=append&on_error=quarantine&types=id:string,hours:long", head+"C,Cy,3\nD,Di,u\n")
	fields := map[string]any{"name": "staff__quarantine", "where": "raw LIKE '000501,%'"}
	status, plan := l.erase(fields)
	if status != http.StatusOK || plan["dataset"] != "staff__quarantine" || plan["rows"] != 1.0 || plan["quarantine"] != nil || wordsOf(plan, "versions", "version", "rows") != "1 1" {
		t.Fatalf("the plan: %d %v", status, plan)
	}
	if len(traces(t, data)) == 0 {
		t.Error("the plan erased")
	}
	fields["confirm"] = plan["confirm"]
	for _, again := range []bool{false, true} {
		if status, done := l.erase(fields); status != http.StatusOK || done["erased"] != true || done["rows"] != 1.0 || again != (len(list(done, "objects")) == 0) {
			t.Errorf("the deed, again %t: %d %v", again, status, done)
		}
	}
	if found := traces(t, filepath.Join(data, "objects")); len(found) > 0 {
		t.Errorf("the person is in %v", found)
	}
	if rows := l.rows("SELECT raw FROM staff__quarantine ORDER BY raw"); !reflect.DeepEqual(rows, []string{`"B,Bob,y"`, `"D,Di,u"`}) {
		t.Errorf("the quarantine has %v", rows)
	}
	if rows := l.versionsOf("staff"); !reflect.DeepEqual(rows, []float64{2, 1}) {
		t.Errorf("rows of the dataset's versions: %v", rows)
	}
	l.mustIngest("name=staff&mode=append&on_error=quarantine&types=id:string,hours:long", head+"E,Eve,v\nF,Fay,7\n")
	for what, fields := range map[string]map[string]any{
		"bad_condition": {"where": "name = 'x'"}, "bad_option": {"where": "raw = 'x'", "quarantine": "all"},
	} {
		fields["name"] = "staff__quarantine"
		if status, doc := l.erase(fields); status != http.StatusBadRequest || doc["code"] != what {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
}
