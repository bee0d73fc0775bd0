// Package jsonscan reads JSON exactly: an array of objects, or objects one after
// the other, of which each is one record. [Scan] reads a file once while it
// arrives, counts its records, decides a lossless type for every column and finds
// the records that cannot be taken. [Rewrite] turns the same bytes into canonical
// CSV, in which a nested value is JSON text that its type's cast reads exactly.
//
// # Records
//
// A file that begins with [ is an array. One whose first line is a whole value is
// read line by line, and a line that is no JSON is a bad row. Any other is a stream
// of values, as of pretty-printed objects. In arrays and streams a syntax error
// refuses the file with its line, for nothing after it is certain; everything else
// that is wrong is a bad row: a record that is no object or is over MaxRecord, text
// that is not UTF-8, a NUL, half a surrogate pair, a key that is empty, comes twice
// or differs from another by case alone, nesting deeper than [MaxDepth]. Memory is
// bounded by the largest record and the number of keys, not by the file.
//
// # Columns
//
// A column is a key of the records, in the order of appearance. A missing key is
// NULL, and so is null. A column of an existing dataset that no record mentions is
// NULL throughout.
//
// # Types
//
// A column, a struct's field and a list's element get the one type that all their
// values have:
//
//   - boolean: true and false.
//   - long: integers of 64 bits. decimal(38,0) where some have more, up to 38 digits.
//   - decimal(p,s) as in a CSV: numbers with a point and no exponent.
//   - double: numbers of which some has an exponent, or is -0, or has more digits
//     than a decimal, if float64 gives the digits of every one of them back.
//   - date, time, timestamp, timestamptz: strings that a CSV column would be that
//     of. Inside of structs and lists they have to be ISO 8601.
//   - string: any other strings. Numbers in strings are text.
//   - struct and list: objects and arrays. An object becomes a map only where the
//     caller says so.
//   - string, where the types are mixed, or numbers have more digits than any type
//     holds, or a nested value cannot be a type: no fields at all, field names with
//     one of <>(),: in them, more than [maxTypeDepth] levels. It then holds strings as
//     they are, and any other value as its JSON text. Mixed types are warned of.
//
// Against a given type, a dataset's or the caller's, scalars fit as their text would
// fit in a CSV, so that "12.50" and 12.50 are the same to a decimal. Everything fits
// string, by the same rule as above. A struct takes objects that have no other keys
// than its own.
package jsonscan
