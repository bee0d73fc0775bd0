package catalogd

import (
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// absent says that a name has no dataset, and what became of one that had it.
func (e *engine) absent(n catalog.Name, h *head) error {
	if h == nil {
		return e.notFound(n)
	}
	for _, d := range slices.Backward(h.Dropped) {
		if !d.Deleting && !d.View {
			return catalog.ErrDatasetNotFound.Errorf("the dataset %s was dropped at %s; until %s POST /catalog/restore/%s brings it back", n, stamp(d.At), stamp(d.Until), n).
				With("dataset", n.String()).With("dropped_at", d.At).With("restorable_until", d.Until)
		}
	}
	for _, d := range slices.Backward(h.Left) {
		if d.To != "" {
			return catalog.ErrDatasetNotFound.Errorf("there is no dataset %s any more; it was renamed to %s", n, d.To).
				With("dataset", n.String()).With("renamed_to", d.To)
		}
	}
	return e.notFound(n)
}

// notFound says that there is no such dataset, and which have a name like it.
func (e *engine) notFound(n catalog.Name) error {
	near := catalog.Nearest(n.String(), e.dir.names())
	hint := "GET /catalog/list names them all"
	if len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return catalog.ErrDatasetNotFound.Errorf("there is no dataset %s; %s", n, hint).With("dataset", n.String()).With("near", near)
}
