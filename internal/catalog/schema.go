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
	assigned = slices.Clone(wanted)
	for i, w := range assigned {
		at := slices.IndexFunc(current, func(c Column) bool { return c.Name == w.Name && c.Type == w.Type })
		if at >= 0 {
			assigned[i].FieldID = current[at].FieldID
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
	for _, w := range wanted {
		at := slices.IndexFunc(current, func(c Column) bool { return c.Name == w.Name })
		switch {
		case at < 0:
			changes = append(changes, Change{Column: w.Name, Change: "added", To: &w.Type})
		case current[at].Type != w.Type && !current[at].Unvalued && !w.Unvalued:
			changes = append(changes, Change{Column: w.Name, Change: "retyped", From: &current[at].Type, To: &w.Type})
		}
	}
	for _, c := range current {
		if !slices.ContainsFunc(wanted, func(w Column) bool { return w.Name == c.Name }) {
			changes = append(changes, Change{Column: c.Name, Change: "removed", From: &c.Type})
		}
	}
	return changes
}
