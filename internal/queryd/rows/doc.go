// Package rows writes Arrow record batches as text: rows of a JSON array, NDJSON
// objects, CSV records.
//
// What it promises:
//
//   - Values are exact. Integers have all their digits; decimals, dates, times
//     and intervals are strings in ISO 8601; NaN and the infinities are "NaN",
//     "Infinity", "-Infinity"; BLOB is base64 (RFC 4648, with padding); LIST,
//     STRUCT and MAP are arrays, objects and arrays of {"key":…,"value":…}. A
//     struct without field names is an array.
//   - Years outside 0000 to 9999 have a sign and at least six digits, counted
//     astronomically: the year before 0001 is 0000.
//   - CSV is RFC 4180 with a header record. NULL is an empty field, the empty
//     string is "", a nested value is its JSON.
//   - Column names that occur twice stay as they are in JSON and CSV. In NDJSON
//     the second a is a_1, the third a_2, past whatever name is taken.
//
// Each column of a batch is bound once to a function for its Arrow type; after
// that no value costs an allocation or a look at a type.
package rows
