package duck

import (
	"io"
	"path/filepath"
	"testing"
)

const filteredCount = "select count(*) from t where a < 1000"

// benchTable is a table of four million rows.
func benchTable(b *testing.B, p *Pool) View {
	file := parquet(b, p, "t.parquet", "select i as a, i::varchar as b from range(4000000) t(i)", "a: 1, b: 2")
	return View{Name: "t", Files: []string{file}, Columns: []Column{{1, "a", "long"}, {2, "b", "string"}}}
}

func benchWorker(b *testing.B, p *Pool, sql string, r Request) {
	for b.Loop() {
		q, err := startQuery(b.Context(), p, sql, r)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = q.Next()
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		q.close()
	}
}

// benchInProcess runs the same statement on an instance in this process, its
// views made anew each time as a worker does.
func benchInProcess(b *testing.B, p *Pool, sql string, views []View) {
	i, err := openUnlocked(setup{Limits: p.config.Limits, SpillDir: filepath.Join(b.TempDir(), "s")}, signed)
	if err != nil {
		b.Fatal(err)
	}
	defer i.close()
	create, err := viewsSQL(views, "")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := connect(i.db)
		if err == nil {
			err = c.exec("BEGIN;" + create + sql)
		}
		if err != nil {
			b.Fatal(err)
		}
		c.close()
	}
}

func BenchmarkSelectOneInWorker(b *testing.B) {
	benchWorker(b, newTestPool(b, testConfig(b)), "select 1", Request{})
}

func BenchmarkSelectOneInProcess(b *testing.B) {
	benchInProcess(b, newTestPool(b, testConfig(b)), "select 1", nil)
}

func BenchmarkCountInWorker(b *testing.B) {
	p := newTestPool(b, testConfig(b))
	benchWorker(b, p, filteredCount, Request{Views: []View{benchTable(b, p)}})
}

func BenchmarkCountInProcess(b *testing.B) {
	p := newTestPool(b, testConfig(b))
	benchInProcess(b, p, filteredCount, []View{benchTable(b, p)})
}

func BenchmarkJob(b *testing.B) {
	p := newTestPool(b, testConfig(b))
	for b.Loop() {
		if _, err := p.Exec(b.Context(), Job{SQL: []string{"select 1"}}); err != nil {
			b.Fatal(err)
		}
	}
}
