package embedd_test

import (
	"errors"
	"fmt"
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

// many gives texts of which no other list has one.
func many(n int, of string) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf("text %d of %s", i, of))
	}
	return texts
}

// holdBulk has the provider keep the first calls of requests that take all which one model may
// have, until the test ends.
func holdBulk(t *testing.T, p *testbed.Provider, d *daemon) {
	t.Helper()
	release := make(chan struct{})
	p.Fails(func(_ http.ResponseWriter, _ *http.Request, call int) bool {
		if call <= 2 {
			<-release
		}
		return false
	})
	var bulk sync.WaitGroup
	t.Cleanup(bulk.Wait)
	t.Cleanup(func() { close(release) })
	for i := range 2 {
		bulk.Go(func() {
			if _, err := d.Embed(t.Context(), embedding.Request{Texts: many(embedding.MaxTexts, fmt.Sprint("bulk ", i))}); err != nil && t.Context().Err() == nil {
				t.Error(err)
			}
		})
	}
	testbed.Until(t, "both are at the provider", func() bool { return len(p.Calls()) == 2 })
}

// Bulk work at a provider is in the way of no question, and of nothing that is asked of
// another model.
func TestBulkWorkIsInTheWayOfItsOwnKind(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p, func(c *embedd.Config) { c.QueueWait = service.Duration(time.Millisecond) })
	holdBulk(t, p, d)
	for name, asked := range map[string]embedding.Request{
		"a question to the provider":            {Texts: []string{"a question"}},
		"a question to another model":           {Texts: []string{"a question"}, Model: "minilm"},
		"bulk work of another model":            {Texts: many(300, "some other work"), Model: "q"},
		"bulk work of the model that is inside": {Texts: many(20, "some work"), Model: "minilm"},
	} {
		if _, err := d.Embed(t.Context(), asked); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.want(http.StatusTooManyRequests, "too_many_requests", "/embed", asJSON(embedding.Request{Texts: many(2, "more bulk work")}))
}

// Who waits for a model has been read, and keeps of what bodies may take no more than leaves
// others theirs.
func TestRequestsThatWaitForAModelKeepNobodyFromBeingRead(t *testing.T) {
	p := testbed.StartProvider(t)
	d := start(t, p, func(c *embedd.Config) { c.MemoryBytes, c.QueueWait = 1<<20, service.Duration(time.Hour) })
	holdBulk(t, p, d)
	const more = 5
	refused := make(chan error, more)
	for i := range more {
		go func() {
			_, err := d.Embed(t.Context(), embedding.Request{Texts: many(embedding.MaxTexts, strings.Repeat("more ", 20)+fmt.Sprint("bulk ", i))})
			refused <- err
		}()
	}
	testbed.Until(t, "one waits, or more do", func() bool { return d.metric("lakehouse_embedd_requests_waiting") >= 1 })
	for range more - 1 {
		if err := <-refused; !errors.Is(err, embedding.ErrTooManyCalls) {
			t.Errorf("not refused, but kept: %v", err)
		}
	}
	for _, model := range []string{"minilm", "q"} {
		if _, err := d.Embed(t.Context(), embedding.Request{Texts: []string{"a" + strings.Repeat(" ", 20<<10) + "b"}, Model: model}); err != nil {
			t.Errorf("%s: %v", model, err)
		}
	}
}
