package vectord

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/arrowin"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func (s *server) routes() []service.Route {
	const at = "/vectors/index/{name}"
	paging := []service.Param{
		{Name: "cursor", Type: "string", Doc: "next_cursor of the page before"},
		{Name: "limit", Type: "integer", Doc: "of a page; 1 to 1,000, default 100"},
	}
	scrolling := append(paging[:2:2],
		service.Param{Name: "filter", Type: "string", Doc: "a filter as JSON"},
		service.Param{Name: "with_vector", Type: "boolean", Doc: "default false"})
	sample := []service.Param{{Name: "recall", Type: "integer", Doc: "search for so many vectors of the index itself, at most 1,000, and tell the recall of the graph"}}
	open := []*wire.Kind{vector.ErrIndexNotFound, vector.ErrIndexLoading, vector.ErrIndexFailed}
	kinds := func(more ...*wire.Kind) []*wire.Kind { return append(open[:len(open):len(open)], more...) }
	durable := []*wire.Kind{vector.ErrIndexTaken, storage.ErrStorageFull, storage.ErrDiskReserve}
	changes := func(more ...*wire.Kind) []*wire.Kind { return append(kinds(durable...), more...) }
	json := func(v any) *service.Body { return &service.Body{Type: v} }
	orArrow := func(v any) *service.Body {
		return &service.Body{Type: v, Media: []string{"application/json", arrowin.Media}}
	}
	ok := func(doc string, v any) []service.Answer {
		return []service.Answer{{Status: http.StatusOK, Doc: doc, Type: v}}
	}
	routes := []service.Route{
		{Method: "POST", Path: "/vectors/index", ID: "create_index", Summary: "Make an index", Access: service.Write, Body: json(vector.NewIndex{}),
			Answers: []service.Answer{{Status: 201, Doc: "made", Type: vector.Index{}}, {Status: 200, Doc: "it was there, with the same parameters, and if_not_exists was given", Type: vector.Index{}}},
			Errors:  []*wire.Kind{vector.ErrBadIndex, vector.ErrIndexExists, vector.ErrIndexMemory, vector.ErrIndexTaken, storage.ErrStorageFull, storage.ErrDiskReserve}, Handle: s.createIndex},
		{Method: "GET", Path: "/vectors/index", ID: "list_indexes", Summary: "List the indexes", Access: service.Read, Query: paging,
			Answers: ok("in order of their names", vector.Indexes{}), Handle: s.listIndexes},
		{Method: "GET", Path: at, ID: "get_index", Summary: "Describe an index: its parameters, what it holds and takes", Access: service.Read, Query: sample,
			Answers: ok("also while it is being loaded", vector.Index{}), Errors: []*wire.Kind{vector.ErrIndexNotFound}, Handle: s.getIndex},
		{Method: "DELETE", Path: at, ID: "drop_index", Summary: "Drop an index with its aliases and all that is in storage of it, but for snapshots", Access: service.Write,
			Answers: []service.Answer{{Status: 204, Doc: "dropped"}}, Errors: []*wire.Kind{vector.ErrIndexNotFound, vector.ErrBadIndex}, Handle: s.dropIndex},
		{Method: "POST", Path: at + "/add", ID: "add_items", Summary: "Put items in, in place of those with the same ids; whole or not at all", Access: service.Write, Body: orArrow(vector.Add{}), MaxBody: s.config.MaxBodyBytes,
			Answers: ok("durable, and found from now on", vector.Added{}), Errors: changes(vector.ErrBadItem, vector.ErrBadVector, vector.ErrDimension, vector.ErrIndexMemory, vector.ErrIndexFull), Handle: s.add},
		{Method: "POST", Path: at + "/search", ID: "search_index", Summary: "Find what is nearest to vectors or to other items, what words fit, or both joined", Access: service.Read, Query: searchParams(), Body: orArrow(vector.Search{}), MaxBody: s.config.MaxBodyBytes,
			Answers: []service.Answer{{Status: 200, Doc: "the best first; with vectors, batches of results; as Arrow, a row for each result", Type: vector.Answer{}, Media: []string{"application/json", arrowin.Media}}}, Errors: kinds(vector.ErrBadVector, vector.ErrDimension, vector.ErrBadFilter, vector.ErrBadSearch, vector.ErrItemNotFound, vector.ErrAnswerTooLarge), Handle: s.search},
		{Method: "POST", Path: at + "/delete", ID: "delete_items", Summary: "Take items out, by ids or by a filter", Access: service.Write, Body: json(vector.Select{}), MaxBody: s.config.MaxBodyBytes,
			Answers: ok("how many there were", vector.Deleted{}), Errors: changes(vector.ErrBadFilter), Handle: s.deleteItems},
		{Method: "POST", Path: at + "/metadata", ID: "update_items", Summary: "Set and remove fields of items' metadata, by ids or by a filter", Access: service.Write, Body: json(vector.Update{}), MaxBody: s.config.MaxBodyBytes,
			Answers: ok("how many there were", vector.Updated{}), Errors: changes(vector.ErrBadFilter, vector.ErrBadItem, vector.ErrIndexMemory), Handle: s.updateItems},
		{Method: "GET", Path: at + "/items/*", ID: "get_item", Summary: "Give an item by its id", Access: service.Read,
			Answers: ok("its vector as it is kept: for cosine at length 1", vector.Item{}), Errors: kinds(vector.ErrItemNotFound), Handle: s.getItem},
		{Method: "GET", Path: at + "/scroll", ID: "scroll_items", Summary: "Give items page by page, in order of their ids", Access: service.Read, Query: scrolling,
			Answers: ok("a page", vector.Page{}), Errors: kinds(vector.ErrBadFilter), Handle: s.scroll},
		{Method: "POST", Path: at + "/count", ID: "count_items", Summary: "Count the items that a filter matches", Access: service.Read, Body: json(vector.Count{}), MaxBody: s.config.MaxBodyBytes,
			Answers: ok("how many", vector.Counted{}), Errors: kinds(vector.ErrBadFilter), Handle: s.count},
		{Method: "POST", Path: at + "/erase", ID: "erase_items", Summary: "Take items out for good: no object of the index holds them when the answer comes", Access: service.Write, Body: json(vector.Erase{}), MaxBody: s.config.MaxBodyBytes,
			Answers: ok("what went", vector.Erased{}), Errors: changes(vector.ErrBadFilter, vector.ErrEraseUnconfirmed, vector.ErrLoadRunning), Handle: s.erase},
		{Method: "POST", Path: at + "/load", ID: "load_index", Summary: "Load the rows of a SELECT as items, in the background; again, only what changed", Access: service.Write, Body: json(vector.NewLoad{}),
			Answers: []service.Answer{{Status: 202, Doc: "begun; it goes on after a restart", Type: vector.Load{}}}, Errors: changes(vector.ErrLoadRunning), Handle: s.startLoad},
		{Method: "GET", Path: at + "/load", ID: "get_load", Summary: "Tell how far the load of an index is, or how the last one ended", Access: service.Read,
			Answers: ok("with what it read", vector.Load{}), Errors: []*wire.Kind{vector.ErrIndexNotFound, vector.ErrLoadNotFound}, Handle: s.getLoad},
		{Method: "DELETE", Path: at + "/load", ID: "cancel_load", Summary: "Cancel the load that runs; what was added stays", Access: service.Write,
			Answers: ok("how it ended", vector.Load{}), Errors: []*wire.Kind{vector.ErrIndexNotFound, vector.ErrLoadNotFound}, Handle: s.cancelLoad},
		{Method: "POST", Path: at + "/snapshot", ID: "create_snapshot", Summary: "Keep the index as it is now", Access: service.Write, Body: json(vector.NewSnapshot{}),
			Answers: []service.Answer{{Status: 201, Doc: "kept until it is removed", Type: vector.Snapshot{}}}, Errors: changes(vector.ErrBadIndex, vector.ErrSnapshotExists, vector.ErrNotPersisted), Handle: s.createSnapshot},
		{Method: "GET", Path: at + "/snapshots", ID: "list_snapshots", Summary: "List the snapshots of an index, also of one that was dropped", Access: service.Read,
			Answers: ok("the oldest first", vector.Snapshots{}), Errors: []*wire.Kind{vector.ErrBadIndex}, Handle: s.listSnapshots},
		{Method: "DELETE", Path: at + "/snapshots/{snapshot}", ID: "drop_snapshot", Summary: "Remove a snapshot", Access: service.Write,
			Answers: []service.Answer{{Status: 204, Doc: "removed"}}, Errors: []*wire.Kind{vector.ErrBadIndex, vector.ErrSnapshotNotFound}, Handle: s.dropSnapshot},
		{Method: "POST", Path: at + "/restore", ID: "restore_index", Summary: "Make an index of a snapshot: in place of what is there, or under another name", Access: service.Write, Body: json(vector.Restore{}),
			Answers: ok("it serves from now on", vector.Index{}), Errors: []*wire.Kind{vector.ErrBadIndex, vector.ErrSnapshotNotFound, vector.ErrIndexExists, vector.ErrNotPersisted, vector.ErrIndexMemory, vector.ErrIndexTaken, storage.ErrStorageFull, storage.ErrDiskReserve}, Handle: s.restore},
		{Method: "GET", Path: "/vectors/aliases", ID: "list_aliases", Summary: "List the aliases", Access: service.Read,
			Answers: ok("in order", vector.Aliases{}), Handle: s.listAliases},
		{Method: "PUT", Path: "/vectors/aliases/{alias}", ID: "set_alias", Summary: "Let another name lead to an index, in place of where it led", Access: service.Write, Body: json(vector.AliasTo{}),
			Answers: ok("from now on", vector.Alias{}), Errors: []*wire.Kind{vector.ErrBadIndex, vector.ErrIndexNotFound, vector.ErrIndexExists, vector.ErrIndexTaken}, Handle: s.setAlias},
		{Method: "DELETE", Path: "/vectors/aliases/{alias}", ID: "drop_alias", Summary: "Remove an alias, and not its index", Access: service.Write,
			Answers: []service.Answer{{Status: 204, Doc: "removed"}}, Errors: []*wire.Kind{vector.ErrAliasNotFound}, Handle: s.dropAlias},
	}
	for i := range routes {
		routes[i].Handle = worded(routes[i].Handle)
	}
	return routes
}
