package fleet_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// A worker of ingestd that is killed costs the one request that it worked for, which
// is told so and does what it should when it is sent again.
func TestAWorkerOfAnIngestThatIsKilledIsNoRiddle(t *testing.T) {
	l := startLake(t, uncompacted)
	l.mustIngest("name=people", "id,name\n1,Ada\n2,Grace\n")
	for what, send := range map[string]func(try int) (int, map[string]any){
		"load": func(try int) (int, map[string]any) {
			return l.ingest("name=people&mode=append", fmt.Sprintf("id,name\n3,Dan %d\n", try))
		},
		"upsert": func(try int) (int, map[string]any) {
			return l.ingest("name=people&mode=upsert&key=id", fmt.Sprintf("id,name\n1,Eve %d\n", try))
		},
		"erasure": func(int) (int, map[string]any) {
			return l.send(http.MethodPost, "/v1/catalog/erase", "application/json", `{"name":"people","where":"id = 2"}`)
		},
	} {
		try := 1
		status, doc := withoutWorkers(t, func() (int, map[string]any) { return send(try) })
		for ; status < 300 && try < 20; status, doc = withoutWorkers(t, func() (int, map[string]any) { return send(try) }) {
			try++ // its worker was faster than who kills it
		}
		if detail, _ := doc["detail"].(string); status != http.StatusInternalServerError || doc["code"] != "conversion_failed" || !strings.Contains(detail, "worker died") || !strings.Contains(detail, "again") {
			t.Errorf("%s: %d %v", what, status, doc)
		}
		if status, doc := send(try); status >= 300 {
			t.Errorf("%s, again: %d %v", what, status, doc)
		}
	}
}

// withoutWorkers sends a request and kills every process that is started for it. One that was
// to stand by for the next request may be among them: it returns when all are seen to be dead.
func withoutWorkers(t *testing.T, send func() (int, map[string]any)) (status int, doc map[string]any) {
	var killed []int
	before, done := childrenOf(t, os.Getpid()), make(chan struct{})
	go func() {
		defer close(done)
		status, doc = send()
	}()
	for {
		for _, pid := range childrenOf(t, os.Getpid()) {
			if !slices.Contains(before, pid) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may be dead already
				killed = append(killed, pid)
			}
		}
		select {
		case <-done:
			testbed.Until(t, "the end of the killed workers", func() bool {
				return !slices.ContainsFunc(childrenOf(t, os.Getpid()), func(pid int) bool { return slices.Contains(killed, pid) })
			})
			return status, doc
		case <-time.After(time.Millisecond):
		}
	}
}
