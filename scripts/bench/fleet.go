package main

import (
	"context"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

// fleet is a set of daemons with what the parts of the bench ask of them.
type fleet struct{ *processes.Fleet }

// startFleet starts daemons on a fresh folder and waits until all are ready.
func (b *bench) startFleet(ctx context.Context, name string, daemons ...string) (*fleet, error) {
	f, err := processes.StartFleet(ctx, b.bin, b.scratch, name, daemons...)
	return &fleet{f}, err
}
