// Package texts has embedd make vectors of texts, for an index that names a model. It knows
// of the index what its [Maker] says.
//
// What it promises:
//
//   - Vectors are of the model and the revision that the index has, and of its dimension, or
//     there are none: what embedd has become meanwhile is never mixed in.
//   - Texts are sent in calls of bounded size, few at a time, and no call is waited for
//     without end.
//   - What is wrong with one text is told of that text, and holds none of its words.
package texts
