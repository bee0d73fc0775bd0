package bodies

import (
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// checkBounds refuses a body that has more than may be asked for at once, before anything is
// made of it. What a name stands for is the same in all bodies.
func checkBounds(body []byte) error {
	return wire.CheckBounds(body,
		wire.Bound{Field: "items", Most: vector.MaxItems, TooMany: tooMany},
		wire.Bound{Field: "vectors", Most: vector.MaxItems, TooMany: tooMany},
		wire.Bound{Field: "ids", Most: vector.MaxItems, TooMany: func(n int) error {
			return wire.ErrBadRequest.Errorf("there are %d ids at least; give at most %d at once, or a filter", n, vector.MaxItems).With("limit", vector.MaxItems)
		}},
		examples("positive"), examples("negative"),
		wire.Bound{Field: "set", Most: vector.MaxItems, TooMany: tooLong("set")},
		wire.Bound{Field: "remove", Most: vector.MaxItems, TooMany: tooLong("remove")},
		wire.Bound{Field: "snapshots", Most: vector.MaxItems, TooMany: tooLong("snapshots")},
	)
}

// tooMany refuses more rows at once than there may be.
func tooMany(n int) error {
	return wire.ErrBodyTooLarge.Errorf("there are %d rows at least; send at most %d at once", n, vector.MaxItems).With("limit", vector.MaxItems)
}

// examples bounds the ids of items that are searched by.
func examples(field string) wire.Bound {
	return wire.Bound{Field: field, Most: engine.MaxExamples, TooMany: func(n int) error {
		return vector.ErrBadSearch.Errorf("%q has %d ids at least; a search may have %d", field, n, engine.MaxExamples).With("limit", engine.MaxExamples)
	}}
}

func tooLong(field string) func(int) error {
	return func(n int) error {
		return wire.ErrBadRequest.Errorf("%q has %d at least; give at most %d at once", field, n, vector.MaxItems).With("field", field).With("limit", vector.MaxItems)
	}
}
