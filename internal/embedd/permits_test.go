package embedd_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// A client that leaves ends the work for it, all the way.
func TestAClientThatLeavesFreesItsWork(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p)
	begun, ended := make(chan struct{}), make(chan struct{})
	p.Fails(func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		close(begun)
		<-r.Context().Done()
		close(ended)
		return true
	})
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := d.Embed(ctx, embedding.Request{Texts: []string{"a"}})
		gone <- err
	}()
	<-begun
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-ended
	testbed.Until(t, "the batch is counted as one that nobody waited for", func() bool {
		return d.metric(`lakehouse_embedd_batch_duration_seconds_count{model="p",outcome="cancelled"}`) == 1
	})
}

// What requests hold at once is bounded: the others wait, so many as may, and the rest is
// told to come again.
func TestRequestsWaitForAPermit(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p, func(c *embedd.Config) { c.MemoryBytes, c.MaxQueue = 1<<20, 3 })
	release := make(chan struct{})
	p.Fails(func(http.ResponseWriter, *http.Request, int) bool { <-release; return false })
	texts := asJSON(many(50, "bulk")) // which take half of it
	body := `{"texts":` + texts + `}`
	answers := make(chan int, 5)
	ask := func() {
		resp, _, err := d.send(t.Context(), http.MethodPost, "/embed", body)
		if err != nil {
			t.Error(err)
			return
		}
		answers <- resp.StatusCode
	}
	var all sync.WaitGroup
	for range 2 {
		all.Go(ask)
	}
	testbed.Until(t, "two have their permits", func() bool { return d.metric("lakehouse_embedd_cache_shared_total") == 50 })
	for range 3 {
		all.Go(ask)
	}
	testbed.Until(t, "three wait", func() bool { return d.metric("lakehouse_embedd_requests_waiting") == 3 })
	resp, _, err := d.send(t.Context(), http.MethodPost, "/embed", body)
	if err != nil || resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth: %v, %v", resp, err)
	}
	d.want(429, "too_many_requests", "/embeddings", `{"input":`+texts+`}`)
	close(release)
	all.Wait()
	for len(answers) > 0 {
		if status := <-answers; status != http.StatusOK {
			t.Errorf("one that waited: %d", status)
		}
	}
}

// Who leaves has his permit while his work goes on for others: it holds all of his texts.
func TestWorkThatGoesOnForOthersHasItsPermit(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p, func(c *embedd.Config) { c.MemoryBytes = 1 << 20 })
	release := make(chan struct{})
	p.Fails(func(http.ResponseWriter, *http.Request, int) bool { <-release; return false })
	ask := func(ctx context.Context, texts ...string) <-chan error {
		answered := make(chan error, 1)
		go func() {
			_, err := d.Embed(ctx, embedding.Request{Texts: texts})
			answered <- err
		}()
		return answered
	}
	large := strings.Repeat("a", 300<<10) // half of what there is for bulk work
	ctx, leave := context.WithCancel(t.Context())
	first := ask(ctx, "shared", large)
	testbed.Until(t, "the first is at work", func() bool { return len(p.Calls()) == 1 })
	shares := ask(t.Context(), "shared", "and one of its own")
	testbed.Until(t, "another waits for a part of it", func() bool { return d.metric("lakehouse_embedd_cache_shared_total") == 1 })
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	third := ask(t.Context(), large+"b")
	testbed.Until(t, "a third waits for memory", func() bool { return d.metric("lakehouse_embedd_requests_waiting") == 1 })
	close(release)
	for _, answered := range []<-chan error{shares, third} {
		if err := <-answered; err != nil {
			t.Error(err)
		}
	}
}

func TestAWaitForAPermitEnds(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p, func(c *embedd.Config) {
		c.MemoryBytes, c.QueueWait = 1<<20, service.Duration(10*time.Millisecond)
	})
	release := make(chan struct{})
	p.Fails(func(http.ResponseWriter, *http.Request, int) bool { <-release; return false })
	body := asJSON(embedding.Request{Texts: []string{strings.Repeat("a", 1<<20)}})
	var first sync.WaitGroup
	for range 2 { // who have all of it
		first.Go(func() {
			if _, _, err := d.send(t.Context(), http.MethodPost, "/embed", body); err != nil {
				t.Error(err)
			}
		})
	}
	testbed.Until(t, "two have their permits", func() bool { return d.metric("lakehouse_embedd_cache_shared_total") == 1 })
	d.want(429, "too_many_requests", "/embed", body)
	close(release)
	first.Wait()
}

func TestTheWorkOnARequestHasItsTime(t *testing.T) {
	p := testbed.StartProvider(t)
	p.Fails(func(_ http.ResponseWriter, r *http.Request, _ int) bool { <-r.Context().Done(); return true })
	d := start(t, p, func(c *embedd.Config) { c.Timeout = service.Duration(50 * time.Millisecond) })
	d.want(504, "embed_timeout", "/embed", `{"texts":["a"]}`)
}
