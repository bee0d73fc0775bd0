// Package metadata keeps what items say of themselves, a JSON object each, and finds
// those that a filter matches. It knows items by their slots, small numbers that its
// caller gives out.
//
// Every scalar of an object can be filtered by: under the name of its field, or under
// names joined by dots where objects stand in objects ("address.city"). Of an array
// each element counts, so that a condition holds where it holds for one of them. A
// field may be text in one item and a number in another; a condition is about values
// of its own kind. Numbers compare as numbers do: whole ones of 64 bits with all their
// digits, others, and those written with a point or an exponent, as the float64 that is
// nearest. A whole number that neither holds exactly is refused: it is to be text. Text
// compares byte by byte, as dates in ISO 8601 do. null is as if the field were not there.
//
// A filter that names a field which no item has, nor had since the store was made, is
// refused rather than answered with nothing: it is a slip of the pen.
package metadata
