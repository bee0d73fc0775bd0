package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// daemon is vectord behind the gateway, over storaged, with an index.
type daemon struct {
	*processes.Fleet
	vector.Client
	index string
	title string // of how it runs
}

// deployment is a way to run what an index needs.
type deployment struct {
	title   string
	daemons []string
}

// apart are three daemons, as systemd runs them; together is the fleet in one process, as
// lakehouse up runs it.
func apart() deployment {
	return deployment{"daemons apart", []string{"storaged", "vectord", "gateway"}}
}
func together() deployment { return deployment{"one process", []string{processes.Whole}} }

// startDaemon starts a fleet, and makes an index of the bench's dimension with the engine's
// parameters.
func (b *bench) startDaemon(ctx context.Context, how deployment, name string, room int) (*daemon, error) {
	fleet, err := processes.StartFleet(ctx, b.bin, b.scratch, name, how.daemons...)
	if err != nil {
		return nil, err
	}
	d := &daemon{Fleet: fleet, Client: vector.Client{Client: fleet.Gateway()}, index: name, title: how.title}
	shape := vector.Shape{Dimension: b.dim, M: 16, EfConstruction: 200, MaxItems: room}
	if _, _, err := d.Create(ctx, vector.NewIndex{Name: name, Shape: shape}); err != nil {
		d.Stop()
		return nil, err
	}
	return d, nil
}

// to posts to a path of the index at the gateway.
func (d *daemon) to(path string, f format, clients int) *caller {
	return &caller{http: callers(clients), url: d.Client.Base + "/vectors/index/" + d.index + path, media: f.media, accept: f.media}
}

// fill adds the vectors of a file, and waits until all are in the graph.
func (d *daemon) fill(ctx context.Context, path string, dim int) error {
	list, err := read[float32](path)
	if err != nil {
		return err
	}
	first := 0
	arrow := formats()[0]
	c := d.to("/add", arrow, 1)
	for part := range slices.Chunk(rows(list, dim), batch) {
		body, err := arrow.add(first, part)
		if err != nil {
			return err
		}
		if _, _, err := c.post(ctx, body); err != nil {
			return err
		}
		first += len(part)
	}
	_, err = d.drained(ctx)
	return err
}

// poll is how often the backlog is looked at.
const poll = 50 * time.Millisecond

// waiting tells how many items are not in the graph yet.
func (d *daemon) waiting(ctx context.Context) (int, error) {
	x, err := d.Get(ctx, d.index, 0)
	if err != nil {
		return 0, err
	}
	if x.Stats == nil {
		return 0, fmt.Errorf("the index %s is %s", d.index, x.State)
	}
	return x.Stats.Waiting, nil
}

// drained waits until all items are in the graph, and says how long that took.
func (d *daemon) drained(ctx context.Context) (time.Duration, error) {
	start := time.Now()
	for {
		n, err := d.waiting(ctx)
		if n == 0 || err != nil {
			return time.Since(start), err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(poll):
		}
	}
}
