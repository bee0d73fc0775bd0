package catalog

import (
	"slices"
	"strconv"
	"time"
)

// VersionDiff is what separates two versions of a dataset. Rows are counted by the
// files that hold them: a file of one version that the other does not have adds or
// removes all of its rows, also where they stand in another file again.
type VersionDiff struct {
	Dataset      string         `json:"dataset"`
	Namespace    string         `json:"namespace"`
	DatasetID    string         `json:"dataset_id"`
	From         DiffSide       `json:"from"`
	To           DiffSide       `json:"to"`
	Schema       []SchemaChange `json:"schema"`
	RowsAdded    int64          `json:"rows_added"`
	RowsRemoved  int64          `json:"rows_removed"`
	FilesAdded   int64          `json:"files_added"`
	FilesRemoved int64          `json:"files_removed"`
	BytesAdded   int64          `json:"bytes_added"`
	BytesRemoved int64          `json:"bytes_removed"`
}

// DiffSide is one of the versions compared.
type DiffSide struct {
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
	Fingerprint string    `json:"fingerprint"`
	Rows        int64     `json:"rows"`
	Bytes       int64     `json:"bytes"`
	Files       int64     `json:"files"`
}

// SchemaChange is one difference between the columns of two versions. A column is
// the same by its field id, and by its name where a type was changed, which gives
// a new id. From and To are types, names of a renamed column, or positions, from 1,
// of a reordered one.
type SchemaChange struct {
	FieldID int     `json:"field_id"`
	Column  string  `json:"column"`
	Change  string  `json:"change"` // added, removed, retyped, renamed, reordered
	From    *string `json:"from"`
	To      *string `json:"to"`
}

// CompareVersions gives what separates two versions of a dataset.
func CompareVersions(from, to Manifest) VersionDiff {
	d := VersionDiff{
		Dataset: to.Name, Namespace: to.Namespace, DatasetID: to.DatasetID,
		From: side(from), To: side(to), Schema: SchemaChanges(from.Columns, to.Columns),
	}
	d.FilesAdded, d.RowsAdded, d.BytesAdded = beyond(to.Objects, from.Objects)
	d.FilesRemoved, d.RowsRemoved, d.BytesRemoved = beyond(from.Objects, to.Objects)
	return d
}

func side(m Manifest) DiffSide {
	return DiffSide{Version: m.Version, CreatedAt: m.UpdatedAt, Fingerprint: m.Fingerprint, Rows: m.Rows, Bytes: m.Bytes, Files: int64(len(m.Objects))}
}

// beyond counts the objects that others do not have.
func beyond(objects, others []DataObject) (files, rows, bytes int64) {
	there := make(map[string]bool, len(others))
	for _, o := range others {
		there[o.Key] = true
	}
	for _, o := range objects {
		if !there[o.Key] {
			files, rows, bytes = files+1, rows+o.Rows, bytes+o.Size
		}
	}
	return files, rows, bytes
}

// SchemaChanges gives what separates two schemas: what changed by the order of
// after, then what was removed, then what moved.
func SchemaChanges(before, after []Column) []SchemaChange {
	changes := []SchemaChange{}
	was := origins(before, after)
	stayed := make([]bool, len(before))
	for i, c := range after {
		add := func(change string, from, to *string) {
			changes = append(changes, SchemaChange{FieldID: c.FieldID, Column: c.Name, Change: change, From: from, To: to})
		}
		if was[i] < 0 {
			add("added", nil, &after[i].Type)
			continue
		}
		old := &before[was[i]]
		stayed[was[i]] = true
		if old.Name != c.Name {
			add("renamed", &old.Name, &after[i].Name)
		}
		if old.Type != c.Type {
			add("retyped", &old.Type, &after[i].Type)
		}
	}
	for i, c := range before {
		if !stayed[i] {
			changes = append(changes, SchemaChange{FieldID: c.FieldID, Column: c.Name, Change: "removed", From: &before[i].Type})
		}
	}
	for _, i := range moved(was) {
		from, to := strconv.Itoa(was[i]+1), strconv.Itoa(i+1)
		changes = append(changes, SchemaChange{FieldID: after[i].FieldID, Column: after[i].Name, Change: "reordered", From: &from, To: &to})
	}
	return changes
}

// origins gives for each column of after where it stood in before, -1 for a new one.
func origins(before, after []Column) []int {
	ids := make(map[int]int, len(before))
	for i, c := range before {
		ids[c.FieldID] = i
	}
	was := make([]int, len(after))
	for i, c := range after {
		was[i] = -1
		if at, ok := ids[c.FieldID]; ok {
			was[i] = at
			delete(ids, c.FieldID)
		}
	}
	names := positions(before)
	for i, c := range after {
		if at, ok := names[c.Name]; ok && was[i] < 0 {
			if _, free := ids[before[at].FieldID]; free {
				was[i] = at
			}
		}
	}
	return was
}

// moved gives the fewest columns that have to move for the others to keep their
// order: those outside of a longest rising sequence.
func moved(was []int) []int {
	previous := make([]int, len(was))
	var tails []int // the last of the best sequence of each length
	for i, at := range was {
		if at < 0 {
			continue
		}
		n, _ := slices.BinarySearchFunc(tails, at, func(t, at int) int { return was[t] - at })
		previous[i] = -1
		if n > 0 {
			previous[i] = tails[n-1]
		}
		tails = append(tails[:n], append([]int{i}, tails[min(n+1, len(tails)):]...)...)
	}
	rising := map[int]bool{}
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = previous[i] {
			rising[i] = true
		}
	}
	var out []int
	for i, at := range was {
		if at >= 0 && !rising[i] {
			out = append(out, i)
		}
	}
	return out
}
