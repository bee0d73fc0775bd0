package ingestd

import (
	"os"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

func TestMain(m *testing.M) {
	duck.Main()
	os.Exit(m.Run())
}
