package durable

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/sealed"
)

// A record is a small object: JSON in a sealed stream.

const maxRecord = 64 << 10 // bytes

func encodeRecord(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := sealed.NewWriter(&out)
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// readRecord reads what encodeRecord gave. Its errors are a [sealed.DamageError], those of
// JSON, and storaged's.
func readRecord(ctx context.Context, s *storage.Client, key string, v any) (storage.Object, error) {
	in, o, err := s.Get(ctx, key, storage.Range{})
	if err != nil {
		return o, err
	}
	defer in.Close()
	text, err := io.ReadAll(sealed.NewReader(io.LimitReader(in, maxRecord)))
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return o, fmt.Errorf("it says nothing that can be read: %w", err)
	}
	return o, nil
}
