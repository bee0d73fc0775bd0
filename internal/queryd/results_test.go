package queryd

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// cachingLake is a queryd that keeps answers, with its lake.
func cachingLake(t *testing.T, bytes int64) (*lake, *daemon) {
	l := newLake(t)
	c := small()
	c.ResultCacheBytes, c.MaxConcurrent = bytes, 1
	d := start(t, c, l.peers)
	d.waitReady()
	return l, d
}

// asked sends a request in JSON and tells what X-Cache says.
func (d *daemon) asked(body string, headers ...string) (a answer, cache string) {
	d.t.Helper()
	a = d.post("/sql", body, headers...)
	if a.status != 200 || a.readErr != nil {
		d.t.Fatalf("%s: %d %s %v", body, a.status, a.body, a.readErr)
	}
	return a, a.header.Get(query.HeaderCache)
}

// TestTheSameStatementAgain: the second time the answer is the same and needs no
// turn; what makes another answer possible is made anew.
func TestTheSameStatementAgain(t *testing.T) {
	l, d := cachingLake(t, 64<<20)
	l.write("rates", catalog.Replace, "n: 1, s: 2", "SELECT i AS n, 'x' || i AS s FROM range(5000) t(i)")
	const sql = `{"sql":"SELECT n, s FROM rates WHERE n < ? ORDER BY n","params":[3000],"limit":20,"format":"%s"}`
	first := map[string]answer{}
	for _, format := range []string{"json", "ndjson", "csv", "arrow", "parquet"} {
		a, cache := d.asked(fmt.Sprintf(sql, format))
		if first[format] = a; cache != "miss" {
			t.Errorf("%s at first: %q", format, cache)
		}
	}
	ended := d.background(t.Context(), endless) // has the only turn
	testbed.Until(t, "it runs", func() bool { return len(d.listed(query.Active)) == 1 })
	for format, before := range first {
		a, cache := d.asked(fmt.Sprintf(sql, format))
		if cache != "hit" || a.header.Get("Content-Type") != before.header.Get("Content-Type") ||
			a.trailer.Get(query.HeaderTruncated) != before.trailer.Get(query.HeaderTruncated) {
			t.Errorf("%s again: %q, %v, %v", format, cache, a.header, a.trailer)
		}
		if id := a.header.Get(query.HeaderQueryID); id == "" || id == before.header.Get(query.HeaderQueryID) {
			t.Errorf("%s again: query id %q", format, id)
		}
		if format != "json" && a.body != before.body {
			t.Errorf("%s again: %q, not %q", format, a.body, before.body)
		}
	}
	a, _ := d.asked(fmt.Sprintf(sql, "json"))
	var old, again query.Answer
	if err := json.Unmarshal([]byte(first["json"].body), &old); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(a.body), &again); err != nil || again.QueryID != a.header.Get(query.HeaderQueryID) || a.header.Get("Content-Length") == "" {
		t.Fatalf("%v: %s", err, a.body)
	}
	old.QueryID, old.ElapsedMS, again.QueryID, again.ElapsedMS = "", 0, "", 0
	if got, want := fmt.Sprint(again), fmt.Sprint(old); got != want || !again.Truncated || again.RowCount != 20 {
		t.Errorf("again %s, at first %s", got, want)
	}
	if err := d.Cancel(t.Context(), d.listed(query.Active)[0].QueryID); err != nil {
		t.Fatal(err)
	}
	<-ended
	d.waitIdle()
	for _, other := range []string{
		`{"sql":"SELECT n, s FROM rates WHERE n < ? ORDER BY n","params":[3001],"limit":20}`,
		`{"sql":"SELECT n, s FROM rates WHERE n < ? ORDER BY n","params":["3000"],"limit":20}`,
		`{"sql":"SELECT n, s FROM rates WHERE n < ? ORDER BY n","params":[3000],"limit":21}`,
		`{"sql":"SELECT n, s FROM rates WHERE n <  ? ORDER BY n","params":[3000],"limit":20}`,
	} {
		if _, cache := d.asked(other); cache != "miss" {
			t.Errorf("%s: %q", other, cache)
		}
	}
	if m := d.metrics(); !strings.Contains(m, "lakehouse_queryd_result_cache_hits_total 6\n") || !strings.Contains(m, "lakehouse_queryd_result_cache_misses_total 10\n") {
		t.Errorf("/metrics:\n%s", m)
	}
}

// TestAnswersAreThoseOfNow: a new version, an older one that is asked for and the
// end of a dataset are seen at once.
func TestAnswersAreThoseOfNow(t *testing.T) {
	l, d := cachingLake(t, 64<<20)
	l.write("rates", catalog.Replace, "n: 1", "SELECT 1::BIGINT AS n")
	const now, then = `{"sql":"SELECT sum(n) FROM rates"}`, `{"sql":"SELECT sum(n) FROM rates","as_of":{"rates":1}}`
	for i, c := range []struct{ body, cache, rows string }{
		{now, "miss", `[["1"]]`}, {now, "hit", `[["1"]]`}, {then, "hit", `[["1"]]`}, {"", "", ""},
		{now, "miss", `[["3"]]`}, {then, "hit", `[["1"]]`}, {now, "hit", `[["3"]]`},
	} {
		if c.body == "" {
			l.write("rates", catalog.Append, "n: 1", "SELECT 2::BIGINT AS n")
			continue
		}
		if a, cache := d.asked(c.body); cache != c.cache || a.rows(t) != c.rows {
			t.Errorf("%d: %s: %q %s, want %q %s", i, c.body, cache, a.rows(t), c.cache, c.rows)
		}
	}
	if _, err := l.catalog.Drop(t.Context(), "rates", ""); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{now, then} {
		d.post("/sql", body).expect(t, query.ErrTableNotFound)
	}
	l.write("rates", catalog.Replace, "n: 1", "SELECT 7::BIGINT AS n")
	for _, body := range []string{now, then} {
		if a, cache := d.asked(body); cache == "hit" && body == now || a.rows(t) != `[["7"]]` {
			t.Errorf("of another dataset with that name: %s: %q %s", body, cache, a.rows(t))
		}
	}
}

// TestAnswersThatAreNotKept: of statements that may give another answer, of requests
// that want none, and of what failed, was cut off or is too large.
func TestAnswersThatAreNotKept(t *testing.T) {
	_, d := cachingLake(t, 8*2000)
	for _, c := range []struct{ sql, header, first, second string }{
		{"SELECT random()", "", "", ""},
		{"SELECT current_timestamp", "", "", ""},
		{"SELECT now() < '2020-01-01'", "", "", ""},
		{"SHOW TABLES", "", "", ""},
		{"EXPLAIN ANALYZE SELECT 1", "", "", ""},
		{"SELECT 1", "no-store", "miss", "miss"},
		{"SELECT 2", "max-age=0, no-cache", "miss", "miss"},
		{"SELECT 3", "", "miss", "hit"},
		{"SELECT repeat('x', 2000)", "", "miss", "miss"},
		{"SELECT repeat('x', 1000)", "", "miss", "hit"},
	} {
		for _, want := range []string{c.first, c.second} {
			headers := []string{"Content-Type", "text/plain", "Cache-Control", c.header}
			if a := d.post("/sql", c.sql, headers...); a.status != 200 || a.header.Get(query.HeaderCache) != want {
				t.Errorf("%s: %d, %q, want %q", c.sql, a.status, a.header.Get(query.HeaderCache), want)
			}
		}
	}
	if a := d.sql("SELECT 1"); a.header.Get(query.HeaderCache) != "miss" {
		t.Error("an answer that was not to be stored was")
	}
	if a := d.sql("SELECT 2"); a.header.Get(query.HeaderCache) != "hit" {
		t.Error("an answer that was made anew is not kept")
	}
	for range 2 {
		a := d.sql("SELECT 'x'::INTEGER")
		if a.expect(t, query.ErrInvalid); a.header.Get(query.HeaderCache) != "" {
			t.Errorf("an error: %v", a.header)
		}
	}
}

// TestAnswersOfWhatIsGoneAreForgotten: of a version that was taken away no answer is
// given, and none stays in memory, nor the text of its statement; others stay.
func TestAnswersOfWhatIsGoneAreForgotten(t *testing.T) {
	l := newLake(t)
	c := small()
	c.ResultCacheBytes, c.CacheCheck = 64<<20, service.Duration(20*time.Millisecond)
	d := start(t, c, l.peers)
	d.waitReady()
	first := l.write("rates", catalog.Replace, "n: 1", "SELECT i::BIGINT AS n FROM range(1000) t(i)")
	then := time.Now()
	l.write("rates", catalog.Replace, "n: 1", "SELECT 2::BIGINT AS n")
	const now = `{"sql":"SELECT * FROM rates"}`
	d.asked(now)
	alone := d.metric("lakehouse_queryd_result_cache_bytes")
	old := []string{`{"sql":"SELECT n FROM rates","as_of":{"rates":1}}`, fmt.Sprintf(`{"sql":"SELECT n + 1 FROM rates","as_of":%q}`, then.UTC().Format(time.RFC3339Nano))}
	for _, body := range old {
		if _, cache := d.asked(body); cache != "miss" {
			t.Errorf("%s: %q", body, cache)
		}
		if _, cache := d.asked(body); cache != "hit" {
			t.Errorf("%s again: %q", body, cache)
		}
	}
	if held := d.metric("lakehouse_queryd_result_cache_bytes"); held < alone+2000 {
		t.Errorf("%v bytes are held, %v of them of the version of now", held, alone)
	}
	purge := catalog.Purge{Name: "rates", DatasetID: first.DatasetID, Versions: []int64{1}}
	if _, err := l.catalog.Purge(t.Context(), purge); err != nil {
		t.Fatal(err)
	}
	for _, body := range old {
		d.post("/sql", body).expect(t, catalog.ErrVersionNotFound)
	}
	testbed.Until(t, "what is gone is forgotten", func() bool { return d.metric("lakehouse_queryd_result_cache_bytes") == alone })
	if _, cache := d.asked(now); cache != "hit" {
		t.Errorf("of a version that is kept: %q", cache)
	}
}

// held gives the bytes of this process's heap that are in use.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestAnswersKeepToTheirBound, with the texts of their statements, which may be far
// longer than they are.
func TestAnswersKeepToTheirBound(t *testing.T) {
	const bound = 1 << 20
	_, d := cachingLake(t, bound)
	plain := []string{"Content-Type", "text/plain"}
	long := strings.Repeat("x", 120<<10)
	d.asked("SELECT 'warm' -- "+long, plain...)
	before := held()
	for i := range 110 {
		d.asked(fmt.Sprintf("SELECT %d -- %s", i, long), plain...)
	}
	const others = 1 << 20 // for what a request leaves
	if grown := held() - before; grown > bound+parsedBytes+others {
		t.Errorf("the heap grew by %d bytes; answers may take %d and texts %d", grown, bound, parsedBytes)
	}
	if said := d.metric("lakehouse_queryd_result_cache_bytes"); said > bound || said < bound/2 {
		t.Errorf("%v bytes are said to be held, of at most %d", said, bound)
	}
	for i, want := range map[int]string{0: "miss", 109: "hit"} {
		if _, cache := d.asked(fmt.Sprintf("SELECT %d -- %s", i, long), plain...); cache != want {
			t.Errorf("statement %d: %q, want %q", i, cache, want)
		}
	}
}

// TestManySmallAnswersKeepToTheirBound: what goes with each is most of them.
func TestManySmallAnswersKeepToTheirBound(t *testing.T) {
	for kind, put := range map[string]func(r *results, sql string, name catalog.Name) int64{
		"answers": func(r *results, sql string, name catalog.Name) int64 {
			r.answers.Put(sha256.Sum256([]byte(sql)), cached{body: []byte("[[1]]"), sql: sql, read: []versionRead{{name, catalog.NewID(), 1}}})
			return r.answers.Bytes()
		},
		"texts": func(r *results, sql string, name catalog.Name) int64 {
			r.parsed.Put(sql, &duck.Statement{Tables: []duck.Table{{Schema: name.Namespace, Name: name.Name}}})
			return r.parsed.Bytes()
		},
	} {
		t.Run(kind, func(t *testing.T) {
			r, said, before := newResults(parsedBytes), int64(0), held()
			for i := range 40_000 {
				said = put(r, fmt.Sprintf("SELECT n + %d FROM rates", i), catalog.Name{Namespace: fmt.Sprint("space", i), Name: fmt.Sprint("rates", i)})
			}
			if grown := held() - before; grown > said || said > parsedBytes || said < parsedBytes*9/10 {
				t.Errorf("the heap grew by %d bytes, %d are said to be held", grown, said)
			}
			runtime.KeepAlive(r)
		})
	}
}

// TestAnAnswerWithoutItsTextIsNotKept, for nobody could be given it.
func TestAnAnswerWithoutItsTextIsNotKept(t *testing.T) {
	r := newResults(1 << 30)
	r.keep(resultKey{}, cached{sql: strings.Repeat("x", parsedBytes/resultFraction)}, &duck.Statement{})
	if n := r.answers.Bytes() + r.parsed.Bytes(); n != 0 {
		t.Errorf("%d bytes are held", n)
	}
}

// TestTextsAreForgottenWithTheirAnswers, and what cannot be asked for stays, and stands
// in nobody's way.
func TestTextsAreForgottenWithTheirAnswers(t *testing.T) {
	r := newResults(1 << 20)
	for i, sql := range []string{"of what cannot be read", "of what is gone", "of what is kept", "of the gone and what cannot be read"} {
		read := []versionRead{{version: int64(i)}}
		if i == 3 {
			read = []versionRead{{version: 0}, {version: 1}}
		}
		r.keep(resultKey{byte(i)}, cached{sql: sql, read: read}, &duck.Statement{})
	}
	r.parsed.Put("without an answer", &duck.Statement{})
	damaged := errors.New("the metadata is damaged")
	n, err := r.forget(t.Context(), func(_ context.Context, v versionRead) (bool, error) {
		if v.version == 0 {
			return false, damaged
		}
		return v.version == 2, nil
	})
	if n != 2 || !errors.Is(err, damaged) {
		t.Errorf("%d answers are forgotten, %v", n, err)
	}
	left := slices.Sorted(maps.Keys(r.parsed.All()))
	if want := []string{"of what cannot be read", "of what is kept"}; !slices.Equal(left, want) || len(r.answers.All()) != 2 {
		t.Errorf("left are %d answers and the texts %q", len(r.answers.All()), left)
	}
}

// TestACopyIsTheWholeAnswer: however it came, unless it is too large.
func TestACopyIsTheWholeAnswer(t *testing.T) {
	answer := bytes.Repeat([]byte("what a client gets, "), 3*spillBytes/20)
	for _, most := range []int{len(answer), len(answer) - 1} {
		var kept []byte
		c := &answerCopy{most: int64(most), pool: &buffers{}, keep: func(body []byte) { kept = body }}
		for at, step := 0, 1; at < len(answer); step *= 2 {
			end := min(at+step, len(answer))
			c.add(answer[at:end])
			at = end
		}
		c.done()
		if whole := most == len(answer); whole != bytes.Equal(kept, answer) || !whole && kept != nil {
			t.Errorf("of an answer of %d bytes, where %d may be kept, %d were", len(answer), most, len(kept))
		}
	}
}
