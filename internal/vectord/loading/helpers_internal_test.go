package loading

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const indexID = "0198-index"

// create makes an index of two dimensions, until the test ends.
func create(t *testing.T, store *storage.Client) *durable.Index {
	t.Helper()
	open, err := durable.Create(t.Context(), durable.Options{
		ID: indexID, Storage: store, Kernels: simd.Best(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Engine: engine.Config{Dimension: 2, Metric: hnsw.Cosine, MaxItems: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := open.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return open
}

// targetOf is an index that serves, under the name x, as a start finds it.
func targetOf(open *durable.Index) *Target {
	enter := func() (*durable.Index, func(), error) { return open, func() {}, nil }
	return &Target{Name: "x", ID: indexID, Persisted: true, Enter: enter, EnterToChange: enter}
}

// loader waits so long for storaged to keep that a load begins, with nobody to run a statement.
func loader(t *testing.T, store *storage.Client, patience time.Duration) *Loader {
	t.Helper()
	return New(t.Context(), Config{
		Storage: store, Query: &query.Client{Client: wire.Client{Service: "queryd", Base: "http://127.0.0.1:1", HTTP: http.DefaultClient}},
		Log:   slog.New(slog.NewTextHandler(t.Output(), nil)),
		Admit: func([]engine.Item, int) error { return nil }, Changed: func(int, int, int) {},
		RetryAfter: time.Second, KeepWithin: patience,
	})
}
