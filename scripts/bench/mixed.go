package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

const (
	mixedClients = 32
	mixedEach    = 20
	heavySQL     = `SELECT count(*) FROM (SELECT hash(a.i, b.i) % 1000003 AS h, count(*) FROM range(20000) a(i), range(2000) b(i) GROUP BY 1)`
	smallSQL     = "SELECT count(*) FROM timesheets WHERE overtime_hours > 5 AND approved"
)

// mixed measures small statements of many clients beside one heavy one, against
// the same clients alone.
func (b *bench) mixed(ctx context.Context) error {
	file, err := b.timesheets(ctx, smallMegabytes)
	if err != nil {
		return err
	}
	f, err := b.startFleet(ctx, "mixed", processes.Daemons()...)
	if err != nil {
		return err
	}
	defer f.Stop()
	if _, err := f.load(ctx, file, "timesheets", nil); err != nil {
		return err
	}
	solo, err := f.crowd(ctx)
	if err != nil {
		return err
	}
	heavy, stop := context.WithCancel(ctx)
	var load sync.WaitGroup
	var heavyErr error
	load.Go(func() {
		for heavy.Err() == nil && heavyErr == nil {
			_, err := f.query().Run(heavy, query.Request{SQL: heavySQL, NoCache: true})
			if heavy.Err() == nil {
				heavyErr = err
			}
		}
	})
	beside, err := f.crowd(ctx)
	stop()
	load.Wait()
	if err = errors.Join(err, heavyErr); err != nil {
		return err
	}
	b.add(measure.Row{What: "p99 of small statements of 32 clients beside a heavy one", Ours: measure.Millis(measure.Percentile(beside, 99)),
		Peer: measure.Millis(measure.Percentile(solo, 99)), Who: "the same clients without it", Lower: true, Note: "wanted: 5"})
	return nil
}

// crowd lets many clients ask the small statement at once, each time anew: an
// answer kept from before would measure nothing.
func (f *fleet) crowd(ctx context.Context) ([]time.Duration, error) {
	took := make([][]time.Duration, mixedClients)
	errs := make([]error, mixedClients)
	var group sync.WaitGroup
	for c := range mixedClients {
		group.Go(func() {
			for range mixedEach {
				d, err := measure.Timed(func() error {
					_, err := f.query().Run(ctx, query.Request{SQL: smallSQL, NoCache: true})
					return err
				})
				if err != nil {
					errs[c] = err
					return
				}
				took[c] = append(took[c], d)
			}
		})
	}
	group.Wait()
	return slices.Concat(took...), errors.Join(errs...)
}
