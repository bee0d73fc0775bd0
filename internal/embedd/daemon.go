package embedd

import (
	"context"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/memo"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// server is the state of the daemon.
type server struct {
	config  Config
	models  []*model // the default first
	permits *permits
	memo    *memo.Memo[embedded.Embedding]
	metrics *metrics
}

// New builds the daemon.
func New(_ context.Context, env service.Env, c Config) (*service.Daemon, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := c.CheckEnv(env); err != nil { // which may come later
		env.Log.Warn("texts for this model are refused until it has its key", "error", err)
	}
	s := &server{config: c, permits: newPermits(c)}
	s.memo = memo.New(c.CacheBytes, func(e embedded.Embedding) int64 { return int64(4 * len(e.Vector)) })
	var err error
	if s.models, err = newModels(c); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(env.Metrics, s)
	return &service.Daemon{
		Routes: s.routes(),
		Ready:  func(ctx context.Context) []string { return s.reasons(ctx, s.models[:1]) },
		Notes:  func(ctx context.Context) []string { return s.reasons(ctx, s.models[1:]) },
	}, nil
}

// reasons tells of each model that cannot serve now why that is so.
func (s *server) reasons(ctx context.Context, models []*model) (reasons []string) {
	for _, state := range states(ctx, models) {
		if !state.Ready {
			reasons = append(reasons, "the model "+state.Name+": "+state.Reason)
		}
	}
	return reasons
}
