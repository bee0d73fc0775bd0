package catalogd

import (
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// absent says that a name has no dataset, and what became of one that had it.
func (e *engine) absent(n catalog.Name, _ *head) error { return e.notFound(n) }

// notFound says that there is no such dataset, and which have a name like it.
func (e *engine) notFound(n catalog.Name) error {
	near := catalog.Nearest(n.String(), e.dir.names())
	hint := "GET /catalog/list names them all"
	if len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return catalog.ErrDatasetNotFound.Errorf("there is no dataset %s; %s", n, hint).With("dataset", n.String()).With("near", near)
}
