package catalogd

import (
	"errors"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// TestAViewsReceiptWaitsForNoCommit: it is given while somebody else changes the name.
func TestAViewsReceiptWaitsForNoCommit(t *testing.T) {
	e := newEngine(t, Defaults())
	if err := e.viewAs(t, "v", "SELECT 1", catalog.Create); err != nil {
		t.Fatal(err)
	}
	ds := e.dir.find(plain("v"))
	defer e.dir.release(ds)
	ds.token <- struct{}{}
	defer func() { <-ds.token }()
	if _, err := e.viewReceipt(t.Context(), "v", "k", "d"); !errors.Is(err, catalog.ErrReceiptNotFound) {
		t.Errorf("it is told %v", err)
	}
}
