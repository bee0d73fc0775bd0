// Package api holds the specification of the fleet's API, OpenAPI 3.1, as the
// gateway serves it at /v1/openapi.json.
//
// It is made from the routes of the daemons by `go run ./docs/api/gen`, and a
// test there fails when the two differ: the routes are the source.
package api

import _ "embed"

// Document is the specification as JSON.
//
//go:embed openapi.json
var Document string
