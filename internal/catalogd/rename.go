package catalogd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// moving is one end of a rename. The pointer that the dataset leaves says first
// where it goes; from then on nothing but the rename may change it, and whoever
// finds it so completes the rename ([engine.settle]).
type moving struct {
	Op   string    `json:"op"`            // unique to the rename
	Name string    `json:"name"`          // the other end
	At   time.Time `json:"at"`            // when it began
	Key  string    `json:"key,omitempty"` // of the receipt that goes if it comes to nothing
}

// rename begins a rename. Nothing of the dataset changes but its name.
type rename struct {
	name, to catalog.Name
	op, key  string
	answer   catalog.Renamed
}

func (c *rename) on() subject { return aDataset }

func (c *rename) makesRoom() bool { return false }

func (c *rename) result() any { return &c.answer }

func (c *rename) apply(ctx context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		return nil, c.renamed(ctx, e, p.base)
	}
	if m := p.state.Moving; m != nil && m.Op == c.op {
		return nil, nil
	}
	if err := e.free(ctx, c.to); err != nil {
		return nil, err
	}
	c.answer = catalog.Renamed{From: c.name.String(), To: c.to.String(), DatasetID: p.state.Dataset.DatasetID, Version: p.state.Dataset.Version}
	bad, err := e.lives(ctx, quarantineOf(c.name))
	if err != nil {
		return nil, err
	}
	if bad {
		if err := e.free(ctx, quarantineOf(c.to)); err != nil {
			return nil, err
		}
		name := quarantineOf(c.to).String()
		c.answer.Quarantine = &name
	}
	p.state.Moving = &moving{Op: c.op, Name: c.to.String(), At: p.now, Key: c.key}
	return &staged{table: p.before}, nil
}

// renamed tells a rename that was made before from a name that has no dataset.
func (c *rename) renamed(ctx context.Context, e *engine, base *head) error {
	none := e.absent(c.name, base)
	if base == nil {
		return none
	}
	at := slices.IndexFunc(base.Left, func(d departed) bool { return d.To == c.to.String() })
	if at < 0 {
		return none
	}
	h, err := e.at(ctx, c.to)
	if err != nil {
		return err
	}
	if !h.live() || h.Dataset.DatasetID != base.Left[at].DatasetID {
		return none
	}
	c.answer = catalog.Renamed{From: c.name.String(), To: c.to.String(), DatasetID: h.Dataset.DatasetID, Version: h.Dataset.Version}
	return nil
}

// at gives what a name has now.
func (e *engine) at(ctx context.Context, n catalog.Name) (*head, error) {
	ds := e.dir.open(n)
	defer e.dir.release(ds)
	return e.current(ctx, ds)
}

func (e *engine) lives(ctx context.Context, n catalog.Name) (bool, error) {
	h, err := e.at(ctx, n)
	return h.live(), err
}

// free refuses a name that has a dataset or a view.
func (e *engine) free(ctx context.Context, n catalog.Name) error {
	h, err := e.at(ctx, n)
	switch {
	case err == nil && h.view():
		err = viewInTheWay(n)
	case err == nil && h.live():
		err = catalog.ErrDatasetExists.Errorf("there is a dataset %s already; rename or drop it first, or choose another name", n).With("dataset", n.String())
	}
	return err
}

// quarantineOf names the dataset of another's bad rows.
func quarantineOf(n catalog.Name) catalog.Name {
	return catalog.Name{Namespace: n.Namespace, Name: n.Name + catalog.QuarantineSuffix}
}

// checkRename refuses names that no rename can have.
func checkRename(from, to catalog.Name) error {
	for _, n := range []catalog.Name{from, to} {
		if strings.HasSuffix(n.Name, catalog.QuarantineSuffix) {
			return catalog.ErrBadName.Errorf("%s: a quarantine has its dataset's name and goes with it; rename that", n)
		}
	}
	if from == to {
		return wire.ErrBadRequest.Errorf("to=%s is the name that it has; choose another", to)
	}
	return nil
}

// rename gives a dataset another name.
func (e *engine) rename(ctx context.Context, c *rename, key string) (catalog.Renamed, error) {
	ed, err := newEdit("rename", c, key, c.name.String(), c.to.String())
	if err != nil {
		return c.answer, err
	}
	begun, err := e.edit(ctx, c.name, ed)
	if err != nil || !begun {
		return c.answer, err
	}
	h, err := e.at(ctx, c.name)
	if err != nil {
		return c.answer, err
	}
	if h.live() && h.Dataset.DatasetID == c.answer.DatasetID {
		if err := e.free(ctx, c.to); errors.Is(err, catalog.ErrViewExists) {
			return c.answer, err
		}
		return c.answer, catalog.ErrDatasetExists.Errorf("a dataset %s was created meanwhile; choose another name", c.to).With("dataset", c.to.String())
	}
	_, err = e.at(ctx, c.to) // settles that end too
	return c.answer, err
}
