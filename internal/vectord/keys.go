package vectord

import (
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/durable"
)

// What vectord keeps in storaged, all of it under "vectors/":
//
//	vectors/<id>/...                          an index, as package durable has it
//	vectors/<id>/load.json                    what its last load is, or was, as package loading has it
//	vectors/<id>/erasures/<digest>            that items were erased by a filter of late
//	vectors/names/<name>.json                 where a name leads: to an index, or as an alias to a name
//	vectors/condemned/<id>                    that an index is litter unless a name leads to it
//	vectors/condemned/snapshots/<name>/<snapshot>   that a snapshot is litter unless it has its about.json
//	vectors/snapshots/<name>/<snapshot>/...   an index as it was: its copy, and about.json
//
// Ids are UUIDs, so that no index lies where the others do. Snapshots belong to a name,
// and outlive the index.
const (
	vectorsFolder   = "vectors/"
	namesFolder     = vectorsFolder + "names/"
	condemnedFolder = vectorsFolder + "condemned/"
	snapshotsFolder = vectorsFolder + "snapshots/"
)

// isIndexFolder tells a folder of an index from those of names and snapshots.
func isIndexFolder(folder string) bool {
	return folder != namesFolder && folder != condemnedFolder && folder != snapshotsFolder
}

// indexIDOf gives the id of an index by its folder.
func indexIDOf(folder string) string {
	return strings.TrimSuffix(strings.TrimPrefix(folder, vectorsFolder), "/")
}

func erasuresFolder(id string) string { return durable.Folder(id) + "erasures/" }

func nameKey(name string) string { return namesFolder + name + ".json" }

// nameOf gives the name that a key is of.
func nameOf(key string) string {
	return strings.TrimSuffix(strings.TrimPrefix(key, namesFolder), ".json")
}

func condemnedKey(id string) string { return condemnedFolder + id }

// condemnedOf gives what a key condemns: the id of an index, or what snapshotID gives.
func condemnedOf(key string) string { return strings.TrimPrefix(key, condemnedFolder) }

// snapshotID is what a snapshot is condemned by, as an index is by its id.
func snapshotID(index, snapshot string) string { return "snapshots/" + index + "/" + snapshot }

// snapshotOf gives what snapshotID was made of, if it was that.
func snapshotOf(condemned string) (index, snapshot string, is bool) {
	rest, is := strings.CutPrefix(condemned, "snapshots/")
	if is {
		index, snapshot, is = strings.Cut(rest, "/")
	}
	return index, snapshot, is
}

// snapshotsOf is where all snapshots of an index lie, by its name.
func snapshotsOf(index string) string { return snapshotsFolder + index + "/" }

func snapshotFolder(index, snapshot string) string { return snapshotsOf(index) + snapshot + "/" }

// snapshotNameOf gives the name of a snapshot by its folder.
func snapshotNameOf(index, folder string) string {
	return strings.TrimSuffix(strings.TrimPrefix(folder, snapshotsOf(index)), "/")
}

// copyKey is the key of a snapshot's copy of the index; its parts begin so too.
func copyKey(index, snapshot string) string { return snapshotFolder(index, snapshot) + "index" }

// aboutKey is the key of what is said of a snapshot, which is written last: without it
// there is none.
func aboutKey(index, snapshot string) string { return snapshotFolder(index, snapshot) + "about.json" }
