package remote

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// What keeps a provider from making any vector is told to who asks how it is: until a call goes
// well, or for a time, so that one that nobody asks any more is not said to be amiss for ever.
func TestWhatIsAmissIsToldForATime(t *testing.T) {
	good := func(context.Context) error { return nil }
	says := func(status int, code string) func(context.Context) error {
		said := &complaint{status: status, code: code}
		return func(context.Context) error { return Config{Provider: OpenAI}.explain(said) }
	}
	right, wrong := []float32{1, 0}, []float32{1}
	for what, c := range map[string]struct {
		dimension int // that is configured
		does      func(context.Context) error
		vector    []float32
		calls     int
		kind      *wire.Kind // nil: it is not told
		lasts     time.Duration
	}{
		"the key":           {0, says(401, ""), right, 1, embedding.ErrRefused, amissFor},
		"the quota":         {0, says(429, "insufficient_quota"), right, 1, embedding.ErrRefused, amissFor},
		"the address":       {0, says(308, ""), right, 1, embedding.ErrRefused, amissFor},
		"the configuration": {2, good, wrong, 1, embedding.ErrBadProvider, amissFor},
		"what came before":  {0, good, wrong, 1, embedding.ErrBadProvider, amissFor},
		"it fails always":   {0, says(500, ""), right, failures, embedding.ErrProviderDown, aloneFor},
		"it fails once":     {0, says(500, ""), right, 1, nil, 0},
		"a text":            {0, says(400, ""), right, 1, nil, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, mood := newMoody(Config{Dimension: c.dimension}, good)
			is := func(when string, kind *wire.Kind) {
				t.Helper()
				if err := m.Amiss("r"); (err == nil) != (kind == nil) || kind != nil && !errors.Is(err, kind) {
					t.Errorf("%s, %s: %v", what, when, err)
				}
			}
			ask := func(does func(context.Context) error, vector []float32) error {
				mood.does, mood.vector = does, vector
				_, err := m.Embed(t.Context(), "r", []string{"a"})
				return err
			}
			goesWell := func() {
				t.Helper()
				if err := ask(good, right); err != nil {
					t.Errorf("%s: %v", what, err)
				}
				is("after it went well", nil)
			}
			goesWrong := func() {
				for range c.calls {
					if err := ask(c.does, c.vector); err == nil {
						t.Errorf("%s: nothing is wrong", what)
					}
				}
				is("after it went wrong", c.kind)
			}
			is("before any call", nil)
			goesWell()
			goesWrong()
			time.Sleep(c.lasts) // of a clock of the test's own
			is("after a time", nil)
			goesWell()
			goesWrong()
			if c.kind != embedding.ErrProviderDown { // which is left alone now
				goesWell()
			}
		})
	}
}
