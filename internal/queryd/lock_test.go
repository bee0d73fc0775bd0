package queryd

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// A second queryd on a data folder would empty the spill folder of the first.
func TestASecondDaemonOnAFolderIsRefused(t *testing.T) {
	fleet := service.DefaultFleet()
	fleet.Data = t.TempDir()
	env, err := service.NewEnv("queryd", fleet, service.Peers{}, service.Secrets{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	first, err := newEngines(env, Defaults(), nil)
	if err != nil {
		t.Fatal(err)
	}
	spilled := filepath.Join(first.spillDir, "worker-1")
	if err := os.MkdirAll(spilled, 0o700); err != nil {
		t.Fatal(err)
	}
	var held *service.HeldError
	if _, err := newEngines(env, Defaults(), nil); !errors.As(err, &held) {
		t.Errorf("the second one: %v", err)
	}
	if _, err := os.Stat(spilled); err != nil {
		t.Errorf("the spill of the first one is gone: %v", err)
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	again, err := newEngines(env, Defaults(), nil)
	if err != nil {
		t.Fatalf("after the first one's end: %v", err)
	}
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
}
