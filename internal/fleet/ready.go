package fleet

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// readyPoll is how often a daemon that is starting is asked again.
const readyPoll = 10 * time.Millisecond

// WaitReady calls report once for each daemon as it becomes able to serve, in
// the order of the start, and returns when all are; or with ctx's error, naming
// the daemon that was waited for and its reasons.
func (f *Fleet) WaitReady(ctx context.Context, report func(name, url string)) error {
	for _, r := range f.running {
		if err := waitOne(ctx, r.env); err != nil {
			return err
		}
		report(r.env.Service, r.env.PeerURL(r.env.Service))
	}
	return nil
}

func waitOne(ctx context.Context, env service.Env) error {
	client := env.Peer(env.Service)
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		var state service.Readiness
		err := client.JSON(ctx, http.MethodGet, "/ready", nil, nil, &state)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", env.Service, err)
		case <-tick.C:
		}
	}
}
