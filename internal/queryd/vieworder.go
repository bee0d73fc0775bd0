package queryd

import (
	"slices"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

const (
	maxViews     = 256 // that one statement reads, through each other too
	maxViewDepth = 16  // views over views
)

// sort puts the views into an order in which each follows those that it reads. Two
// that were replaced at the same time may read each other, so that is looked for here
// and not at their registration alone. An error is told from the first on, if there is
// one.
func (t *tables) sort(first ...catalog.Name) error {
	depths := map[catalog.Name]int{}
	for _, name := range append(first, byName(t.views)...) {
		if _, err := t.descend(name, nil, depths); err != nil {
			return err
		}
	}
	return nil
}

// descend adds a view below those on the path to it, and tells how deep it is.
func (t *tables) descend(name catalog.Name, path []catalog.Name, depths map[catalog.Name]int) (depth int, err error) {
	if depth, done := depths[name]; done {
		return depth, nil
	}
	if at := slices.Index(path, name); at >= 0 {
		return 0, cycle(append(path[at:], name))
	}
	path = append(path, name)
	for _, read := range t.views[name].Reads {
		below, err := catalog.ParseName(read.Name)
		if err != nil {
			return 0, err
		}
		if _, is := t.views[below]; !is {
			continue
		}
		d, err := t.descend(below, path, depths)
		if err != nil {
			return 0, err
		}
		depth = max(depth, d)
	}
	if depth++; depth > maxViewDepth {
		return 0, query.ErrViewLimit.Errorf("views are read through more than %d others, at %s; let it read datasets, or views that do", maxViewDepth, name).
			With("limit", maxViewDepth).With("view", name.String())
	}
	depths[name] = depth
	t.order = append(t.order, name)
	return depth, nil
}

// cycle says that the first of some views reads the next, and so on to itself.
func cycle(names []catalog.Name) error {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = n.String()
	}
	return query.ErrViewCycle.Errorf("the view %s reads itself: %s; give one of them another statement", words[0], strings.Join(words, " reads ")).
		With("view", words[0])
}
