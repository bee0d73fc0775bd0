package queryd

import (
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// versions says which version of each dataset and view is asked for.
type versions struct {
	time   catalog.At // of all of them, where it is given
	named  map[catalog.Name]catalog.At
	texts  map[catalog.Name]string // what as_of calls them
	ids    map[catalog.Name]string // whose they have to be, where it says so
	absurd string                  // a text that names nothing
}

func wantedVersions(asOf query.AsOf) (versions, error) {
	v := versions{time: catalog.At{AsOf: asOf.Time}, named: map[catalog.Name]catalog.At{}, texts: map[catalog.Name]string{}, ids: map[catalog.Name]string{}}
	for text, version := range asOf.Tables {
		name, err := catalog.ParseName(strings.ToLower(text))
		if err != nil {
			v.absurd = text
			continue
		}
		if _, twice := v.named[name]; twice {
			return v, wire.ErrBadRequest.Errorf("as_of names %s twice; name it once", name)
		}
		v.named[name], v.texts[name] = catalog.At{Version: version.Number, Tag: version.Tag, AsOf: version.Time}, text
		v.ids[name] = version.ID
	}
	return v, nil
}

func (v versions) at(name catalog.Name) catalog.At {
	if at, ok := v.named[name]; ok {
		return at
	}
	return v.time
}

// meant refuses what has a name by now that as_of knows as another one's.
func (v versions) meant(name catalog.Name, found catalog.Relation) error {
	want, id := v.ids[name], ""
	if found.View != nil {
		id = found.View.ViewID
	} else {
		id = found.Dataset.DatasetID
	}
	if want == "" || want == id {
		return nil
	}
	return query.ErrSourceChanged.Errorf("%s is not what as_of means by now: what has the id %s was dropped or renamed, and the name is another one's; ask for what there is now", name, want).
		With("table", name.String()).With("id", want)
}

// unread refuses a name that the statement does not read, also not through a view: a
// mistake that would go unnoticed.
func (v versions) unread(t *tables) error {
	text := v.absurd
	for name := range v.named {
		if !t.has(name) {
			text = v.texts[name]
		}
	}
	if text == "" {
		return nil
	}
	return wire.ErrBadRequest.Errorf("as_of names %q, which the statement does not read; it reads %s", text, listed(append(byName(t.views), t.datasets()...)))
}

// listed names datasets in a sentence.
func listed(names []catalog.Name) string {
	if len(names) == 0 {
		return "no table"
	}
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = name.String()
	}
	return strings.Join(texts, ", ")
}
