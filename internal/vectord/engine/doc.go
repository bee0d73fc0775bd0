// Package engine is one index of vectors in memory: items with an id, a vector and
// metadata, found by nearness, by filter and by id. It knows nothing of HTTP, and
// nothing of files: who calls it makes a change durable before it is applied.
//
// What it promises:
//
//   - A batch is applied whole or not at all; what is wrong with it is found before.
//   - What an applied batch holds is found by every search that begins afterwards,
//     though it may not be in the graph yet; [Index.Maintain] brings it there.
//   - An id has one item. While it is replaced, a search finds the old one or the new
//     one, and never both or none.
//   - A search gives as many items as were asked for, or all that match.
//   - Searches do not wait for changes, but for a name to be looked up.
package engine
