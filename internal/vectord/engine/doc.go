// Package engine is one index in memory: items with an id, a vector and metadata, found
// by nearness, by words, by both, by filter and by id. It knows nothing of HTTP, and
// nothing of files: who calls it makes a change durable before it is applied.
//
// What it promises:
//
//   - A batch is applied whole or not at all; what is wrong with it is found before.
//   - What an applied batch holds is found by every search that begins afterwards,
//     though it may not be in the graph yet; [Index.Maintain] brings it there. What it
//     replaced, and the words that this had, no such search finds.
//   - An id has one item. While it is replaced, edited or moved, a search finds it as it
//     was or as it is, and never both, none, or some of each.
//   - A search gives as many items as were asked for, or all that match.
//   - A search gives the scores that it orders by, and where it joins two, both of them,
//     computed for each hit, whichever side found it.
//   - Searches do not wait for changes, but for a name to be looked up, and those by
//     words and a filter for one item's metadata to be replaced; nor do they wait for each
//     other, nor for whoever counts, lists or pages by a filter, nor for upkeep.
//   - Changes wait for these, as long as the longest takes that has begun, once in a
//     thousand items that are replaced or deleted; else for none of them. For upkeep they
//     wait while the last slots are moved, and for pieces of it that take milliseconds.
//   - What is counted, listed or paged by a filter is what there was at one moment.
//   - Nothing waits for a save to be written. To take what it writes, changes wait while
//     links are copied; batches of which a full index has no room for wait for a repair,
//     and for nothing else.
//
// Of words the scores are those of package lexical over all texts of the index, whatever
// a filter lets pass; texts that were replaced just now may count among them for a
// moment.
package engine
