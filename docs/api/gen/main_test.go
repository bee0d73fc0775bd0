package main

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/docs/api"
)

func TestTheCommittedSpecificationIsThatOfTheRoutes(t *testing.T) {
	document, err := spec("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if string(document) != api.Document {
		t.Error("docs/api/openapi.json is not what the routes say; run: go run ./docs/api/gen")
	}
}
