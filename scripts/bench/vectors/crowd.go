package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
)

// rival is a server that answers one query a request, at the ef that it needs.
type rival struct {
	name      string
	to        func(clients int) *caller
	bodies    func(ef int) ([][]byte, error)
	found     func(answer []byte) ([][]int, error)
	setEf     func(ctx context.Context, ef int) error // where it is not the body that says it
	processor func() time.Duration

	setting setting
}

// crowd lets clients ask all queries, each one after the other.
func (r *rival) crowd(ctx context.Context, clients int, bodies [][]byte) (took, processor time.Duration, answers [][]byte, err error) {
	c := r.to(clients)
	answers = make([][]byte, len(bodies))
	errs := make([]error, clients)
	var next atomic.Int64
	var group sync.WaitGroup
	start, before := time.Now(), r.processor()
	for n := range clients {
		group.Go(func() {
			for errs[n] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(bodies) {
					return
				}
				answers[i], _, errs[n] = c.post(ctx, bodies[i])
			}
		})
	}
	group.Wait()
	took, processor = time.Since(start), r.processor()-before
	c.http.CloseIdleConnections()
	for _, err := range errs {
		if err != nil {
			return 0, 0, nil, err
		}
	}
	return took, processor, answers, nil
}

// tune finds the ef that it needs.
func (r *rival) tune(ctx context.Context, queries *set) (err error) {
	r.setting, err = tune(k, func(ef int) (float64, error) {
		if r.setEf != nil {
			if err := r.setEf(ctx, ef); err != nil {
				return 0, err
			}
		}
		bodies, err := r.bodies(ef)
		if err != nil {
			return 0, err
		}
		_, _, answers, err := r.crowd(ctx, 2, bodies)
		if err != nil {
			return 0, err
		}
		var lists [][]int
		for _, answer := range answers {
			list, err := r.found(answer)
			if err != nil {
				return 0, err
			}
			lists = append(lists, list...)
		}
		part, _ := recall(lists, queries.truth)
		return part, nil
	})
	if err == nil && r.setEf != nil {
		err = r.setEf(ctx, r.setting.ef)
	}
	return err
}

// rate is what a crowd of clients got.
type rate struct {
	clock     float64       // queries a second
	processor time.Duration // of a query, in the server
}

func (r *rival) side(ctx context.Context, clients int) (measure.Side[rate], error) {
	bodies, err := r.bodies(r.setting.ef)
	return func(int) (rate, error) {
		took, processor, _, err := r.crowd(ctx, clients, bodies)
		n := float64(len(bodies))
		return rate{n / took.Seconds(), time.Duration(float64(processor) / n)}, err
	}, err
}

// compete adds a row for one client and one for eight.
func (b *bench) compete(ctx context.Context, ours, peer *rival) error {
	for _, clients := range []int{1, 8} {
		var sides []measure.Side[rate]
		for _, r := range []*rival{ours, peer} {
			s, err := r.side(ctx, clients)
			if err != nil {
				return err
			}
			sides = append(sides, s)
		}
		took, err := measure.Alternate(b.runs, sides...)
		if err != nil {
			return err
		}
		var clock, processor [2]float64
		for i, list := range took {
			var clocks []float64
			var spent []time.Duration
			for _, r := range list {
				clocks, spent = append(clocks, r.clock), append(spent, r.processor)
			}
			clock[i], processor[i] = measure.Median(clocks), float64(measure.Median(spent))
		}
		b.add(measure.Row{What: fmt.Sprintf("searches a second over HTTP, clients: %d, %d x %d, recall@10 %.3f at ef %d", clients, b.n, b.dim, ours.setting.recall, ours.setting.ef),
			Ours: measure.Of(clock[0], "1/s"), Peer: measure.Of(clock[1], "1/s"), Who: fmt.Sprintf("%s, recall@10 %.3f at ef %d", peer.name, peer.setting.recall, peer.setting.ef),
			Note: fmt.Sprintf("wanted: 2; processor time of a search %s, the peer's %s, which is %.2f times as much",
				measure.Millis(time.Duration(processor[0])), measure.Millis(time.Duration(processor[1])), processor[1]/processor[0])})
	}
	return nil
}
