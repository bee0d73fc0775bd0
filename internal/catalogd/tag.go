package catalogd

import (
	"context"
	"regexp"

	"github.com/apache/iceberg-go/table"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

var tagPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

// checkTag refuses a name that no tag can have.
func checkTag(tag string) error {
	switch {
	case !tagPattern.MatchString(tag):
		return catalog.ErrBadTag.Errorf("%q is no tag: use [A-Za-z0-9_][A-Za-z0-9._-]{0,127}", shorten(tag))
	case tag == table.MainBranch:
		return catalog.ErrBadTag.Errorf("%s is what Iceberg calls the current version; choose another tag", table.MainBranch)
	}
	return nil
}

// tagging gives a version a name that keeps it from expiry.
type tagging struct {
	name   catalog.Name
	tag    string
	at     catalog.At
	move   bool
	answer catalog.Tagged
}

func (c *tagging) on() subject { return aDataset }

func (c *tagging) makesRoom() bool { return false }

func (c *tagging) result() any { return &c.answer }

func (c *tagging) apply(_ context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		return nil, e.absent(c.name, p.base)
	}
	s, err := p.before.find(p.base, c.at)
	if err != nil {
		return nil, err
	}
	c.answer = taggedAs(p.state, c.tag, s)
	for name, ref := range p.before.meta.Refs() {
		switch {
		case name != c.tag:
		case ref.SnapshotRefType != table.TagRef:
			return nil, catalog.ErrTagExists.Errorf("%s has a branch %s; choose another tag", c.name, c.tag)
		case ref.SnapshotID == s.SnapshotID:
			return nil, nil
		case !c.move:
			old, _ := p.before.snapshotWith(ref.SnapshotID)
			return nil, catalog.ErrTagExists.Errorf("the tag %s is at version %d of %s; move=true moves it to %d", c.tag, versionOf(old), c.name, c.answer.Version).
				With("version", versionOf(old))
		}
	}
	return e.store.restage(p, func(b *table.MetadataBuilder) error {
		return b.SetSnapshotRef(c.tag, s.SnapshotID, table.TagRef)
	})
}

// untagging takes a tag away; its version may expire then.
type untagging struct {
	name   catalog.Name
	tag    string
	tried  bool
	answer catalog.Tagged
}

func (c *untagging) on() subject { return aDataset }

func (c *untagging) makesRoom() bool { return true }

func (c *untagging) result() any { return &c.answer }

func (c *untagging) apply(_ context.Context, e *engine, p *plan) (*staged, error) {
	if p.state == nil {
		return nil, e.absent(c.name, p.base)
	}
	s, ok := p.before.tagged(c.tag)
	switch {
	case !ok && c.tried: // by this very request
		return nil, nil
	case !ok:
		return nil, noTag(p.base, p.before, c.tag)
	}
	c.answer, c.tried = taggedAs(p.state, c.tag, s), true
	return e.store.restage(p, func(b *table.MetadataBuilder) error { return b.RemoveSnapshotRef(c.tag) })
}

func taggedAs(state *pointer, tag string, s *table.Snapshot) catalog.Tagged {
	d := state.Dataset
	return catalog.Tagged{Dataset: d.Name, Namespace: d.Namespace, DatasetID: d.DatasetID, Tag: tag, Version: versionOf(s), SnapshotID: s.SnapshotID}
}
