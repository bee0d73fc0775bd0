package fleet_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A worker of ingestd that is killed costs the one request that it worked for, which
// is told so and does what it should when it is sent again.
func TestAWorkerOfAnIngestThatIsKilledIsNoRiddle(t *testing.T) {
	l := startLake(t, uncompacted)
	l.mustIngest("name=people", "id,name\n1,Ada\n2,Grace\n")
	for what, send := range map[string]func() (int, map[string]any){
		"load":   func() (int, map[string]any) { return l.ingest("name=people&mode=append", "id,name\n3,Dan\n") },
		"upsert": func() (int, map[string]any) { return l.ingest("name=people&mode=upsert&key=id", "id,name\n1,Eve\n") },
		"erasure": func() (int, map[string]any) {
			return l.send(http.MethodPost, "/v1/catalog/erase", "application/json", `{"name":"people","where":"id = 2"}`)
		},
	} {
		status, doc := withoutWorkers(t, send)
		if detail, _ := doc["detail"].(string); status != http.StatusInternalServerError || doc["code"] != "conversion_failed" || !strings.Contains(detail, "worker died") || !strings.Contains(detail, "again") {
			t.Errorf("%s: %d %v", what, status, doc)
		}
		if status, doc := send(); status >= 300 {
			t.Errorf("%s, again: %d %v", what, status, doc)
		}
	}
}

// withoutWorkers sends a request and kills every process that is started for it.
func withoutWorkers(t *testing.T, send func() (int, map[string]any)) (status int, doc map[string]any) {
	before, done := childrenOf(t, os.Getpid()), make(chan struct{})
	go func() {
		defer close(done)
		status, doc = send()
	}()
	for {
		for _, pid := range childrenOf(t, os.Getpid()) {
			if !slices.Contains(before, pid) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may be dead already
			}
		}
		select {
		case <-done:
			return status, doc
		case <-time.After(time.Millisecond):
		}
	}
}
