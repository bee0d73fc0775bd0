package gateway

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
)

// The id of an index's item may be somebody's: the log has the path without it, whether or
// not vectord answers.
func TestAnItemsIDIsNotLogged(t *testing.T) {
	log := &testlog.Text{}
	e := setup{log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}.run(t)
	for _, path := range []string{"/v1/vectors/index/x/items/person-7", "/v1/vectors/index/x/items/person/7?a=person", "/v1/vectors/index/x/stats"} {
		resp, err := http.Get(e.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	got := log.Await(t, "each request", func(text string) bool { return strings.Count(text, "msg=request") == 3 })
	if strings.Contains(got, "person") || strings.Count(got, "path=/v1/vectors/index/x/items/* ") != 2 || !strings.Contains(got, "path=/v1/vectors/index/x/stats ") {
		t.Errorf("the log is %s", got)
	}
}
