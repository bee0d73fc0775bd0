package catalogd_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// TestLostAnswerOfEdits: each edit's pointer was written and the answer was lost, or
// became a refusal. The edit is in, once, and that is what its client is told.
func TestLostAnswerOfEdits(t *testing.T) {
	for how, lose := range map[string]func(http.ResponseWriter, *http.Request){
		"dropped": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"refused": func(w http.ResponseWriter, r *http.Request) {
			wire.WriteProblem(w, r, storage.ErrPreconditionFailed.Errorf("it was written already"))
		},
	} {
		s := testbed.StartStoraged(t)
		var armed atomic.Bool
		h := house{Client: start(t, losing(t, s, &armed, lose), catalogd.Defaults()), storage: s}
		h.load(t, catalog.Replace, "Ada")
		h.load(t, catalog.Replace, "Bob")
		text := "who works here"
		for _, c := range []struct {
			what string
			edit func() (ok bool, err error)
		}{
			{"tag", func() (bool, error) {
				a, err := h.Tag(t.Context(), "people", "t", catalog.At{Version: 1}, false, "")
				return a.Version == 1, err
			}},
			{"untag", func() (bool, error) { a, err := h.Untag(t.Context(), "people", "t", ""); return a.Version == 1, err }},
			{"rollback", func() (bool, error) {
				a, err := h.Rollback(t.Context(), "people", catalog.At{Version: 1}, "")
				return a.Version == 3 && !a.Unchanged && h.names(t, 3) == "Ada" && len(h.history(t, "people")) == 3, err
			}},
			{"describe", func() (bool, error) {
				a, err := h.Describe(t.Context(), "people", catalog.Description{Description: &text}, "")
				return a.Description == text && h.manifest(t, "people", 0).Description == text, err
			}},
			{"drop", func() (bool, error) {
				a, err := h.Drop(t.Context(), "people", "")
				return a.Version == 3 && len(h.dropped(t)) == 1, err
			}},
			{"restore", func() (bool, error) {
				a, err := h.Restore(t.Context(), "people", "", "")
				return a.Version == 3 && h.names(t, 0) == "Ada", err
			}},
			{"rename", func() (bool, error) {
				a, err := h.Rename(t.Context(), "people", "staff", "")
				return a.Version == 3 && h.manifest(t, "staff", 0).DatasetID == a.DatasetID, err
			}},
			{"create a view", func() (bool, error) {
				a, created, err := h.RegisterView(t.Context(), viewed("v", "SELECT 1", catalog.Create, "a:int"), "")
				return created && a.Version == 1 && h.view(t, "v", catalog.At{}).ViewID == a.ViewID, err
			}},
			{"replace a view", func() (bool, error) {
				v := viewed("v", "SELECT 2", catalog.Replace, "a:int")
				v.BaseVersion = new(int64)
				*v.BaseVersion = 1
				a, created, err := h.RegisterView(t.Context(), v, "")
				return created && a.Version == 2 && h.view(t, "v", catalog.At{}).SQL == "SELECT 2", err
			}},
			{"describe a view", func() (bool, error) {
				a, err := h.DescribeView(t.Context(), "v", text, "")
				return a.Version == 2 && h.view(t, "v", catalog.At{}).Description == text, err
			}},
			{"drop a view", func() (bool, error) { a, err := h.DropView(t.Context(), "v", ""); return a.Version == 2, err }},
			{"restore a view", func() (bool, error) {
				a, err := h.RestoreView(t.Context(), "v", "", "")
				return a.Version == 2 && h.view(t, "v", catalog.At{Version: 1}).SQL == "SELECT 1", err
			}},
		} {
			armed.Store(true)
			ok, err := c.edit()
			if armed.Load() {
				t.Fatalf("%s, %s: no answer was lost", how, c.what)
			}
			if !ok || err != nil {
				t.Errorf("%s, %s: as told it is: %t, %v", how, c.what, ok, err)
			}
		}
	}
}
