package remote_test

import (
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// What a provider answers costs no more than a few times what may come: many small values are
// counted before anything is made of them, and of an error a beginning is read.
func TestAnAnswerTakesNoMoreThanItMay(t *testing.T) {
	const million = 1 << 20
	many := strings.Repeat(`{},`, 5*million) + `{}`
	for what, f := range map[string]struct {
		status int
		body   string
		kind   error
	}{
		"objects in the list":   {200, `{"embeddings":[` + many + `],"data":[` + many + `]}`, embedding.ErrBadProvider},
		"objects in an error":   {400, `{"error":{"message":[` + many + `]}}`, embedding.ErrRefused},
		"a list as the error":   {500, `{"error":[` + many + `]}`, embedding.ErrProviderDown},
		"more than the vectors": {200, `{"embeddings":[[` + strings.Repeat("1,", 20*million) + `1]]}`, embedding.ErrBadProvider},
	} {
		each(t, func(t *testing.T, p *testbed.Provider, c remote.Config) {
			c.Dimension, c.MaxBatch = 3, 2048
			p.Fails(func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.WriteHeader(f.status)
				_, _ = w.Write([]byte(f.body))
				return true
			})
			m := remote.New("mine", c)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := embed(t, m, make([]string, 2048)...)
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) / million; !errors.Is(err, f.kind) || took > 64 {
				t.Errorf("%s: %v, for %d MiB", what, err, took)
			}
		})
	}
}
