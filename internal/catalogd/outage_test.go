package catalogd_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// line is a TCP line to storaged that can be cut. It lets a number of bytes
// through towards storaged and then drops every connection.
type line struct {
	target string
	l      net.Listener
	left   atomic.Int64 // bytes until the cut
	group  sync.WaitGroup
}

const uncut = int64(1) << 60

func newLine(t *testing.T, target string) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &line{target: strings.TrimPrefix(target, "http://"), l: l}
	p.left.Store(uncut)
	p.group.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.left.Store(0)
		p.group.Wait()
	})
	return p
}

func (p *line) url() string { return "http://" + p.l.Addr().String() }

func (p *line) accept() {
	for {
		in, err := p.l.Accept()
		if err != nil {
			return
		}
		if p.left.Load() <= 0 {
			in.Close()
			continue
		}
		out, err := net.Dial("tcp", p.target)
		if err != nil {
			in.Close()
			continue
		}
		p.group.Go(func() { p.forward(out, in) })
		p.group.Go(func() {
			_, _ = io.Copy(in, out) // ends when either side is closed
			in.Close()
			out.Close()
		})
	}
}

// forward counts what goes to storaged. The cut drops the answers too.
func (p *line) forward(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 512)
	for {
		n, err := from.Read(buf)
		if p.left.Add(-int64(n)) <= 0 || err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// TestStorageCutOff cuts the line to storaged after every so many bytes of a
// registration: the client is told that storaged is away, nothing is half
// visible, and the next try succeeds.
func TestStorageCutOff(t *testing.T) {
	s := testbed.StartStoraged(t)
	cut := newLine(t, s.Base)
	h := house{Client: begin(t, cut.url(), catalogd.Defaults()), storage: s}
	await(t, h.Client)
	h.register(t, catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(put(t, s, "in/first.parquet", people(t, "first", 0, true)))})
	rows := int64(1)
	failures := 0
	for round := range 15 {
		ref := put(t, s, fmt.Sprintf("in/%d.parquet", round), people(t, fmt.Sprint("n", round), round, true))
		reg := catalog.Registration{Name: "people", Mode: catalog.Append, Objects: objects(ref)}
		cut.left.Store(int64(round+1) * 1400)
		_, _, err := h.Register(t.Context(), reg, "")
		if err != nil {
			failures++
			expect(t, err, wire.ErrUnavailable, "storaged")
		}
		cut.left.Store(uncut)
		m := h.manifest(t, "people", 0)
		if m.Rows != rows && m.Rows != rows+1 || err == nil && m.Rows != rows+1 {
			t.Fatalf("round %d: %d rows, before it %d, and the answer was %v", round, m.Rows, rows, err)
		}
		answer := h.register(t, reg)
		if answer.Rows != rows+1 || answer.Unchanged != (m.Rows == rows+1) {
			t.Fatalf("round %d: the retry is answered with %+v", round, answer)
		}
		rows++
	}
	if failures < 5 {
		t.Errorf("the line was cut in the middle of %d registrations only", failures)
	}
}

// TestStartBeforeStorage: catalogd starts without storaged, says so, and serves
// once it is there.
func TestStartBeforeStorage(t *testing.T) {
	s := testbed.StartStoraged(t)
	cut := newLine(t, s.Base)
	cut.left.Store(0)
	c := begin(t, cut.url(), catalogd.Defaults())
	_, err := c.List(t.Context(), "", 0)
	expect(t, err, wire.ErrNotReady)
	if err := c.JSON(context.WithoutCancel(t.Context()), "GET", "/ready", nil, nil, nil); err == nil {
		t.Error("it is ready without storaged")
	}
	cut.left.Store(uncut)
	await(t, c)
	if _, err := c.List(t.Context(), "", 0); err != nil {
		t.Errorf("with storaged there: %v", err)
	}
}
