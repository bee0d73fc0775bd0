package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// manyAtOnce is how many queries a request of many has.
const manyAtOnce = 100

// served measures searches at the gateway, of both deployments: beside the same searches by the engine in
// process, at the same ef, and beside Weaviate at the same recall.
func (b *bench) served(ctx context.Context) error {
	base, path, err := b.given()
	if err != nil {
		return err
	}
	queries, err := b.newSet(path, base, nil)
	if err != nil {
		return err
	}
	inside, err := b.build(ctx, best(), base, 2, b.n)
	if err != nil {
		return err
	}
	defer inside.Stop()
	s := &side{library: inside.of, built: inside}
	if s.setting, err = s.tuned(ctx, queries, k); err != nil {
		return err
	}
	var fleets []*daemon
	for i, how := range []deployment{apart(), together()} {
		d, err := b.startDaemon(ctx, how, fmt.Sprintf("served-%d", i), 2*b.n)
		if err != nil {
			return err
		}
		defer d.Stop()
		if err := d.fill(ctx, base, b.dim); err != nil {
			return err
		}
		say("%d vectors are behind the gateway, %s", b.n, d.title)
		fleets = append(fleets, d)
	}
	for _, d := range fleets {
		if err := b.single(ctx, s, d, queries); err != nil {
			return err
		}
		if err := b.many(ctx, s, d, queries); err != nil {
			return err
		}
	}
	return b.besideWeaviate(ctx, fleets[0], base, queries)
}

// pass is what one time through the queries gave.
type pass struct {
	each      []time.Duration // of each request
	processor time.Duration   // of what answered
	found     [][]int
}

// percentile of the requests of each pass, and of these the median.
func percentile(passes []pass, percent int) time.Duration {
	var list []time.Duration
	for _, p := range passes {
		list = append(list, measure.Percentile(p.each, percent))
	}
	return measure.Median(list)
}

// effort is the median processor time of a request.
func effort(passes []pass) time.Duration {
	var list []time.Duration
	for _, p := range passes {
		list = append(list, p.processor/time.Duration(len(p.each)))
	}
	return measure.Median(list)
}

func (p pass) recall(s *set) float64 {
	part, _ := recall(p.found, s.truth)
	return part
}

// inside lets the engine answer in its own process, so many queries at a time.
func (s *side) inside(ctx context.Context, queries *set, at, threads int) measure.Side[pass] {
	return func(int) (p pass, err error) {
		if err := ctx.Err(); err != nil {
			return p, err
		}
		a, err := s.do(request{Op: "each", Path: queries.path, K: k, Ef: s.setting.ef, Batch: at, Threads: threads})
		for _, seconds := range a.Each {
			p.each = append(p.each, time.Duration(seconds*float64(time.Second)))
		}
		p.processor, p.found = a.usage().processor, a.IDs
		return p, err
	}
}

// outside sends bodies to the gateway, one after the other. What an answer says is read
// when the clock has stopped.
func (d *daemon) outside(ctx context.Context, c *caller, bodies [][]byte, found func([]byte) ([][]int, error)) measure.Side[pass] {
	return func(int) (p pass, err error) {
		before := d.Processor()
		answers := make([][]byte, len(bodies))
		for i, body := range bodies {
			var took time.Duration
			if answers[i], took, err = c.post(ctx, body); err != nil {
				return p, err
			}
			p.each = append(p.each, took)
		}
		p.processor = d.Processor() - before
		for _, answer := range answers {
			lists, err := found(answer)
			if err != nil {
				return p, err
			}
			p.found = append(p.found, lists...)
		}
		return p, nil
	}
}

// singles are bodies that ask for one vector each.
func singles(list [][]float32, ef int) (bodies [][]byte, err error) {
	bodies = make([][]byte, len(list))
	for i, v := range list {
		if bodies[i], err = json.Marshal(vector.Search{Vector: v, K: new(k), Ef: &ef}); err != nil {
			return nil, err
		}
	}
	return bodies, nil
}

// singleFound reads the answer to one of them.
func singleFound(answer []byte) ([][]int, error) {
	var found vector.Found
	err := json.Unmarshal(answer, &found)
	return [][]int{idsOf(found.Results)}, err
}

// single measures one query a request.
func (b *bench) single(ctx context.Context, s *side, d *daemon, queries *set) error {
	bodies, err := singles(queries.list, s.setting.ef)
	if err != nil {
		return err
	}
	c := d.to("/search", formats()[1], 1)
	took, err := measure.Alternate(b.runs, d.outside(ctx, c, bodies, singleFound), s.inside(ctx, queries, 1, 1))
	if err != nil {
		return err
	}
	ours, peer := took[0], took[1]
	for _, at := range []struct {
		name    string
		percent int
	}{{"median", 50}, {"99th percentile", 99}} {
		mine, theirs := percentile(ours, at.percent), percentile(peer, at.percent)
		note := fmt.Sprintf("above it %s", measure.Millis(mine-theirs))
		if at.percent == 50 {
			note += fmt.Sprintf(", wanted: 0.5 ms at most; recall@10 %.3f, the peer's %.3f; processor time of the daemons %s, the peer's %s",
				ours[0].recall(queries), peer[0].recall(queries), measure.Millis(effort(ours)), measure.Millis(effort(peer)))
		}
		b.add(measure.Row{What: fmt.Sprintf("one search as JSON at the gateway, %s, %s, %d x %d at ef %d", d.title, at.name, b.n, b.dim, s.setting.ef),
			Ours: measure.Millis(mine), Peer: measure.Millis(theirs), Who: "the engine in process, " + s.version, Lower: true, Note: note})
	}
	say("single searches are measured, %s", d.title)
	return nil
}

// many measures a hundred queries a request, as Arrow and as JSON; in process as many
// threads take part as in the daemon: one for each processor.
func (b *bench) many(ctx context.Context, s *side, d *daemon, queries *set) error {
	threads := runtime.NumCPU()
	sides := []measure.Side[pass]{s.inside(ctx, queries, manyAtOnce, threads)}
	for _, f := range formats() {
		var bodies [][]byte
		var path string
		for part := range slices.Chunk(queries.list, manyAtOnce) {
			to, body, err := f.search(part, s.setting.ef)
			if err != nil {
				return err
			}
			path, bodies = to, append(bodies, body)
		}
		sides = append(sides, d.outside(ctx, d.to(path, f, 1), bodies, f.found))
	}
	took, err := measure.Alternate(2*b.runs, sides...)
	if err != nil {
		return err
	}
	peer := took[0]
	for i, f := range formats() {
		ours := took[i+1]
		wanted := map[string]string{"Arrow": "1.3", "JSON": "2"}[f.name]
		b.add(measure.Row{What: fmt.Sprintf("%d searches in one request as %s at the gateway, %s, median, %d x %d at ef %d", manyAtOnce, f.name, d.title, b.n, b.dim, s.setting.ef),
			Ours: measure.Millis(percentile(ours, 50)), Peer: measure.Millis(percentile(peer, 50)), Who: fmt.Sprintf("the engine in process on %s, %s", onThreads(threads), s.version), Lower: true,
			Note: fmt.Sprintf("wanted: %s at most; recall@10 %.3f, the peer's %.3f; processor time of the daemons %s, the peer's %s", wanted,
				ours[0].recall(queries), peer[0].recall(queries), measure.Millis(effort(ours)), measure.Millis(effort(peer)))})
	}
	say("batches are measured, %s", d.title)
	return nil
}
