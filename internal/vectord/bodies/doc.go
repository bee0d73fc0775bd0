// Package bodies reads what requests to vectord say and writes what searches found, as
// JSON and as Arrow. It knows the contract and the engine's own types, and no index by its
// name, no storage and no daemon.
//
// What it promises:
//
//   - What can be said in both forms means the same in both: they differ in size and time.
//   - JSON is read as package wire reads it, or more strictly, and refused in its words.
//     Answers are, byte for byte, what encoding/json makes of the contract's types. That
//     both are done by hand is for their speed alone.
//   - Metadata stay as they came, byte for byte, also where a text is put beside them.
//   - A body of JSON in which there is more than may be asked for at once is refused before
//     anything is made of it. What is wrong with a large one is said without its being read
//     a second time.
//   - A stream of Arrow takes a bounded amount of memory, whatever it says of itself.
//   - An answer that would be too large is refused before it is made.
//   - An [Arena] is memory for one request and then for another: what lies in it is gone
//     when it is left. Items that were read do not lie in one; they may be kept.
//
// Errors are problems, or an [engine.ItemError] and an [arrowin.FormatError], which are
// worded with all others of their types.
package bodies
