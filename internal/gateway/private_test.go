package gateway

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// said is a log that can be read.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// The id of an index's item may be somebody's: the log has the path without it, whether or
// not vectord answers.
func TestAnItemsIDIsNotLogged(t *testing.T) {
	log := &said{}
	e := setup{log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}.run(t)
	for _, path := range []string{"/v1/vectors/index/x/items/person-7", "/v1/vectors/index/x/items/person/7?a=person", "/v1/vectors/index/x/stats"} {
		resp, err := http.Get(e.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	for deadline := time.Now().Add(time.Minute); strings.Count(log.String(), "msg=request") < 3 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if got := log.String(); strings.Contains(got, "person") || strings.Count(got, "path=/v1/vectors/index/x/items/* ") != 2 || !strings.Contains(got, "path=/v1/vectors/index/x/stats ") {
		t.Errorf("the log is %s", got)
	}
}
