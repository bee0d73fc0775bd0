package catalog

import (
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Nearest gives the names, as users write them, that a typing mistake may have meant, as
// [wire.Nearest] does, and behind these the right one in other namespaces.
func Nearest(wanted string, names []Name) []string {
	var written, elsewhere []string
	for _, n := range names {
		written = append(written, n.String())
		if n.Name == wanted {
			elsewhere = append(elsewhere, n.String())
		}
	}
	near := wire.Nearest(wanted, written)
	slices.Sort(elsewhere)
	for _, name := range elsewhere {
		if len(near) < wire.MaxNear && !slices.Contains(near, name) {
			near = append(near, name)
		}
	}
	return near
}
