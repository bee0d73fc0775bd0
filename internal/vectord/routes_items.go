package vectord

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/bodies"
)

func (o operations) addItems() service.Route {
	return service.Route{
		ID: "add_items", Summary: "Put items in, in place of those with the same ids; whole or not at all", Body: orArrow(vector.Add{}), MaxBody: o.maxBody,
		Answers: ok("durable, and found from now on", vector.Added{}),
		Errors:  changing(embedded(vector.ErrBadItem, vector.ErrBadVector, embedding.ErrBadText, vector.ErrDimension, vector.ErrIndexFields, vector.ErrIndexMemory, vector.ErrIndexFull)...),
	}
}

func (o operations) searchIndex() service.Route {
	return service.Route{
		ID: "search_index", Summary: "Find what is nearest to vectors, to the meaning of a text or to other items, what words fit, or both joined",
		Query: bodies.SearchParams(), Body: orArrow(vector.Search{}), MaxBody: o.maxBody,
		Answers: []service.Answer{{Status: http.StatusOK, Doc: "the best first; with vectors, batches of results; as Arrow, a row for each result",
			Type: vector.Answer{}, Media: []string{"application/json", arrowin.Media}}},
		Errors: inside(embedded(vector.ErrBadVector, embedding.ErrBadText, vector.ErrDimension, vector.ErrBadFilter, vector.ErrBadSearch, vector.ErrItemNotFound, vector.ErrAnswerTooLarge)...),
	}
}

func (o operations) deleteItems() service.Route {
	return service.Route{
		ID: "delete_items", Summary: "Take items out, by ids or by a filter", Body: jsonOf(vector.Select{}), MaxBody: o.maxBody,
		Answers: ok("how many there were", vector.Deleted{}), Errors: changing(vector.ErrBadFilter),
	}
}

func (o operations) updateItems() service.Route {
	return service.Route{
		ID: "update_items", Summary: "Set and remove fields of items' metadata, by ids or by a filter", Body: jsonOf(vector.Update{}), MaxBody: o.maxBody,
		Answers: ok("how many there were", vector.Updated{}), Errors: changing(vector.ErrBadFilter, vector.ErrBadItem, vector.ErrIndexFields, vector.ErrIndexMemory),
	}
}

func (operations) getItem() service.Route {
	return service.Route{
		ID: "get_item", Summary: "Give an item by its id",
		Answers: ok("its vector as it is kept: for cosine at length 1", vector.Item{}), Errors: inside(vector.ErrItemNotFound),
	}
}

func (operations) scrollItems() service.Route {
	return service.Route{
		ID: "scroll_items", Summary: "Give items page by page, in order of their ids",
		Query: append(paging(),
			service.Param{Name: "filter", Type: "string", Doc: "a filter as JSON, as the one of a search"},
			service.Param{Name: "with_vector", Type: "boolean", Doc: "default false"}),
		Answers: ok("a page", vector.Page{}), Errors: inside(vector.ErrBadFilter),
	}
}

func (o operations) countItems() service.Route {
	return service.Route{
		ID: "count_items", Summary: "Count the items that a filter matches", Body: jsonOf(vector.Count{}), MaxBody: o.maxBody,
		Answers: ok("how many", vector.Counted{}), Errors: inside(vector.ErrBadFilter),
	}
}

func (o operations) eraseItems() service.Route {
	return service.Route{
		ID: "erase_items", Summary: "Take items out for good: no object of the index holds them when the answer comes", Body: jsonOf(vector.Erase{}), MaxBody: o.maxBody,
		Answers: ok("what went", vector.Erased{}), Errors: changing(vector.ErrBadFilter, vector.ErrEraseUnconfirmed, vector.ErrLoadRunning),
	}
}

func orArrow(v any) *service.Body {
	return &service.Body{Type: v, Media: []string{"application/json", arrowin.Media}}
}
