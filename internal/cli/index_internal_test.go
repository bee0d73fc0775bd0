package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// A list of indexes shows which of them have lost something.
func TestAListShowsDamage(t *testing.T) {
	x := vector.Index{Name: "people", State: vector.Serving, Stats: &vector.Stats{Durable: &vector.Durable{}}}
	if got := indexRow(x); !slices.Contains(got, "ready") {
		t.Errorf("%q", got)
	}
	x.Stats.Durable.Damage = []vector.Damage{{Detail: "lost"}}
	if got := indexRow(x); !slices.Contains(got, "ready, damaged") {
		t.Errorf("%q", got)
	}
}

// What a list and the stats show is all that counts against the limit.
func TestMemoryIsShownAsItCounts(t *testing.T) {
	m := vector.Memory{Vectors: 1 << 20, IDs: 2 << 20, Metadata: 4 << 20, Values: 8 << 20, Lexical: 16 << 20, All: 40 << 20, Limit: 64 << 20}
	x := vector.Index{Name: "people", State: vector.Serving, Stats: &vector.Stats{Memory: m}}
	if got := indexRow(x); !slices.Contains(got, "31.0 MiB") {
		t.Errorf("%q", got)
	}
	var out bytes.Buffer
	showIndex(&out, x)
	for _, part := range []string{"31.0 MiB: 1.0 MiB for vectors", "2.0 MiB for ids", "4.0 MiB for metadata", "8.0 MiB for what filters", "16.0 MiB for the words", "all indexes take 40.0 MiB of 64.0 MiB"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in %s", part, &out)
		}
	}
}

// Of an index whose name is damaged it is not known what it is, and it is dropped like any other.
func TestAnIndexOfWhichOnlyTheNameIsKnown(t *testing.T) {
	x := vector.Index{Name: "people", State: vector.Failed, Reason: "the object is damaged"}
	var out bytes.Buffer
	showIndex(&out, x)
	if text := out.String(); strings.Contains(text, " 0 ") || strings.Contains(text, "0001-") || !strings.Contains(text, "not known") {
		t.Error(text)
	}
	if got := indexRow(x); slices.Contains(got, "0") || slices.Contains(got, "0001-01-01 00:00:00") {
		t.Errorf("%q", got)
	}
	taken := vector.ErrIndexExists.Errorf("the index people is there").With("index", "people").With("shape", map[string]any{"dimension": 0})
	if got := takenWords("people", taken).Error(); !strings.Contains(got, "lakehouse index drop people") {
		t.Error(got)
	}
	taken = vector.ErrIndexExists.Errorf("people is an alias").With("index", "people-2")
	if got := takenWords("people", taken).Error(); !strings.Contains(got, "lakehouse index alias drop people") {
		t.Error(got)
	}
}

// How many of some ids are not there is told.
func TestIDsThatAreNotThere(t *testing.T) {
	for _, c := range []struct {
		ids   []string
		there int
		want  string
	}{
		{nil, 7, ""},
		{[]string{"a", "a"}, 1, ""},
		{[]string{"a"}, 0, "; no such item is there"},
		{[]string{"a", "b"}, 0, "; no such item is there"},
		{[]string{"a", "b", "a"}, 1, "; 1 of the 2 ids is not there"},
		{[]string{"a", "b", "c"}, 1, "; 2 of the 3 ids are not there"},
	} {
		if got := missingWords(c.ids, c.there); got != c.want {
			t.Errorf("%v: %q, want %q", c.ids, got, c.want)
		}
	}
}

// Where the model of an index is another one now, the commands are named that make it anew.
func TestAModelThatChangedIsToldWithItsCommands(t *testing.T) {
	err := with(ofIndexes("jobs"), embedding.ErrModelChanged.Errorf("it is another one").With("model", "small"))
	for _, command := range []string{"index create jobs-2 --model small", "index items jobs --limit 0 --json | lakehouse index load jobs-2 --file -", "index alias set ALIAS jobs-2"} {
		if !strings.Contains(err.Error(), command) {
			t.Errorf("%q is not in %v", command, err)
		}
	}
}
