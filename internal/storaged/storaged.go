package storaged

import (
	"context"
	"errors"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/backend"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/local"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged/s3"
)

// server answers storaged's requests.
type server struct {
	config  Config
	buckets []bucket // the default one first
	writes  slots
	metrics *metrics
}

// bucket is a store under its name.
type bucket struct {
	name  string
	store backend.Store
}

// New opens the buckets of the configuration. A local bucket must be free; an
// S3 endpoint that is down is no error, it shows in /ready.
func New(ctx context.Context, env service.Env, c Config) (*service.Daemon, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	places, err := c.places(env)
	if err != nil {
		return nil, err
	}
	s := &server{config: c, writes: newSlots(c.MaxConcurrentWrites)}
	s.metrics = newMetrics(env.Metrics, s.writes)
	for _, p := range places {
		store, err := s.open(ctx, p, env)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.buckets = append(s.buckets, bucket{p.name, s.metrics.measure(p.backend, store)})
		s.metrics.watchDisk(store)
	}
	return &service.Daemon{Routes: s.routes(), Ready: s.ready, Close: s.close}, nil
}

func (s *server) open(ctx context.Context, p place, env service.Env) (backend.Store, error) {
	if p.backend == backendLocal {
		return local.Open(p.name, p.root, s.config.ReserveBytes)
	}
	return s3.Open(ctx, s.config.s3(p), env.Log), nil
}

func (s *server) ready(ctx context.Context) (reasons []string) {
	for _, b := range s.buckets {
		reasons = append(reasons, b.store.Ready(ctx)...)
	}
	return reasons
}

func (s *server) close() error {
	var errs []error
	for _, b := range s.buckets {
		errs = append(errs, b.store.Close())
	}
	return errors.Join(errs...)
}

// bucket gives the bucket of this name, the default one for "".
func (s *server) bucket(name string) (backend.Store, error) {
	i := slices.IndexFunc(s.buckets, func(b bucket) bool { return b.name == name || name == "" })
	if i < 0 {
		return nil, storage.ErrBucketNotFound.Errorf("there is no bucket %q; GET /storage/buckets lists them", name)
	}
	return s.buckets[i].store, nil
}
