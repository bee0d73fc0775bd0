package vectord_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// A vector is of the column that the load says: of another one, or where that is forced, it is
// made again, and once the whole index is of one column unchanged rows cost nothing.
func TestALoadByAnotherColumn(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	load := func(more, counted, first string, sent int) {
		t.Helper()
		if got := numbers(d.load("x", `{"sql":"SELECT * FROM jobs"`+more+`}`)); got != "succeeded: "+counted+", <nil> truncated" {
			t.Error(got)
		}
		if got := m.asked(); len(got) != sent {
			t.Errorf("%q were sent", got)
		}
		found := d.want(200, "", "POST", atX+"/search", `{"text":"registered nurse","mode":"vector","k":1}`)
		if got := fmt.Sprint(found["results"]); !strings.Contains(got, "id:"+first) {
			t.Error(got)
		}
		m.asked()
	}
	const title, summary = `,"text_column":"title"`, `,"text_column":"summary"`
	j.set(`{"id":1,"title":"welder","summary":"registered nurse"}`, `{"id":2,"title":"registered nurse","summary":"welder"}`, `{"id":3,"summary":"cook","title":"cook"}`)
	load(title, "3 added, 0 updated, 0 unchanged", "2", 3)
	load(summary, "0 added, 2 updated, 1 unchanged", "1", 2)
	load(summary+`,"delete_missing":true`, "0 added, 0 updated, 3 unchanged", "1", 0)
	load(summary+`,"force":true`, "0 added, 3 updated, 0 unchanged", "1", 3)
	d.want(200, "", "POST", atX+"/add", `{"items":[{"id":"by hand","text":"a"}]}`)
	m.asked()
	load(summary, "0 added, 0 updated, 3 unchanged", "1", 0)
	load(title, "0 added, 2 updated, 1 unchanged", "2", 2)
	load(title, "0 added, 0 updated, 0 unchanged", "2", 0) // skipped
	load(title+`,"force":true`, "0 added, 3 updated, 0 unchanged", "2", 3)
	load(title+`,"id_column":"id"`, "0 added, 2 updated, 1 unchanged", "2", 2) // what is left may be of either
	load(title+`,"delete_missing":true`, "0 added, 2 updated, 1 unchanged", "2", 2)
	load(title, "0 added, 0 updated, 3 unchanged", "2", 0)
}

// Vectors of items that were added, before the first load or after one, are of their texts: a load
// by another column makes them again when it comes to them, and no load makes others again for that.
func TestALoadByAnotherColumnThanThatOfAdds(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	load := func(counted string, sent ...string) {
		t.Helper()
		if got := numbers(d.load("x", `{"sql":"SELECT * FROM jobs","text_column":"title"}`)); got != "succeeded: "+counted+", <nil> truncated" {
			t.Error(got)
		}
		if got := m.asked(); !slices.Equal(got, sent) {
			t.Errorf("%q were sent", got)
		}
	}
	add := func(id string) {
		t.Helper()
		d.want(200, "", "POST", atX+"/add", `{"items":[{"id":"`+id+`","text":"welder","metadata":{"title":"registered nurse"}}]}`)
		m.asked()
	}
	const first, second, third = `{"id":1,"title":"registered nurse","text":"welder"}`, `{"id":2,"title":"cook"}`, `{"id":3,"title":"registered nurse","text":"welder"}`
	add("1")
	j.set(second)
	load("1 added, 0 updated, 0 unchanged", "cook")
	j.set(second, second)
	load("0 added, 0 updated, 1 unchanged")
	j.set(first, second)
	load("0 added, 1 updated, 1 unchanged", "registered nurse")
	add("3")
	j.set(first, second, third)
	load("0 added, 2 updated, 1 unchanged", "registered nurse", "registered nurse") // of those that may have been added
	load("0 added, 0 updated, 0 unchanged")                                         // skipped
	for _, id := range []string{"1", "3"} {
		if got, err := d.Item(t.Context(), "x", id); err != nil || !slices.Equal(got.Vector, ofWords("registered nurse", 16)) {
			t.Errorf("%s: %v, %v", id, got.Vector, err)
		}
	}
}

// A load by another column that was broken off has changed some of the vectors: the next one
// makes those again that it does not know, also of the first column.
func TestALoadByAnotherColumnThatFails(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	var rows []string
	for i := range 600 {
		rows = append(rows, fmt.Sprintf(`{"id":%d,"title":"title %[1]d","summary":"summary %[1]d"}`, i))
	}
	j.set(rows...)
	d.load("x", `{"sql":"SELECT * FROM jobs","text_column":"title"}`)
	j.set(append(rows[:599:599], `{"id":599}`)...)
	if load := d.load("x", `{"sql":"SELECT * FROM jobs","text_column":"summary"}`); load["state"] != vector.LoadFailed || load["updated"] == 0.0 {
		t.Errorf("%v", load)
	}
	j.set(rows...)
	m.asked()
	d.load("x", `{"sql":"SELECT * FROM jobs","text_column":"title"}`)
	if got := len(m.asked()); got != 600 {
		t.Errorf("%d were sent", got)
	}
	for _, id := range []string{"0", "599"} {
		if got, err := d.Item(t.Context(), "x", id); err != nil || !slices.Equal(got.Vector, ofWords("title "+id, 16)) {
			t.Errorf("%v, %v", got.Vector, err)
		}
	}
}

// What a load that makes vectors again has made is not made once more when it is tried again.
func TestAForcedLoadThatIsTriedAgain(t *testing.T) {
	j := &jobs{}
	d, m := startWithWords(t, j.serve(t))
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	j.set(manyRows(0, 2000)...)
	d.load("x", `{"sql":"SELECT * FROM jobs"}`)
	m.asked()
	sent := 0
	m.set(func(m *words) {
		m.refuses = func(string) error {
			if sent++; sent == 700 || sent == 701 {
				return wire.Unavailable("embedd")
			}
			return nil
		}
	})
	if got := numbers(d.load("x", `{"sql":"SELECT * FROM jobs","force":true}`)); got != "succeeded: 0 added, 2000 updated, 0 unchanged, <nil> truncated" {
		t.Error(got)
	}
	if got := len(m.asked()); got < 2000 || got > 3000 {
		t.Errorf("%d were sent", got)
	}
}
