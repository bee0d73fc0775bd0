package mcpd

import (
	"context"

	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const maxIndexes = 100 // that are named, in a list or in an error

// indexed is an index in a list.
type indexed struct {
	Name       string   `json:"name"`
	Aliases    []string `json:"aliases,omitempty"`
	Model      string   `json:"model,omitempty"`
	ByMeaning  bool     `json:"by_meaning"` // a text is searched for by its meaning too
	Dimension  int      `json:"dimension"`
	TextFields []string `json:"text_fields,omitempty"` // whose words are searched
	Items      int      `json:"items"`
	State      string   `json:"state"`
}

func indexedOf(x vector.Index) indexed {
	return indexed{x.Name, x.Aliases, x.Model, x.TakesTexts(), x.Dimension, x.TextFields, x.Count, x.State}
}

type indexes struct {
	Indexes []indexed `json:"indexes"`
	More    bool      `json:"more_indexes"` // there are more than are listed
}

// listIndexes tells the indexes, as many as fit an answer.
func (g Gateway) listIndexes(ctx context.Context) (indexes, error) {
	page, err := g.vectors().List(ctx, "", maxIndexes)
	switch {
	case err != nil:
		return indexes{}, err
	case page.Indexes == nil:
		return indexes{}, listless("indexes")
	}
	list := indexes{Indexes: []indexed{}, More: page.NextCursor != nil}
	room := maxAnswer - maxAround
	for _, x := range page.Indexes {
		said := indexedOf(x)
		text, err := plainJSON(said)
		if err != nil {
			return list, err
		}
		if room -= len(text) + 1; room < 0 {
			list.More = true
			break
		}
		list.Indexes = append(list.Indexes, said)
	}
	return list, nil
}

// getIndex tells one index.
func (g Gateway) getIndex(ctx context.Context, name string) (indexed, error) {
	x, err := g.vectors().Get(ctx, name, 0)
	if err != nil {
		return indexed{}, g.withIndexes(ctx, name, err)
	}
	return indexedOf(x), nil
}

// indexOfTexts gives the index that is searched where none is named.
func (g Gateway) indexOfTexts(ctx context.Context, args searchArgs) (string, error) {
	all, err := wire.Gather(g.vectors().EachIndex(ctx, vector.MaxPage))
	if err != nil {
		return "", err
	}
	ofTexts := vector.OfTexts(all)
	switch {
	case args.Text == "":
		err = naming(errNoIndex.Errorf("no index is named, and one is found for a text alone"), all)
	case len(ofTexts) == 1:
		return ofTexts[0], nil
	case len(ofTexts) == 0:
		err = naming(errNoIndex.Errorf("no index is named, and none has a model, which would be searched"), all)
	default:
		err = errNoIndex.Errorf("no index is named, and several have a model").With("indexes", ofTexts[:min(len(ofTexts), maxIndexes)])
	}
	return "", err
}

// withIndexes says of an index that there is not which there are.
func (g Gateway) withIndexes(ctx context.Context, index string, err error) error {
	if !wire.AsProblem(err).Is(vector.ErrIndexNotFound) {
		return err
	}
	page, listErr := g.vectors().List(ctx, "", maxIndexes)
	if listErr != nil {
		return err
	}
	told := vector.ErrIndexNotFound.Errorf("there is no index %q", index)
	if len(page.Indexes) == 0 {
		told = vector.ErrIndexNotFound.Errorf("there is no index %q, nor any other", index)
	}
	told.RequestID = wire.AsProblem(err).RequestID
	return naming(told, page.Indexes).With("more_indexes", page.NextCursor != nil)
}

// naming says beside an error which indexes there are.
func naming(p *wire.Problem, all []vector.Index) *wire.Problem {
	names := []string{}
	for _, x := range all[:min(len(all), maxIndexes)] {
		names = append(names, x.Name)
	}
	return p.With("indexes", names)
}
