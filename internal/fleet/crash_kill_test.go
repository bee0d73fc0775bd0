package fleet_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// victims are whom a strike may hit: the daemons, those that keep something twice
// as often, and DuckDB's workers by the daemon that they work for.
var victims = []string{
	"storaged", "catalogd", "ingestd", "storaged", "catalogd", "ingestd", "vectord", "vectord", "queryd", "gateway", "worker of ingestd", "worker of queryd",
}

// strike kills somebody inside of an operation: at a moment between its beginning
// and the end that operations of its kind have. Sometimes it waits before it starts
// the victim again, and sometimes it kills it again while it starts.
func (c *crash) strike(done <-chan struct{}) {
	var took time.Duration
	select {
	case <-done:
		return
	case took = <-c.events.begun:
	}
	if c.dice.IntN(2) == 0 { // the later part is where something has happened and is not answered
		<-time.After(took * 2 / 3)
		took /= 2
	}
	c.wait(took)
	all := victims
	if c.minio != nil {
		all = append(all[:len(all):len(all)], "minio", "minio")
	}
	victim := all[c.dice.IntN(len(all))]
	if of, worker := strings.CutPrefix(victim, "worker of "); worker {
		c.killWorker(of)
		return
	}
	c.kill(victim, "in an operation")
	if c.dice.IntN(3) == 0 {
		c.wait(c.startup)
	}
	c.start(victim)
	if c.dice.IntN(4) == 0 {
		c.wait(c.startup)
		c.kill(victim, "while it started")
		c.start(victim)
	}
}

// wait lets a random part of a time pass: the moment of a fault.
func (c *crash) wait(longest time.Duration) {
	<-time.After(time.Duration(c.dice.Int64N(int64(longest) + 1)))
}

func (c *crash) kill(name, when string) {
	if name == "minio" {
		c.minio.Kill()
	} else {
		c.fleet.kill(name)
	}
	c.struck(name, when)
}

func (c *crash) struck(name, when string) {
	c.kills++
	c.killed[name]++
	c.events.note("KILL %d: %s, %s", c.kills, name, when)
}

func (c *crash) start(name string) {
	if name == "minio" {
		c.minio.Restart(c.t)
		return
	}
	c.fleet.start(name)
}

// killWorker kills one of the processes that a daemon runs DuckDB in, if it has
// any now.
func (c *crash) killWorker(of string) {
	pids := c.fleet.workersOf(of)
	if len(pids) == 0 {
		return
	}
	if syscall.Kill(pids[c.dice.IntN(len(pids))], syscall.SIGKILL) == nil {
		c.struck("worker of "+of, "in an operation")
	}
}

// recovered waits until the whole fleet can serve, and learns how long that takes.
func (c *crash) recovered() {
	start := time.Now()
	c.fleet.ready()
	c.startup = (3*c.startup + time.Since(start)) / 4
}

// quiet waits until no daemon has a request under way: what a client that was not
// answered had asked for has happened by then, or never will.
func (p *processes) quiet() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	for _, name := range daemonNames {
		for !p.idle(ctx, name) {
			if ctx.Err() != nil {
				p.t.Fatalf("%s has requests under way that do not end", name)
			}
			<-time.After(readyPoll)
		}
	}
}

// idle tells that a daemon answers nothing but the question.
func (p *processes) idle(ctx context.Context, name string) bool {
	port, _ := service.Port(name)
	client := wire.Client{Service: name, Base: fmt.Sprintf("http://127.0.0.1:%d", port+p.offset)}
	resp, err := client.Do(ctx, wire.Call{Method: http.MethodGet, Path: "/metrics"})
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return err == nil && strings.Contains(string(text), "\nlakehouse_http_requests_in_flight 1\n")
}
