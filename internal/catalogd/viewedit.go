package catalogd

import (
	"context"
	"slices"
	"strings"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/view"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// viewing makes a view, or a new version of one.
type viewing struct {
	catalog.ViewRegistration
	name    catalog.Name
	request string // of this one alone: it tells the version that it made
	id      string // of the view that it makes
	answer  catalog.RegisteredView
}

func newViewing(v catalog.ViewRegistration) (*viewing, error) {
	c := &viewing{ViewRegistration: v, request: catalog.NewID(), id: catalog.NewID()}
	var err error
	if c.name, err = catalog.ParseName(v.Name); err != nil {
		return nil, err
	}
	if c.Mode == "" {
		c.Mode = catalog.Create
	}
	if c.Reads == nil {
		c.Reads = []catalog.Source{}
	}
	return c, c.check()
}

func (c *viewing) check() error {
	bad := wire.ErrBadRequest
	switch {
	case strings.HasSuffix(c.name.Name, catalog.QuarantineSuffix):
		return catalog.ErrBadName.Errorf("names ending in %s are kept for rows that could not be read; choose another name", catalog.QuarantineSuffix)
	case c.Mode != catalog.Create && c.Mode != catalog.Replace:
		return bad.Errorf("mode %q is none of create, replace", shorten(string(c.Mode)))
	case c.BaseVersion != nil && (c.Mode != catalog.Replace || *c.BaseVersion < 0):
		return bad.Errorf("base_version goes with mode=replace, and is 0 for a name that has to be free, or a version")
	}
	if err := c.CheckSQL(); err != nil {
		return err
	}
	if c.Description != nil {
		if err := checkDescription(catalog.Description{Description: c.Description}); err != nil {
			return err
		}
	}
	return checkColumns(c.Columns)
}

func (c *viewing) on() subject { return roomForView }

func (c *viewing) makesRoom() bool { return false }

func (c *viewing) result() any { return &c.answer }

func (c *viewing) apply(ctx context.Context, e *engine, p *plan) (_ *staged, err error) {
	var before view.Metadata
	if p.state != nil {
		if before, err = e.store.viewMetadata(ctx, p.base.pointer); err != nil {
			return nil, err
		}
	}
	if done, err := c.made(p, before); done || err != nil {
		return nil, err
	}
	if err := c.fits(p); err != nil {
		return nil, err
	}
	if p.state == nil || !c.same(p.state) {
		return c.stage(e, p, before)
	}
	st, err := e.describeView(p, before, c.Description)
	c.answer = catalog.RegisteredView{View: viewOf(p.state), Unchanged: true}
	return st, err
}

// fits holds the request against what the name has.
func (c *viewing) fits(p *plan) error {
	there := int64(0)
	if p.state != nil {
		there = p.state.Dataset.Version
	}
	switch {
	case p.state != nil && c.Mode == catalog.Create:
		return catalog.ErrViewExists.Errorf("there is a view %s already; mode=replace gives it a new version", c.name).With("view", c.name.String())
	case c.BaseVersion != nil && *c.BaseVersion != there:
		return catalog.ErrViewChanged.Errorf("the current version of %s is %d, not %d; look at it and begin again", c.name, there, *c.BaseVersion).
			With("view", c.name.String()).With("version", there)
	}
	return nil
}

// made finds the version that this very request has made, which others may have
// followed, or a drop.
func (c *viewing) made(p *plan, meta view.Metadata) (bool, error) {
	if meta == nil {
		return p.base.knew(c.id), nil
	}
	for _, v := range meta.Versions() {
		if v.Summary[requestKey] != c.request {
			continue
		}
		var err error
		c.answer.View, err = rewindView(viewOf(p.state), meta, v)
		return true, err
	}
	return false, nil
}

// same tells that the current version of a view has the statement, bound as it is now.
func (c *viewing) same(p *pointer) bool {
	alike := func(a, b catalog.Column) bool { return a.Name == b.Name && a.Type == b.Type }
	return p.View.SQL == c.SQL && slices.EqualFunc(p.Columns, c.Columns, alike) && slices.Equal(p.View.Reads, c.Reads)
}

// stage works the new version into the plan.
func (c *viewing) stage(e *engine, p *plan, before view.Metadata) (*staged, error) {
	var schema *iceberg.Schema
	if before != nil {
		schema = before.CurrentSchema()
		p.state.Dataset.Version++
	} else {
		p.state = vacant(c.name, p.base)
		p.state.Dataset.DatasetID, p.state.Dataset.Version, p.state.Dataset.CreatedAt = c.id, 1, p.now
	}
	columns, lastID := catalog.Assign(p.state.Columns, p.state.LastColumnID, c.Columns)
	made, err := newTarget(columns, schema, lastID)
	if err != nil {
		return nil, err
	}
	d := &p.state.Dataset
	d.UpdatedAt, d.Fingerprint = p.now, catalog.Fingerprint(made.columns)
	if c.Description != nil {
		d.Description = *c.Description
	}
	p.state.Columns, p.state.LastColumnID = made.columns, max(lastID, made.schema.HighestFieldID())
	p.state.View = &viewState{SQL: c.SQL, Reads: c.Reads}
	b, err := e.store.viewBuilder(before, d.DatasetID)
	if err != nil {
		return nil, err
	}
	commentView(b, d.Description)
	if err := addViewVersion(b, p.state, made.schema, c.request, min(e.config.MaxVersions, maxViewVersions)); err != nil {
		return nil, err
	}
	st, err := e.store.stageView(p, b)
	c.answer = catalog.RegisteredView{View: viewOf(p.state)}
	return st, err
}

// describing says what a view is. It makes no version.
type describing struct {
	name   catalog.Name
	text   string
	answer catalog.View
}

func (c *describing) on() subject { return aView }

func (c *describing) makesRoom() bool { return false }

func (c *describing) result() any { return &c.answer }

func (c *describing) apply(ctx context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		return nil, e.viewAbsent(c.name, p.base)
	}
	before, err := e.store.viewMetadata(ctx, p.base.pointer)
	if err != nil {
		return nil, err
	}
	st, err := e.describeView(p, before, &c.text)
	c.answer = viewOf(p.state)
	return st, err
}

// describeView works a description into a plan; nil: the view has it already, or none
// is given.
func (e *engine) describeView(p *plan, before view.Metadata, text *string) (*staged, error) {
	if text == nil || p.state.Dataset.Description == *text {
		return nil, nil
	}
	b, err := e.store.viewBuilder(before, "")
	if err != nil {
		return nil, err
	}
	p.state.Dataset.Description = *text
	commentView(b, *text)
	return e.store.stageView(p, b)
}
