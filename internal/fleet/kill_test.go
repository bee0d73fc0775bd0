package fleet_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// timesheets makes a CSV with n rows, whose hours add up to n.
func timesheets(n int, week string) string {
	var b strings.Builder
	b.WriteString("id,week,hours,note\n")
	for i := range n {
		fmt.Fprintf(&b, "T%08d,%s,1,shift %d of the night\n", i, week, i%97)
	}
	return b.String()
}

// outcome is what a client saw of a request that may have been cut.
type outcome struct {
	status int
	err    error
}

// loadInBackground sends a CSV and gives its outcome later.
func (l lake) loadInBackground(params, csv string) <-chan outcome {
	result := make(chan outcome, 1)
	go func() {
		resp, err := http.Post(l.url+"/v1/ingest?"+params, "text/csv", strings.NewReader(csv))
		if err != nil {
			result <- outcome{err: err}
			return
		}
		resp.Body.Close()
		result <- outcome{status: resp.StatusCode}
	}()
	return result
}

// A daemon that is killed at any moment of a load leaves the version wholly
// there or not at all, an acknowledged one stays, and a retry succeeds.
func TestKilledDaemonsLoseNothing(t *testing.T) {
	const rows = 100_000
	p, l := startProcesses(t)
	l.mustIngest("name=t", timesheets(10, "2026-01-04"))
	total := 10
	for round, victim := range []string{"storaged", "catalogd", "ingestd", "gateway", "storaged", "catalogd", "ingestd", "catalogd", "storaged"} {
		csv := timesheets(rows, fmt.Sprintf("2026-02-%02d", round+1))
		loading := l.loadInBackground("name=t&mode=append", csv)
		<-time.After(time.Duration(40+110*round%400) * time.Millisecond) // the moment of the fault
		p.kill(victim)
		seen := <-loading
		p.start(victim)
		p.ready()
		there := l.rows("SELECT count(*)::BIGINT FROM t")[0]
		before, after := fmt.Sprint(total), fmt.Sprint(total+rows)
		if there != before && there != after {
			t.Fatalf("round %d, %s killed: %s rows, neither %s nor %s", round, victim, there, before, after)
		}
		if seen.status == http.StatusCreated && there != after {
			t.Fatalf("round %d, %s killed: acknowledged and lost", round, victim)
		}
		status, doc := l.ingest("name=t&mode=append", csv)
		if status != http.StatusCreated && status != http.StatusOK {
			t.Fatalf("round %d, %s killed: the retry got %d %v", round, victim, status, doc)
		}
		total += rows
		if got := l.rows("SELECT count(*)::BIGINT, sum(hours)::BIGINT FROM t")[0]; got != fmt.Sprintf("%d|%d", total, total) {
			t.Fatalf("round %d, %s killed: after the retry %s, want %d", round, victim, got, total)
		}
	}
}

// A worker that is killed costs one load, and the next succeeds.
func TestKilledWorkersLoseNothing(t *testing.T) {
	p, l := startProcesses(t)
	csv := timesheets(300_000, "2026-03-01")
	for range 5 {
		idle := p.workersOf("ingestd")
		loading := l.loadInBackground("name=t", csv)
		killed := false
		var seen outcome
	hunt:
		for {
			select {
			case seen = <-loading:
				break hunt
			default:
				for _, pid := range p.workersOf("ingestd") {
					killed = !slices.Contains(idle, pid) && syscall.Kill(pid, syscall.SIGKILL) == nil || killed
				}
			}
		}
		if !killed || seen.err != nil {
			t.Fatalf("killed %t, outcome %+v", killed, seen)
		}
		if seen.status == http.StatusCreated {
			t.Fatalf("a load succeeded although its worker was killed")
		}
		if status, doc := l.send(http.MethodGet, "/v1/catalog/manifest/t", "", ""); status != http.StatusNotFound {
			t.Fatalf("a load that failed with %d left %v", seen.status, doc)
		}
	}
	l.mustIngest("name=t", csv)
	if got := l.rows("SELECT count(*)::BIGINT FROM t")[0]; got != "300000" {
		t.Errorf("after the workers' deaths: %s rows", got)
	}
}
