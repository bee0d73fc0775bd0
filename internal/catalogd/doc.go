// Package catalogd keeps the datasets: their schemas, their versions and which
// objects each version is made of; and the views, which read them. See package catalog for what it promises.
//
// A dataset is an Iceberg table (format v2) in the bucket, under
// datasets/<dataset_id>/, and one pointer object, catalog/<namespace>/<name>.json.
// The pointer names the table's current metadata file and is the only object
// that ever changes, by compare-and-swap. Everything else is written once,
// under a fresh name, before the pointer that refers to it. So a crash at any
// moment leaves either the old version or the new one, and at worst a few files
// that nothing refers to. Orphan removal finds those (orphansearch.go).
//
// How a registration goes:
//
//   - its objects are inspected (footer.go) and brought into the dataset's
//     folder under the dataset's field ids (adopt.go, recode.go), all without
//     a lock;
//   - it queues at its dataset (queue.go). Whoever comes first commits for all
//     that wait; appends that wait together become one version;
//   - the batch is held against the dataset as it is now (plan.go), the Iceberg
//     files are made in memory and written together (snapshot.go, manifest.go),
//     and the pointer is swapped (commit.go).
//
// What changes a dataset and brings no objects is an edit (edit.go): a tag, a
// rollback, a drop. It goes the same way, by itself. A pointer outlives its dataset
// (departed.go), and a rename freezes two of them (settle.go).
//
// A name has a dataset or a view (view.go), and its one pointer says which. A view is
// changed by edits alone (viewedit.go); its versions are in a metadata file in a folder
// like a dataset's (viewfile.go). What an edit wants of a name is its subject.
//
// A start reads the pointers alone; a table is read when it is first asked for.
package catalogd
