package catalogd

import (
	"slices"
	"strings"

	"github.com/apache/iceberg-go"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

const (
	maxColumns     = 10_000
	maxColumnBytes = 1024 // of a column's name
)

// checkColumns refuses columns that no dataset can have: none, too many, names
// that are empty or alike by case, types that do not parse.
func checkColumns(columns []catalog.Column) error {
	switch {
	case len(columns) == 0:
		return catalog.ErrBadSchema.Errorf("there are no columns: give columns, or objects that have some")
	case len(columns) > maxColumns:
		return catalog.ErrBadSchema.Errorf("there are %d columns; at most %d are allowed", len(columns), maxColumns).With("limit", maxColumns)
	}
	seen := make(map[string]bool, len(columns))
	for _, c := range columns {
		folded := strings.ToLower(c.Name)
		switch {
		case c.Name == "" || len(c.Name) > maxColumnBytes:
			return badColumn(c.Name, "its name has %d bytes; 1 to %d are allowed", len(c.Name), maxColumnBytes)
		case strings.Contains(c.Name, "\x00"):
			return badColumn(c.Name, "its name holds a NUL, which SQL cannot write")
		case seen[folded]:
			return badColumn(c.Name, "there are two columns of that name (upper and lower case count as the same)")
		}
		seen[folded] = true
		if _, err := parseType(c.Type, func() int { return 1 }); err != nil {
			return badColumn(c.Name, "%v", err)
		}
	}
	return nil
}

func badColumn(name, format string, args ...any) error {
	return catalog.ErrBadSchema.Errorf("column %q: "+format, append([]any{shorten(name)}, args...)...).With("column", shorten(name))
}

// target is the schema that a registration gives a dataset: the columns with
// their field ids, and the same for Iceberg.
type target struct {
	columns []catalog.Column
	schema  *iceberg.Schema
}

// fit holds the columns of a registration against the dataset as it is (nil:
// the name is free). What does not fit is refused with the difference. whole tells
// that no row that is there stays.
func fit(current *pointer, schema *iceberg.Schema, mode catalog.SchemaMode, wanted []catalog.Column, whole bool) (target, error) {
	var described []catalog.Column
	if current != nil {
		described = current.Columns
	}
	wanted = describedAs(wanted, described)
	switch {
	case current == nil:
		columns, lastID := catalog.Assign(nil, 0, wanted)
		return newTarget(columns, nil, lastID)
	case mode == catalog.ReplaceSchema:
		at := positions(current.Columns)
		columns, lastID := catalog.Assign(current.Columns, current.LastColumnID, wanted)
		for i, c := range columns {
			if j, there := at[c.Name]; there && current.Columns[j].FieldID == c.FieldID {
				columns[i].Unvalued = c.Unvalued && current.Columns[j].Unvalued
			}
		}
		return newTarget(columns, schema, lastID)
	}
	if mode == catalog.EvolveSchema {
		return evolve(current, schema, wanted, whole)
	}
	if changes := catalog.Diff(current.Columns, wanted); len(changes) > 0 {
		return target{}, drift(current, changes)
	}
	columns, lastID := catalog.Assign(current.Columns, current.LastColumnID, settle(current.Columns, wanted))
	return newTarget(columns, schema, lastID)
}

// evolve widens the dataset's columns and adds new ones. A type that old files
// cannot be read under is drift, unless none of their rows stays.
func evolve(current *pointer, schema *iceberg.Schema, wanted []catalog.Column, whole bool) (target, error) {
	columns, lastID := catalog.Evolve(current.Columns, current.LastColumnID, wanted)
	var changes []catalog.Change
	for i, c := range current.Columns {
		if columns[i].FieldID != c.FieldID && !c.Unvalued && !whole {
			changes = append(changes, catalog.Change{Column: c.Name, Change: "retyped", From: &c.Type, To: &columns[i].Type})
		}
	}
	if len(changes) > 0 {
		return target{}, drift(current, changes)
	}
	return newTarget(columns, schema, lastID)
}

func drift(current *pointer, changes []catalog.Change) error {
	name := catalog.Name{Namespace: current.Dataset.Namespace, Name: current.Dataset.Name}
	return catalog.ErrSchemaDrift.Errorf("the columns differ from those of %s in %d places, see diff; mend the file, or use mode=replace with schema=replace to give the dataset the new schema", name, len(changes)).
		With("dataset", name.String()).With("diff", changes)
}

// settle gives the columns that follow from two sets that fit, in the current
// order: a column without values takes the type that came, and one that came
// without values keeps the type that is there.
func settle(current, wanted []catalog.Column) []catalog.Column {
	at := positions(wanted)
	settled := slices.Clone(current)
	for i, c := range settled {
		w := wanted[at[c.Name]]
		if c.Unvalued && !w.Unvalued {
			settled[i].Type = w.Type
		}
		settled[i].Unvalued = c.Unvalued && w.Unvalued
	}
	return settled
}

func positions(columns []catalog.Column) map[string]int {
	at := make(map[string]int, len(columns))
	for i, c := range columns {
		at[c.Name] = i
	}
	return at
}

// newTarget makes the Iceberg schema of columns. Those that were there keep the
// ids inside of their types, others get fresh ones above lastID. Every column
// is optional, so that a later file without a value in it fits.
func newTarget(columns []catalog.Column, before *iceberg.Schema, lastID int) (target, error) {
	next := func() int { lastID++; return lastID }
	fields := make([]iceberg.NestedField, len(columns))
	for i, c := range columns {
		columns[i].Nullable = true
		fields[i] = iceberg.NestedField{ID: c.FieldID, Name: c.Name, Doc: c.Description}
		if before != nil {
			if old, ok := before.FindTypeByID(c.FieldID); ok && sameText(old, c.Type) {
				fields[i].Type = old
				continue
			}
		}
		t, err := parseType(c.Type, next)
		if err != nil {
			return target{}, badColumn(c.Name, "%v", err)
		}
		fields[i].Type = t
	}
	return target{columns: columns, schema: iceberg.NewSchema(0, fields...)}, nil
}

func sameText(t iceberg.Type, text string) bool {
	own, err := textOf(t)
	return err == nil && own == text
}

// sameFields tells whether a file made for one schema fits another: the same
// names with the same ids and types, in any order.
func sameFields(a, b *iceberg.Schema) bool {
	if a.NumFields() != b.NumFields() {
		return false
	}
	for _, f := range a.Fields() {
		g, ok := b.FindFieldByID(f.ID)
		if !ok || g.Name != f.Name || !g.Type.Equals(f.Type) {
			return false
		}
	}
	return true
}
