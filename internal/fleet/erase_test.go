package fleet_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// person stands in every place that an erasure has to reach; it sorts last, so that it
// is a bound of its columns.
const person = "Zzyzx Quillfeather"

// traces gives the files under a folder that hold the person: as they are, and
// what Parquet files decode to.
func traces(t *testing.T, folder string) (found []string) {
	t.Helper()
	holds := func(text []byte) bool {
		return bytes.Contains(text, []byte(person)) || bytes.Contains(text, []byte(hex.EncodeToString([]byte(person))))
	}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // it goes while we look
			return nil
		}
		if err != nil {
			return err
		}
		if holds(text) {
			found = append(found, path)
		} else if bytes.HasPrefix(text, []byte("PAR1")) {
			table, err := pqarrow.ReadTable(t.Context(), bytes.NewReader(text), parquet.NewReaderProperties(memory.DefaultAllocator), pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
			if err != nil {
				return err
			}
			defer table.Release()
			if holds([]byte(fmt.Sprint(table))) {
				found = append(found, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// forgotten makes sure that storage holds the person no more, and soon no file does:
// queryd's copies go when it looks for them.
func forgotten(t *testing.T, data string) {
	t.Helper()
	if found := traces(t, filepath.Join(data, "objects")); len(found) > 0 {
		t.Errorf("the person is in %v", found)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for found := traces(t, data); len(found) > 0; found = traces(t, data) {
		select {
		case <-ctx.Done():
			t.Fatalf("the person stays in %v", found)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// erase asks for an erasure.
func (l lake) erase(fields map[string]any) (int, map[string]any) {
	l.t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		l.t.Fatal(err)
	}
	return l.send(http.MethodPost, "/v1/catalog/erase", "application/json", string(body))
}

// employ loads the person into a dataset's versions and its quarantine.
func (l lake) employ(name string) {
	l.t.Helper()
	const head = "id,name,hours\n"
	l.mustIngest("name="+name, head+"A,Ada,1\n")
	l.mustIngest("name="+name+"&mode=append&on_error=quarantine", head+"P,"+person+",2\nP2,"+person+",x\nB,Bob,y\nC,Cy,3\n")
	l.mustIngest("name="+name+"&mode=append", head+"D,Dan,4\n")
	l.mustIngest("name="+name+"&mode=upsert&key=id", head+"P,"+person+",5\nC,Cy,6\n")
}

// An erasure says first what would go. Confirmed, it takes the rows out of every
// version and of the quarantine, and no file holds the person any more.
func TestErase(t *testing.T) {
	data := t.TempDir()
	l := lake{t, startFleet(t, data, func(c *fleet.Config) {
		c.Queryd.Access, c.Queryd.CacheCheck = "cache", service.Duration(50*time.Millisecond)
	}).URL("gateway")}
	l.employ("staff")
	l.rows("SELECT * FROM staff JOIN staff__quarantine ON true")
	l.mustIngest("name=other", "name\nAda\n")
	if status, doc := l.send(http.MethodPost, "/v1/catalog/tag/staff?version=2&tag=w44", "", ""); status != http.StatusCreated {
		t.Fatalf("tag: %d %v", status, doc)
	}
	where := map[string]any{"name": "staff", "where": "lower(name) = '" + strings.ToLower(person) + "'"}
	status, plan := l.erase(where)
	if status != http.StatusOK || plan["erased"] != false || plan["rows"] != 1.0 || plan["version"] != 4.0 ||
		wordsOf(plan, "versions", "version", "rows", "tags") != "3 1 [], 2 1 [w44]" || len(list(plan, "objects")) != 0 {
		t.Fatalf("the plan: %d %v", status, plan)
	}
	if q := plan["quarantine"].(map[string]any); q["rows"] != 1.0 || q["dataset"] != "staff__quarantine" {
		t.Errorf("of the quarantine: %v", q)
	}
	if found := traces(t, data); len(found) < 3 || !reflect.DeepEqual(l.versionsOf("staff"), []float64{4, 4, 3, 1}) {
		t.Errorf("after the plan the versions are %v, and the person is in %v", l.versionsOf("staff"), found)
	}
	where["confirm"] = plan["confirm"]
	status, done := l.erase(where)
	if status != http.StatusOK || done["erased"] != true || done["rows"] != 1.0 || done["version"] != 5.0 || done["bytes"].(float64) <= 0 || len(list(done, "objects")) < 4 {
		t.Fatalf("the deed: %d %v", status, done)
	}
	forgotten(t, data)
	if rows := l.rows("SELECT id, hours FROM staff ORDER BY id"); !reflect.DeepEqual(rows, []string{`"A"|1`, `"C"|6`, `"D"|4`}) {
		t.Errorf("rows %v", rows)
	}
	if rows := l.rows("SELECT raw FROM staff__quarantine"); !reflect.DeepEqual(rows, []string{`"B,Bob,y"`}) {
		t.Errorf("quarantine %v", rows)
	}
	if rows := l.versionsOf("staff"); !reflect.DeepEqual(rows, []float64{3, 1}) || l.columnsOf("staff", 1) == "" {
		t.Errorf("rows of the versions %v", rows)
	}
	if status, _ := l.send(http.MethodGet, "/v1/catalog/manifest/staff?tag=w44", "", ""); status != http.StatusNotFound {
		t.Errorf("the tag of a version that went: %d", status)
	}
	if status, again := l.erase(where); status != http.StatusOK || again["erased"] != true || len(list(again, "objects")) != 0 {
		t.Errorf("once more: %d %v", status, again)
	}
	if rows := l.rows("SELECT name FROM other"); !reflect.DeepEqual(rows, []string{`"Ada"`}) {
		t.Errorf("another dataset: %v", rows)
	}
	l.mustIngest("name=staff&mode=append", "id,name,hours\nE,Eve,7\n")
}

// What was confirmed is what is erased: for another state, or other rows, there is a
// new plan first.
func TestAnErasureIsConfirmedAsItIs(t *testing.T) {
	l := startLake(t)
	l.employ("staff")
	_, plan := l.erase(map[string]any{"name": "staff", "where": "name = '" + person + "'"})
	mistyped := []byte(plan["confirm"].(string))
	mistyped[40] ^= 1
	for what, fields := range map[string]map[string]any{
		"another plan":  {"where": "name = 'Ada'"},
		"another name":  {"where": "name = '" + person + "'", "quarantine": "all"},
		"is no plan's":  {"where": "name = '" + person + "'", "confirm": "yes"},
		"copy it whole": {"where": "name = '" + person + "'", "confirm": string(mistyped)},
	} {
		fields["name"] = "staff"
		if fields["confirm"] == nil {
			fields["confirm"] = plan["confirm"]
		}
		status, doc := l.erase(fields)
		if newPlan, _ := doc["plan"].(map[string]any); status != http.StatusConflict || doc["code"] != "erase_changed" || newPlan["confirm"] == fields["confirm"] ||
			!strings.Contains(fmt.Sprint(doc["detail"]), what) {
			t.Errorf("%s: %d %v", what, status, doc)
		}
	}
	nobody := map[string]any{"name": "staff", "where": "name = 'Nobody'"}
	_, empty := l.erase(nobody)
	nobody["confirm"] = empty["confirm"]
	if status, doc := l.erase(nobody); status != http.StatusOK || doc["erased"] != true || doc["version"] != 4.0 {
		t.Errorf("of nobody: %d %v", status, doc)
	}
	if _, again := l.erase(map[string]any{"name": "staff", "where": "name = '" + person + "'"}); again["confirm"] != plan["confirm"] || len(l.versionsOf("staff")) != 4 {
		t.Errorf("an erasure of nothing changed something: %v", again)
	}
	l.mustIngest("name=staff&mode=append", "id,name,hours\nQ,"+person+",9\n")
	status, doc := l.erase(map[string]any{"name": "staff", "where": "name = '" + person + "'", "confirm": plan["confirm"]})
	if newPlan, _ := doc["plan"].(map[string]any); status != http.StatusConflict || newPlan["rows"] != 2.0 || !strings.Contains(fmt.Sprint(doc["detail"]), "is not what it was") {
		t.Errorf("rows that came since: %d %v", status, doc)
	}
	for where, code := range map[string]string{
		"":                                "bad_condition",
		"badge = 1":                       "bad_condition",
		"true":                            "bad_condition",
		"id in (select id from staff)":    "bad_condition",
		"id = 'A') or (query('x') = 'y'":  "bad_condition",
		"id = 'A') union select (id = 'A": "bad_condition",
		"hours = 'A'":                     "bad_condition",
	} {
		if status, doc := l.erase(map[string]any{"name": "staff", "where": where}); status != http.StatusBadRequest || doc["code"] != code {
			t.Errorf("%s: %d %v", where, status, doc)
		}
	}
	if status, doc := l.erase(map[string]any{"name": "nobody", "where": "id = 1"}); status != http.StatusNotFound {
		t.Errorf("no such dataset: %d %v", status, doc)
	}
	if status, doc := l.send(http.MethodPost, "/v1/internal/purge", "application/json", `{"name":"staff"}`); status != http.StatusNotFound {
		t.Errorf("the gateway passes a daemon's own call on: %d %v", status, doc)
	}
	if rows := l.versionsOf("staff"); len(rows) != 5 {
		t.Errorf("rows of the versions %v", rows)
	}
}

// A version that lacks a column of the condition cannot be judged: it goes, unless it
// is to stay.
func TestErasureOfVersionsThatCannotBeJudged(t *testing.T) {
	l := startLake(t)
	for _, keep := range []bool{true, false} {
		name := fmt.Sprintf("keep_%t", keep)
		l.mustIngest("name="+name, "id,hours\nA,1\n")
		l.mustIngest("name="+name+"&schema=replace", "id,name\nP,"+person+"\nA,Ada\n")
		fields := map[string]any{"name": name, "where": "name = '" + person + "'", "keep_unjudged": keep, "quarantine": "all"}
		_, plan := l.erase(fields)
		if got := wordsOf(plan, "versions", "version", "judged", "kept"); got != fmt.Sprintf("1 false %t", keep) {
			t.Errorf("%s: the plan has the versions %s", name, got)
		}
		fields["confirm"] = plan["confirm"]
		if status, doc := l.erase(fields); status != http.StatusOK {
			t.Errorf("%s: %d %v", name, status, doc)
		}
		want := []float64{1, 1}
		if !keep {
			want = want[:1]
		}
		if rows := l.versionsOf(name); !reflect.DeepEqual(rows, want) {
			t.Errorf("%s: rows of the versions %v, want %v", name, rows, want)
		}
	}
}

// No answer in memory that read what was erased is given again: neither to the same
// statement, nor to one that asks for a version, a time or a tag of before. The bytes
// are still there, for queryd has not looked for them yet.
func TestNoAnswerOfBeforeAnErasure(t *testing.T) {
	f := startFleet(t, t.TempDir())
	l := lake{t, f.URL("gateway")}
	l.employ("staff")
	if status, doc := l.send(http.MethodPost, "/v1/catalog/tag/staff?version=2&tag=w44", "", ""); status != http.StatusCreated {
		t.Fatalf("tag: %d %v", status, doc)
	}
	_, versions := l.send(http.MethodGet, "/v1/catalog/versions/staff", "", "")
	asked := []string{
		`{"sql":"SELECT * FROM staff"}`, `{"sql":"SELECT raw FROM staff__quarantine"}`, `{"sql":"SELECT * FROM staff","as_of":{"staff":"w44"}}`,
	}
	for _, v := range list(versions, "versions") {
		v := v.(map[string]any)
		asked = append(asked, fmt.Sprintf(`{"sql":"SELECT * FROM staff","as_of":{"staff":%v}}`, v["version"]),
			fmt.Sprintf(`{"sql":"SELECT * FROM staff","as_of":%q}`, v["created_at"]))
	}
	held := map[string]bool{} // the answers that hold the person
	for _, body := range slices.Concat(asked, asked) {
		_, text, _ := l.sql(body)
		held[body] = strings.Contains(text, person)
	}
	for body := range held {
		if status, _, cache := l.sql(body); status != http.StatusOK || cache != "hit" {
			t.Errorf("%s is not answered from memory: %d %q", body, status, cache)
		}
	}
	fields := map[string]any{"name": "staff", "where": "name = '" + person + "'"}
	_, plan := l.erase(fields)
	fields["confirm"] = plan["confirm"]
	if status, doc := l.erase(fields); status != http.StatusOK {
		t.Fatalf("the erasure: %d %v", status, doc)
	}
	persons := 0
	for body, before := range held {
		if before {
			persons++
		}
		if status, text, cache := l.sql(body); strings.Contains(text, person) || before && cache == "hit" ||
			before && strings.Contains(body, "as_of") && status != http.StatusNotFound {
			t.Errorf("%s afterwards: %d %q %s", body, status, cache, text)
		}
	}
	if persons < 6 {
		t.Errorf("only %d answers held the person", persons)
	}
}

// sql asks as a client does, and tells what X-Cache says.
func (l lake) sql(body string) (status int, text, cache string) {
	l.t.Helper()
	resp, err := http.Post(l.url+"/v1/sql", "application/json", strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return resp.StatusCode, string(all), resp.Header.Get("X-Cache")
}
