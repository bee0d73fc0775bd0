package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Fingerprint identifies a schema: SHA-256 over the sorted (name, type) pairs.
// It does not depend on the order of the columns nor on their field ids.
func Fingerprint(columns []Column) string {
	pairs := make([]string, len(columns))
	for i, c := range columns {
		pairs[i] = c.Name + "\x00" + c.Type + "\x00"
	}
	slices.Sort(pairs)
	sum := sha256.Sum256([]byte(strings.Join(pairs, "")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Assign gives the wanted columns their field ids: a column whose name and type
// are there keeps its id, any other gets a fresh one above lastID. A changed
// type is a new column under an old name, so that files written before read as
// NULL in it and older versions keep their meaning.
func Assign(current []Column, lastID int, wanted []Column) (assigned []Column, newLastID int) {
	at := positions(current)
	assigned = slices.Clone(wanted)
	for i, w := range wanted {
		if j, there := at[w.Name]; there && current[j].Type == w.Type {
			assigned[i].FieldID = current[j].FieldID
			continue
		}
		lastID++
		assigned[i].FieldID = lastID
	}
	return assigned, lastID
}

// Diff tells what separates wanted from current, under the rule that a column
// without any value adopts a real type, and that one whose type is already
// known takes a file without values. The order of columns is free. An empty
// result means that wanted fits.
func Diff(current, wanted []Column) []Change {
	var changes []Change
	there, brought := positions(current), positions(wanted)
	for _, w := range wanted {
		i, known := there[w.Name]
		switch {
		case !known:
			changes = append(changes, Change{Column: w.Name, Change: "added", To: &w.Type})
		case current[i].Type != w.Type && !current[i].Unvalued && !w.Unvalued:
			changes = append(changes, Change{Column: w.Name, Change: "retyped", From: &current[i].Type, To: &w.Type})
		}
	}
	for _, c := range current {
		if _, kept := brought[c.Name]; !kept {
			changes = append(changes, Change{Column: c.Name, Change: "removed", From: &c.Type})
		}
	}
	return changes
}

// positions gives where each column stands.
func positions(columns []Column) map[string]int {
	at := make(map[string]int, len(columns))
	for i, c := range columns {
		at[c.Name] = i
	}
	return at
}
