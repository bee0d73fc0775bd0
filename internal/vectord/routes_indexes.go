package vectord

import (
	"net/http"
	"slices"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// operations say what the operations of the API take and answer.
type operations struct{ maxBody int64 }

func (operations) createIndex() service.Route {
	return service.Route{
		ID: "create_index", Summary: "Make an index", Body: jsonOf(vector.NewIndex{}),
		Answers: []service.Answer{
			{Status: http.StatusCreated, Doc: "made", Type: vector.Index{}},
			{Status: http.StatusOK, Doc: "it was there, with the same parameters, and if_not_exists was given", Type: vector.Index{}},
		},
		Errors: storing(embedded(vector.ErrBadIndex, vector.ErrIndexExists, vector.ErrIndexMemory, vector.ErrDimension)...),
	}
}

func (operations) listIndexes() service.Route {
	return service.Route{ID: "list_indexes", Summary: "List the indexes", Query: paging(), Answers: ok("in order of their names", vector.Indexes{})}
}

func (operations) getIndex() service.Route {
	return service.Route{
		ID: "get_index", Summary: "Describe an index: its parameters, what it holds and takes",
		Query:   []service.Param{{Name: "recall", Type: "integer", Doc: "search for so many vectors of the index itself, at most 1,000, and tell the recall of the graph"}},
		Answers: ok("also while it is being loaded", vector.Index{}), Errors: kinds(vector.ErrIndexNotFound),
	}
}

func (operations) dropIndex() service.Route {
	return service.Route{
		ID: "drop_index", Summary: "Drop an index with its aliases and all that is in storage of it, but for snapshots",
		Answers: gone("dropped"), Errors: kinds(vector.ErrIndexNotFound, vector.ErrBadIndex),
	}
}

func (operations) acknowledgeDamage() service.Route {
	return service.Route{
		ID: "acknowledge_damage", Summary: "Acknowledge the damage that the stats of an index tell of: it is told no more",
		Answers: gone("acknowledged"), Errors: changing(vector.ErrNotPersisted),
	}
}

func (operations) createSnapshot() service.Route {
	return service.Route{
		ID: "create_snapshot", Summary: "Keep the index as it is now", Body: jsonOf(vector.NewSnapshot{}),
		Answers: []service.Answer{{Status: http.StatusCreated, Doc: "kept until it is removed", Type: vector.Snapshot{}}},
		Errors:  changing(vector.ErrBadIndex, vector.ErrSnapshotExists, vector.ErrNotPersisted),
	}
}

func (operations) listSnapshots() service.Route {
	return service.Route{
		ID: "list_snapshots", Summary: "List the snapshots of an index, also of one that was dropped, and what is wrong with those that are damaged",
		Answers: ok("the oldest first", vector.Snapshots{}), Errors: kinds(vector.ErrBadIndex),
	}
}

func (operations) dropSnapshot() service.Route {
	return service.Route{
		ID: "drop_snapshot", Summary: "Remove a snapshot",
		Answers: gone("removed"), Errors: kinds(vector.ErrBadIndex, vector.ErrSnapshotNotFound),
	}
}

func (operations) restoreIndex() service.Route {
	return service.Route{
		ID: "restore_index", Summary: "Make an index of a snapshot: in place of what is there, or under another name", Body: jsonOf(vector.Restore{}),
		Answers: ok("it serves from now on", vector.Index{}),
		Errors:  storing(vector.ErrBadIndex, vector.ErrSnapshotNotFound, vector.ErrSnapshotDamaged, vector.ErrIndexExists, vector.ErrNotPersisted, vector.ErrIndexMemory, vector.ErrIndexLoading, vector.ErrLoadRunning),
	}
}

func (operations) listAliases() service.Route {
	return service.Route{ID: "list_aliases", Summary: "List the aliases", Answers: ok("in order", vector.Aliases{})}
}

func (operations) setAlias() service.Route {
	return service.Route{
		ID: "set_alias", Summary: "Let another name lead to an index, in place of where it led", Body: jsonOf(vector.AliasTo{}),
		Answers: ok("from now on", vector.Alias{}),
		Errors:  kinds(vector.ErrBadIndex, vector.ErrIndexNotFound, vector.ErrIndexExists, vector.ErrIndexTaken),
	}
}

func (operations) dropAlias() service.Route {
	return service.Route{ID: "drop_alias", Summary: "Remove an alias, and not its index", Answers: gone("removed"), Errors: kinds(vector.ErrAliasNotFound)}
}

func kinds(list ...*wire.Kind) []*wire.Kind { return list }

// storing adds the errors of what writes to storage.
func storing(more ...*wire.Kind) []*wire.Kind {
	return slices.Concat(more, kinds(vector.ErrIndexTaken, storage.ErrStorageFull, storage.ErrDiskReserve))
}

// inside adds the errors of what needs an open index.
func inside(more ...*wire.Kind) []*wire.Kind {
	return slices.Concat(kinds(vector.ErrIndexNotFound, vector.ErrIndexLoading, vector.ErrIndexFailed), more)
}

// embedded adds the errors of what has embedd make vectors.
func embedded(more ...*wire.Kind) []*wire.Kind {
	return slices.Concat(more, kinds(embedding.ErrModelNotFound, embedding.ErrModelChanged, embedding.ErrTooManyCalls,
		embedding.ErrBadProvider, embedding.ErrRefused, embedding.ErrProviderDown, embedding.ErrEmbedTimeout))
}

// changing adds the errors of what changes an open index.
func changing(more ...*wire.Kind) []*wire.Kind { return inside(storing(more...)...) }

func jsonOf(v any) *service.Body { return &service.Body{Type: v} }

func ok(doc string, v any) []service.Answer {
	return []service.Answer{{Status: http.StatusOK, Doc: doc, Type: v}}
}

func gone(doc string) []service.Answer {
	return []service.Answer{{Status: http.StatusNoContent, Doc: doc}}
}

func paging() []service.Param {
	return []service.Param{
		{Name: "cursor", Type: "string", Doc: "next_cursor of the page before"},
		{Name: "limit", Type: "integer", Doc: "of a page; 1 to 1,000, default 100"},
	}
}
