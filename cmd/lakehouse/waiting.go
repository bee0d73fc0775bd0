package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const (
	// readyTimeout is how long the daemons may take to become ready before a start
	// counts as failed.
	readyTimeout = 2 * time.Minute
	// askAgain is how often a fleet that starts is asked what it waits for; one
	// that takes no longer than that says nothing.
	askAgain = time.Second
)

// waiting tells a person what a fleet that starts waits for.
type waiting struct {
	env     service.Env // to ask the daemons with
	daemons []string    // in the order to ask
	remedy  string      // for storaged, "" for none
	out     io.Writer
}

func newWaiting(c fleet.Config, secrets service.Secrets, log *slog.Logger, out io.Writer) (*waiting, error) {
	env, err := service.NewEnv("gateway", c.Fleet, c.Peers, secrets, log)
	if err != nil {
		return nil, err
	}
	w := &waiting{env: env, daemons: c.Gateway.Deployed, out: out}
	if c.Storaged.Backend == "s3" {
		w.remedy = fmt.Sprintf("; start the endpoint, or mend [s3.%s] in %s", c.Storaged.Secret, c.Fleet.SecretsFile)
	}
	return w, nil
}

// during waits with wait, within readyTimeout, and tells meanwhile.
func (w *waiting) during(ctx context.Context, wait func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	telling, stop := context.WithCancel(ctx)
	told := make(chan string, 1)
	go func() { told <- w.tell(telling) }()
	err := wait(ctx)
	stop()
	if last := <-told; err != nil && last != "" {
		return fmt.Errorf("the fleet is not ready after %s: %s", readyTimeout, last)
	}
	return err
}

// tell says what the fleet waits for, once it takes longer than a moment and
// whenever that changes, until ctx ends. It returns what it said last.
func (w *waiting) tell(ctx context.Context) (said string) {
	defer w.env.HTTP.CloseIdleConnections()
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return said
		case <-tick.C:
		}
		if now := w.reason(ctx); now != "" && now != said {
			said = now
			fmt.Fprintf(w.out, "waiting for %s (Ctrl-C ends it)\n", said)
		}
	}
}

// reason asks the daemons, each before those that need it, until one is not
// ready, and gives what that says. It is empty if all are, or ctx has ended.
func (w *waiting) reason(ctx context.Context) string {
	for _, name := range w.daemons {
		client := w.env.Peer(name)
		err := client.JSON(ctx, http.MethodGet, "/ready", nil, nil, nil)
		if ctx.Err() != nil {
			return ""
		}
		if err == nil {
			continue
		}
		text := name + ": " + strings.TrimPrefix(wire.AsProblem(err).Detail, name+" is not ready: ")
		if name == "storaged" {
			text += w.remedy
		}
		return text
	}
	return ""
}
