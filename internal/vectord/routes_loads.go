package vectord

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

func (operations) startLoad() service.Route {
	return service.Route{
		ID: "load_index", Summary: "Load the rows of a SELECT as items, in the background; again, only what changed", Body: jsonOf(vector.NewLoad{}),
		Answers: []service.Answer{{Status: http.StatusAccepted, Doc: "begun; it goes on after a restart", Type: vector.Load{}}},
		Errors:  changing(vector.ErrLoadRunning),
	}
}

func (operations) getLoad() service.Route {
	return service.Route{
		ID: "get_load", Summary: "Tell how far the load of an index is, or how the last one ended",
		Answers: ok("with what it read", vector.Load{}), Errors: kinds(vector.ErrIndexNotFound, vector.ErrLoadNotFound),
	}
}

func (operations) cancelLoad() service.Route {
	return service.Route{
		ID: "cancel_load", Summary: "Cancel the load that runs; what was added stays",
		Answers: ok("how it ended", vector.Load{}), Errors: inside(vector.ErrLoadNotFound),
	}
}
