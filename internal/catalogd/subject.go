package catalogd

import (
	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

// subject is what a name has to have for an edit.
type subject int

// A name has a dataset, or a view, or nothing.
const (
	aDataset       subject = iota // it has to be there, which the edit sees to itself
	aView                         // likewise
	roomForDataset                // there may be no view
	roomForView                   // there may be no dataset
	anything
)

// suits refuses what a name has where an edit is of the other sort.
func (h *head) suits(s subject) error {
	if !h.live() {
		return nil
	}
	n := catalog.Name{Namespace: h.Dataset.Namespace, Name: h.Dataset.Name}
	switch {
	case h.view() && s == aDataset:
		return isView(n)
	case h.view() && s == roomForDataset:
		return viewInTheWay(n)
	case !h.view() && s == aView:
		return catalog.ErrViewNotFound.Errorf("%s is a dataset and no view; GET /catalog/manifest/%s shows it", n, n).With("view", n.String())
	case !h.view() && s == roomForView:
		return catalog.ErrDatasetExists.Errorf("there is a dataset %s already, and a name has a dataset or a view; choose another name, or rename or drop the dataset first", n).With("dataset", n.String())
	}
	return nil
}

// isView tells who asks for a dataset that the name has a view.
func isView(n catalog.Name) error {
	return catalog.ErrIsView.Errorf("%s is a view and no dataset: POST /sql reads it, and GET /catalog/views/%s shows what it is", n, n).With("view", n.String())
}

// viewInTheWay refuses a dataset under the name of a view.
func viewInTheWay(n catalog.Name) error {
	return catalog.ErrViewExists.Errorf("there is a view %s already, and a name has a dataset or a view; choose another name, or drop the view first (DELETE /catalog/views/%s)", n, n).
		With("view", n.String())
}
