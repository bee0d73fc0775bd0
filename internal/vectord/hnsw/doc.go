// Package hnsw is a graph of vectors in which the nearest ones are found without
// looking at all of them: Hierarchical Navigable Small World (Malkov and Yashunin,
// https://arxiv.org/abs/1603.09320) with the heuristic of its algorithm 4 on forward
// links and on the links back.
//
// It knows slots, which are small numbers that it gives out, and vectors. Names,
// metadata and files are its caller's.
//
// What it promises:
//
//   - A search never waits for an insertion, a deletion or a clean-up, and these do
//     not wait for searches but where slots are given back.
//   - What was put and shown is found by every search that begins afterwards, linked
//     in or not yet, and what was deleted is given by none.
//   - A slot is not used again while somebody who saw it is still inside View.
//   - Nothing waits for a save to be written. It writes what there was at one moment, and
//     a repair that takes a vector away meanwhile leaves a copy with it.
//   - Distances that a search answers with are computed from the float32 vectors. The
//     int8 codes, a quarter of their size, only lead the way, and mostly half of them.
//   - With the same seed and the same calls from one goroutine comes the same graph.
//
// Vectors, codes and links lie outside of Go's heap, in address space that is
// reserved when the graph is made and filled as it grows: nothing is copied to grow,
// and the garbage collector does not see it.
package hnsw
