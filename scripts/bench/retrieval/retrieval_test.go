package main

import (
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
)

func TestJudgedByTheRankOfTheAnswer(t *testing.T) {
	hits := [][]engine.Hit{
		{{ID: "0"}, {ID: "7"}},
		{{ID: "3"}, {ID: "4"}, {ID: "5"}, {ID: "1"}},
		{{ID: "22"}, {ID: "12"}},
		{},
	}
	if got, want := judged(hits), (quality{(1 + .25) / 4, .5}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
