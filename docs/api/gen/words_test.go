package main

import (
	"encoding/json"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/docs/api"
)

// A stranger is told of every field of the vector API what it means, and of one that takes
// one of some words which these are.
func TestEveryFieldOfTheVectorAPIIsDescribed(t *testing.T) {
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Description string
				Properties  map[string]struct {
					Description string
					Enum        []string
					Default     any
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(api.Document), &doc); err != nil {
		t.Fatal(err)
	}
	all := doc.Components.Schemas
	for name, schema := range all {
		if !strings.HasPrefix(name, "Vector") {
			continue
		}
		if schema.Description == "" {
			t.Errorf("%s has no words in the source", name)
		}
		for property, p := range schema.Properties {
			if _, after, _ := strings.Cut(schema.Description, " "); strings.Contains(after, strings.ToUpper(property[:1])+property[1:]) {
				t.Errorf("%s calls its field %s as Go does: %s", name, property, schema.Description)
			}
			if p.Description == "" {
				t.Errorf("%s of %s has no words in the source", property, name)
			}
		}
	}
	made := all["VectorNewIndex"].Properties
	if got := strings.Join(made["metric"].Enum, " "); got != "cosine dot l2" || made["metric"].Default != "cosine" || made["m"].Default != 16.0 {
		t.Errorf("a new index: metrics %s, %v by default; m %v", got, made["metric"].Default, made["m"].Default)
	}
	if got := strings.Join(all["VectorLoad"].Properties["state"].Enum, " "); got != "running succeeded failed cancelled lost" {
		t.Errorf("the states of a load: %s", got)
	}
}

// What a comment links to in the documentation of Go is a plain word elsewhere.
func TestWordsOfAComment(t *testing.T) {
	s := newSource("../../..")
	got := s.of("git.agentview.dev/profit/golanglakehouse/internal/query", "Request", "AsOf")
	if s.err != nil || got != "AsOf is an AsOf in JSON: a time for every table, or versions by name." {
		t.Errorf("%q, %v", got, s.err)
	}
	if got := s.of("time", "Time", ""); got != "" || s.err != nil {
		t.Errorf("of a package that is not ours: %q, %v", got, s.err)
	}
	if s.of("git.agentview.dev/profit/golanglakehouse/internal/nowhere", "T", ""); s.err == nil {
		t.Error("a package that is not there has no error")
	}
}
