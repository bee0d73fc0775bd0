// Package csvread reads a CSV whose dialect and types are known into Arrow record
// batches, on several cores and in the order of its rows.
//
// It decides nothing: a [Table] says how the file is written and what its columns
// are, as package csvscan found it, and a file that is otherwise is an error and no
// guess. The grammar is csvscan's: RFC 4180 in UTF-8, any line end, no text around
// quotes; a field without a byte is NULL, a quoted one an empty string; a line
// without a byte is no record, but in a file of one column a NULL.
//
// A file is cut into blocks of whole records, which is cheap: only quotes and line
// ends matter. Blocks are then taken apart and their values read side by side
// (compare C. Ge et al., "Speculative Distributed CSV Data Parsing for Big Data
// Analytics", SIGMOD 2019; as every file is read from its beginning, nothing has to
// be speculated on here). The blocks in hand are two more than the goroutines, each of half a
// megabyte, or of one record where that is longer. One takes up to four times its bytes:
// its buffer doubles until a record has room, and its marks and batch lie beside it.
package csvread
