package bodies

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/apache/arrow-go/v18/arrow"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// SearchParams are what a search by vectors as Arrow says beside them.
func SearchParams() []service.Param {
	return []service.Param{
		{Name: "k", Type: "integer", Doc: "with a body of Arrow alone: how many results; default 10"},
		{Name: "ef", Type: "integer", Doc: "with a body of Arrow alone: candidates that are kept on the way"},
		{Name: "exact", Type: "boolean", Doc: "with a body of Arrow alone: every item that matches is looked at"},
		{Name: "filter", Type: "string", Doc: "with a body of Arrow alone: a filter as JSON"},
		{Name: "min_score", Type: "number", Doc: "with a body of Arrow alone: no result has less"},
		{Name: "with_metadata", Type: "boolean", Doc: "with a body of Arrow alone; default true"},
		{Name: "with_vector", Type: "boolean", Doc: "with a body of Arrow alone; default false"},
	}
}

// ReadSearch reads what is asked for: JSON, or vectors as Arrow with the rest in the
// query string.
func ReadSearch(r *http.Request, mine *Arena) (vector.Search, error) {
	if isArrow(r) {
		return arrowSearch(r, mine)
	}
	if len(r.URL.RawQuery) > 0 {
		return vector.Search{}, wire.ErrBadRequest.Errorf("a query string goes with a body of Arrow; put what it says into the JSON")
	}
	return readWith(r, mine, func(body []byte, v *vector.Search) error { return takeSearch(body, v, mine) })
}

func arrowSearch(r *http.Request, mine *Arena) (vector.Search, error) {
	want, err := searchOf(r.URL.Query())
	if err != nil {
		return want, err
	}
	want.Vectors = []vector.Vector{}
	err = arrowin.Read(r.Body, mine, maxStream, func(batch arrow.RecordBatch) error {
		at := batch.Schema().FieldIndices("vector")
		if len(at) != 1 || batch.NumCols() != 1 {
			return wire.ErrBadRequest.Errorf("a search as Arrow has one column, vector, a list of float32")
		}
		if n := len(want.Vectors) + int(batch.NumRows()); n > vector.MaxItems {
			return tooMany(n)
		}
		list := make([]vector.Vector, batch.NumRows()) // one without numbers is refused by its number
		rows, values, err := floatsOf(batch.Column(at[0]))
		if err != nil {
			return wire.ErrBadRequest.Errorf("column \"vector\": %v", err)
		}
		eachVector(rows, values, func(i int, v vector.Vector) { list[i] = v })
		want.Vectors = append(want.Vectors, list...)
		return nil
	})
	return want, err
}

// searchOf reads the query string: each value is JSON, but for the names of things.
func searchOf(q url.Values) (vector.Search, error) {
	var want vector.Search
	into := map[string]any{"k": &want.K, "ef": &want.Ef, "exact": &want.Exact, "filter": &want.Filter,
		"min_score": &want.MinScore, "with_metadata": &want.WithMetadata, "with_vector": &want.WithVector}
	for name, values := range q {
		if err := json.Unmarshal([]byte(values[0]), into[name]); err != nil {
			return want, wire.ErrBadRequest.Errorf("%s is %.60q, which it cannot be", name, values[0])
		}
	}
	return want, nil
}
