package vectord_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// startWithMemory runs a vectord of so much memory beside an embedd that is held.
func startWithMemory(t *testing.T, bytes int64, dimension int) (*daemon, *words) {
	t.Helper()
	m := &words{revision: "r1", dimension: dimension}
	d := startAmong(t, service.Peers{"storaged": testbed.StartStoraged(t).Base, "embedd": m.serve(t)}, func(c *vectord.Config) { c.MemoryBytes = bytes })
	d.ready()
	d.want(201, "", "POST", "/vectors/index", `{"name":"x","model":"words"}`)
	m.set(func(m *words) { m.held = make(chan struct{}) })
	return d, m
}

// adding sends so many texts, and gives the answer when it comes.
func (d *daemon) adding(ctx context.Context, name string, count int) <-chan error {
	return d.addingText(ctx, name, count, "t")
}

// addingText sends one text so many times.
func (d *daemon) addingText(ctx context.Context, name string, count int, text string) <-chan error {
	list := make([]vector.Item, count)
	for i := range list {
		list[i] = vector.Item{ID: fmt.Sprint(name, i), Text: &text}
	}
	answer := make(chan error, 1)
	go func() {
		_, err := d.Add(ctx, "x", list)
		answer <- err
	}()
	return answer
}

// waits waits until so many calls are held.
func (m *words) waits(d *daemon, calls int) {
	d.t.Helper()
	d.until(func() (all bool) {
		m.set(func(m *words) { all = m.waiting == calls })
		return all
	})
}

// Of adds that waited for embedd together no more go in than there is memory for.
func TestTextsThatWaitedTogetherKeepToTheMemory(t *testing.T) {
	d, m := startWithMemory(t, 9<<20, 10_000)
	one, other := d.adding(t.Context(), "a", 100), d.adding(t.Context(), "b", 100)
	m.waits(d, 2)
	m.set(func(m *words) { close(m.held); m.held = nil })
	first, second := <-one, <-other
	if first == nil {
		first, second = second, first
	}
	if !errors.Is(first, vector.ErrIndexMemory) || second != nil {
		t.Errorf("%v and %v", first, second)
	}
}

// Long texts are counted as they are, in metadata too, however small their vectors.
func TestLongTextsThatWaitAreBounded(t *testing.T) {
	d, m := startWithMemory(t, 2<<30, 16)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	text := strings.Repeat("word ", 12_000)
	for n := range 4 { // of 27 MB, which take twice that
		d.addingText(ctx, fmt.Sprint(n), 450, text)
		m.waits(d, 2*(n+1))
	}
	fifth := d.addingText(ctx, "fifth", 450, text)
	d.until(func() (all bool) {
		select {
		case err := <-fifth:
			if p := wire.AsProblem(err); p.Kind.Code != "too_many_requests" {
				t.Error(err)
			}
			return true
		default:
			m.set(func(m *words) { all = m.waiting == 10 })
			if all {
				t.Error("the fifth waits, too")
			}
			return all
		}
	})
}

// Texts whose vectors would be more than may be waited for at once are refused, until those
// that wait have ended; a batch that is more by itself waits alone. What has no room in the
// index is not sent to embedd.
func TestTextsThatWaitAreBounded(t *testing.T) {
	d, m := startWithMemory(t, 1<<30, vector.MaxDimension)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	large := d.adding(ctx, "a", 10_000)
	m.waits(d, 2) // the calls that a batch has at once
	if err := <-d.adding(t.Context(), "b", 1); wire.AsProblem(err).Kind.Code != "too_many_requests" || wire.AsProblem(err).RetryAfter == 0 {
		t.Errorf("%v", err)
	}
	d.want(200, "", "POST", atX+"/search", `{"text":"t","mode":"lexical"}`)
	leave()
	if err := <-large; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	m.waits(d, 0)
	m.set(func(m *words) { m.held = nil })
	d.until(func() bool { return <-d.adding(t.Context(), "c", 1) == nil })

	d, m = startWithMemory(t, 1<<20, 10_000)
	if err := <-d.adding(t.Context(), "d", 100); !errors.Is(err, vector.ErrIndexMemory) {
		t.Error(err)
	}
	m.waits(d, 0)
}
