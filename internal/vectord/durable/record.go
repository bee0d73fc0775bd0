package durable

import (
	"context"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// readRecord reads a record of storaged. Its errors are those of [sealed.DecodeRecord], and
// storaged's.
func readRecord(ctx context.Context, s *storage.Client, key string, v any) (storage.Object, error) {
	in, o, err := s.Get(ctx, key, storage.Range{})
	if err != nil {
		return o, err
	}
	defer in.Close()
	return o, sealed.DecodeRecord(in, v)
}
