package catalogd

import (
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// notFound says that there is no such dataset, and which have a name like it.
func (e *engine) notFound(n catalog.Name) error {
	near := catalog.Nearest(n.String(), e.dir.names())
	hint := "GET /catalog/list names them all"
	if len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return catalog.ErrDatasetNotFound.Errorf("there is no dataset %s; %s", n, hint).With("dataset", n.String()).With("near", near)
}
