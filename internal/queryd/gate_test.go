package queryd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// crowd is a gate with those who have entered it, or wait.
type crowd struct {
	t    *testing.T
	gate *gate
	came []string // who has had a turn, in that order
	in   map[string]*ticket
	wait map[string]*ticket
}

func newCrowd(t *testing.T, c Config) *crowd {
	return &crowd{t: t, gate: newGate(c, true), in: map[string]*ticket{}, wait: map[string]*ticket{}}
}

// enter lets the statement NAME of the caller that its first letter is come.
func (c *crowd) enter(ctx context.Context, name string) {
	go func() {
		turn, err := c.gate.enter(ctx, name[:1], func(t *ticket) { c.wait[name] = t })
		if err == nil {
			c.came = append(c.came, name)
			c.in[name] = turn
		}
	}()
	synctest.Wait()
}

func (c *crowd) leave(name string) {
	c.gate.leave(c.in[name])
	synctest.Wait()
}

func (c *crowd) expect(came string) {
	c.t.Helper()
	if got := strings.Join(c.came, " "); got != came {
		c.t.Errorf("turns went to %s, want %s", got, came)
	}
}

// TestCallersTakeTurns: one caller's load neither takes all turns nor comes before
// who has less; each caller's own come in their order; and positions say so.
func TestCallersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conf := Defaults()
		conf.MaxConcurrent, conf.MaxPerToken, conf.MaxQueue = 3, 2, 8
		c := newCrowd(t, conf)
		for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"} {
			c.enter(t.Context(), name)
		}
		c.expect("a1 a2 b1") // one turn was left for who has none yet
		for name, want := range map[string]int{"a3": 1, "a4": 4, "a5": 5, "b2": 2, "c1": 3} {
			if got := c.gate.position(c.wait[name]); got != want {
				t.Errorf("%s has position %d, want %d", name, got, want)
			}
		}
		for _, name := range []string{"a1", "b1", "a2", "b2", "c1", "a3", "a4", "a5"} {
			c.leave(name)
		}
		c.expect("a1 a2 b1 a3 b2 c1 a4 a5")
		if running, waiting := c.gate.counts(); running != 0 || waiting != 0 || len(c.gate.callers) != 0 {
			t.Errorf("%d run, %d wait, %d are remembered", running, waiting, len(c.gate.callers))
		}
	})
}

// TestATokenHasItsPart: one token's load leaves turns for another's, a listing says
// how far away a turn is and nothing of tokens.
func TestATokenHasItsPart(t *testing.T) {
	conf := small()
	conf.MaxConcurrent, conf.MaxPerToken = 2, 1
	d := startWith(t, t.TempDir(), conf, nil, service.Secrets{Tokens: service.Tokens{
		Current: service.NewSecret("current-token"), Read: service.NewSecret("reading-token")}})
	ctx, leave := context.WithCancel(t.Context())
	first := d.background(ctx, endless)
	testbed.Until(t, "the first runs", func() bool { return len(d.listed(query.Active)) == 1 })
	second := d.background(ctx, endless)
	testbed.Until(t, "the second waits", func() bool { return len(d.listed(query.Queued)) == 1 })
	if got := d.listed(query.Queued)[0].Position; got != 1 {
		t.Errorf("position %d, want 1", got)
	}
	headers := []string{"Content-Type", "text/plain", "Authorization", "Bearer reading-token"}
	if got := d.post("/sql", "SELECT 42", headers...).rows(t); got != "[[42]]" {
		t.Errorf("another token: %s", got)
	}
	list, err := d.Queries(t.Context())
	if text, _ := json.Marshal(list); err != nil || strings.Contains(string(text), "token") || strings.Contains(string(text), callerOf(http.Header{"Authorization": {"Bearer current-token"}})) {
		t.Errorf("%v: the listing tells of tokens: %s", err, text)
	}
	leave()
	<-first
	<-second
	d.waitIdle()
	if got := d.post("/sql", "SELECT 43", headers...).rows(t); got != "[[43]]" {
		t.Errorf("afterwards: %s", got)
	}
}

// TestWhoLeavesTheQueue: whoever gives up, or is refused, takes no turn with him.
func TestWhoLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conf := Defaults()
		conf.MaxConcurrent, conf.MaxQueue, conf.QueueWait = 1, 4, service.Duration(time.Minute)
		c := newCrowd(t, conf)
		ctx, cancel := context.WithCancel(t.Context())
		c.enter(t.Context(), "a1")
		c.enter(ctx, "a2")
		c.enter(t.Context(), "a3")
		c.enter(t.Context(), "a4")
		_, err := c.gate.enter(t.Context(), "a", nil) // a may have three of the four places
		var p *wire.Problem
		if !errors.As(err, &p) || !errors.Is(err, query.ErrTooMany) || fmt.Sprint(p.Fields["queued"]) != "3" || p.RetryAfter == 0 {
			t.Errorf("beyond its part of the queue: %v", err)
		}
		c.enter(t.Context(), "b1") // there is a place left for others
		cancel()
		synctest.Wait()
		c.leave("a1")
		c.leave("a3")
		c.expect("a1 a3 b1")
		go func() { _, err = c.gate.enter(t.Context(), "a", func(*ticket) {}) }()
		time.Sleep(2 * time.Minute) // of the bubble's clock
		synctest.Wait()
		if !errors.As(err, &p) || fmt.Sprint(p.Fields["position"]) == "<nil>" || !strings.Contains(p.Detail, "max_per_token") && !strings.Contains(p.Detail, "queue_wait") {
			t.Errorf("after the wait: %v", err)
		}
		c.leave("b1")
		if running, waiting := c.gate.counts(); running != 0 || waiting != 0 {
			t.Errorf("%d run, %d wait", running, waiting)
		}
	})
}
