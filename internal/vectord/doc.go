// Package vectord is the daemon that keeps indexes of vectors and searches them. What it
// promises is said by its contract, package vector.
//
// An index has a name, which leads to an id (names): every index is made under a fresh
// id, so that what is dropped, made again or restored never shares a folder of objects.
// The names are objects of their own, written by compare-and-swap. A start reads the
// names, then opens the indexes side by side (registry); those that are open serve
// meanwhile.
//
// A change goes through its index's committer (package durable) into a log object, and
// then into the index in memory (package engine), where searches find it. Handlers turn
// HTTP (package bodies) into calls of these two, and their errors into problems (package
// problems). Vectors of texts are made by embedd (package texts) before an index is entered, so
// that nobody waits for them who sends none. Loads from statements (package loading) are inside of an index as requests are.
package vectord
