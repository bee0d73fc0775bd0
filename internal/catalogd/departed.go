package catalogd

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// A pointer outlives its dataset, or its view. It tells which datasets had the name: those that
// were dropped and wait to be restored or deleted, and those that left it. So
// whether a dataset is there is decided by one compare-and-swap of one object, and
// never by the absence of an object, which no storage swaps.

// dropped is a dataset that had the pointer's name and may have it again.
type dropped struct {
	Dataset  catalog.Dataset `json:"dataset"`
	At       time.Time       `json:"at"`
	Until    time.Time       `json:"until"`     // its files stay
	StateKey string          `json:"state_key"` // the object that holds the pointer as it was
	Deleting bool            `json:"deleting,omitempty"`
	View     bool            `json:"view,omitempty"` // it is one; Dataset is its row
}

// departed is a dataset that had the pointer's name and never has it again, unless
// it is renamed back.
type departed struct {
	DatasetID string    `json:"dataset_id"`
	To        string    `json:"to,omitempty"` // the name that it has now; "": its files were deleted
	At        time.Time `json:"at"`
}

// departedLife is how long a pointer tells who left it: far longer than an ingest
// that began before.
const departedLife = 7 * 24 * time.Hour

// live tells that there is a dataset, or a view.
func (p *pointer) live() bool { return p != nil && p.Dataset.DatasetID != "" }

func (h *head) live() bool { return h != nil && h.pointer.live() }

// view tells that what there is is a view.
func (h *head) view() bool { return h.live() && h.View != nil }

// vacant gives a pointer without a dataset, which tells what base does of others
// (nil: there was no pointer).
func vacant(n catalog.Name, base *head) *pointer {
	p := &pointer{Dataset: catalog.Dataset{Name: n.Name, Namespace: n.Namespace}}
	if base != nil {
		p.Dropped, p.Left = base.Dropped, base.Left
	}
	return p
}

// leave notes a dataset that does not have the name any more, and forgets those of
// long ago.
func (p *pointer) leave(who departed) {
	p.Left = slices.DeleteFunc(slices.Clone(p.Left), func(d departed) bool { return who.At.Sub(d.At) > departedLife || d.DatasetID == who.DatasetID })
	p.Left = append(p.Left, who)
}

// droppedWith finds a dataset that waits under the name.
func (h *head) droppedWith(id string) (dropped, bool) {
	if h == nil {
		return dropped{}, false
	}
	at := slices.IndexFunc(h.Dropped, func(d dropped) bool { return d.Dataset.DatasetID == id })
	if at < 0 {
		return dropped{}, false
	}
	return h.Dropped[at], true
}

// knew tells whether a dataset had the name and does not have it now.
func (h *head) knew(id string) bool {
	if h == nil {
		return false
	}
	_, waits := h.droppedWith(id)
	return waits || slices.ContainsFunc(h.Left, func(d departed) bool { return d.DatasetID == id })
}

// checkOthers refuses what no pointer can tell of datasets that had the name.
func (p *pointer) checkOthers() error {
	for _, d := range p.Dropped {
		if !catalog.IsID(d.Dataset.DatasetID) || !strings.HasPrefix(d.StateKey, catalog.MetadataPrefix(d.Dataset.DatasetID)) {
			return fmt.Errorf("the dropped dataset %q has no valid id or state", d.Dataset.DatasetID)
		}
	}
	return nil
}
