package catalogd

import (
	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// kind is what a name can have, a dataset or a view, as drops and what follows them need
// it. T tells of one that is there, D of a dropped one.
type kind[T, D any] struct {
	noun     string // as errors and parameters name it
	there    subject
	room     subject
	waiting  string     // the path that lists the dropped ones
	exists   *wire.Kind // a new one has the name of a dropped one
	giveWay  string     // how that leaves its name
	absent   func(*engine, catalog.Name, *head) error
	restored func(*pointer) T
	dropped  func(dropped) D
}

func datasets() kind[catalog.Dataset, catalog.Dropped] {
	return kind[catalog.Dataset, catalog.Dropped]{
		noun: catalog.SourceDataset, there: aDataset, room: roomForDataset,
		waiting: "/catalog/dropped", exists: catalog.ErrDatasetExists, giveWay: "drop it or rename it",
		absent:   (*engine).absent,
		restored: func(p *pointer) catalog.Dataset { return p.Dataset },
		dropped: func(d dropped) catalog.Dropped {
			return catalog.Dropped{
				Name: d.Dataset.Name, Namespace: d.Dataset.Namespace, DatasetID: d.Dataset.DatasetID, Version: d.Dataset.Version,
				Rows: d.Dataset.Rows, Bytes: d.Dataset.Bytes, Files: d.Dataset.Files, DroppedAt: d.At, RestorableUntil: d.Until,
			}
		},
	}
}

func views() kind[catalog.View, catalog.DroppedView] {
	return kind[catalog.View, catalog.DroppedView]{
		noun: catalog.SourceView, there: aView, room: roomForView,
		waiting: "/catalog/dropped/views", exists: catalog.ErrViewExists, giveWay: "drop it",
		absent:   (*engine).viewAbsent,
		restored: viewOf,
		dropped: func(d dropped) catalog.DroppedView {
			return catalog.DroppedView{
				Name: d.Dataset.Name, Namespace: d.Dataset.Namespace, ViewID: d.Dataset.DatasetID, Version: d.Dataset.Version,
				DroppedAt: d.At, RestorableUntil: d.Until,
			}
		},
	}
}

// idParam is the parameter that names one of the kind.
func (k kind[T, D]) idParam() string { return k.noun + "_id" }

// has tells that a dropped one is of the kind.
func (k kind[T, D]) has(d dropped) bool { return d.View == (k.there == aView) }

// drop takes the one of a name from it.
func (k kind[T, D]) drop(n catalog.Name) alteration { return &drop[T, D]{kind: k, name: n} }

// restore gives a dropped one its name back; id "" is the only one.
func (k kind[T, D]) restore(n catalog.Name, id string) alteration {
	return &restoring[T, D]{kind: k, name: n, id: id}
}
