// Package csvscan reads CSV files exactly, once, while they arrive.
//
// [Scan] finds a file's dialect, counts its records, decides a lossless type
// for every column or holds every value against the columns of an existing
// dataset, and finds the rows that cannot be read. DuckDB converts the file
// afterwards, with explicit columns; because this package has counted the
// records by its own grammar, a row that DuckDB drops is noticed. [Rewrite]
// turns a file with rows to leave out, or one that DuckDB might read in another
// way, into canonical CSV, which has one reading only.
//
// A caller scans the bytes as they arrive and keeps them. A result with Drift
// refuses the file. One that is [Result.Clean] lets DuckDB read the bytes as they
// are, and expects Records rows. Any other needs a Rewrite of the kept bytes:
// into [io.Discard] without a bad function to list what refuses the file where
// [Result.HasBadRows]; else into a file that DuckDB reads instead, which has
// Report.Records rows, while every other record goes to the bad function whole.
//
// # Grammar
//
// RFC 4180 with these decisions. Text is UTF-8, with or without a byte order
// mark at its beginning. A record ends with \n, \r\n, a lone \r, or the end of
// the input; all three may occur in one file. The delimiter is one byte. A field
// whose first byte is a quote is quoted: it runs to the next quote that is not
// doubled, and holds delimiters and line ends as they are; a delimiter, a line
// end or the end of the input must follow. Any other field runs to the next
// delimiter or line end, keeps its blanks, and holds no quote. A backslash is a
// character like any other, and there are no comments.
//
// A first line sep=; as Excel writes it names the delimiter and is no record.
//
// A line without a byte is skipped, and counted in [Result.BlankLines], where
// the file has two columns or more. In a file of one column it is a NULL, as
// its one unquoted empty field says. Before a header blank lines are skipped
// always. A line of blanks is a record.
//
// An unquoted empty field is NULL. A quoted one is the empty string. NA, null,
// None and NaN are text.
//
// These records are malformed, and are bad rows: too few or too many fields; a
// NUL byte; bytes that are not UTF-8; a quote inside an unquoted field, also
// after leading blanks; text after a closing quote; a quote that is never
// closed, whose record then takes in the rest of the file; more bytes than
// Options.MaxRecord. A malformed record still ends where the grammar says, and
// has no say in the columns' types.
//
// # Header
//
// The first record names the columns, unless Options.NoHeader says otherwise.
// Names lose surrounding white space and byte order marks, and a line end inside
// one becomes a blank; beyond that they are kept as they are. Names match the
// target's, and each other, without regard to case.
//
// # Types
//
// A column gets a type when every value that is not NULL comes back the same.
// Quoting does not matter, but an empty string makes a column text. "The same"
// means, for each type:
//
//   - boolean: true or false, in one of the spellings true, True and TRUE
//     throughout the column.
//   - long: byte for byte. No leading zeros, no plus, no -0, 64 bits.
//   - decimal(p,s): byte for byte but for zeros at the end of the fraction; some
//     value has a point, and integers may stand among them (5 comes back as
//     5.00). s is the most fraction digits seen, at least 2; p is 18, or 38
//     where a value needs it. No leading zeros, no .5 or 5., no -0.00.
//   - double: every value has a point and an exponent, and its float64, written
//     with the fewest digits that identify it, has the same significant digits
//     and power of ten.
//   - date: the same day. 2026-01-31 throughout, or one local format throughout.
//   - time: the same time. 08:30 throughout, or 08:30:15 with up to six fraction
//     digits throughout.
//   - timestamp: the same date and time. An ISO date, a T or a blank, and a time
//     as above, in one of these four shapes throughout; or one local format.
//   - timestamptz: the same instant; the offset it was written in is not kept.
//     An ISO timestamp with seconds and then Z, +02, +0200 or +02:00.
//   - string: byte for byte.
//
// Dates are days of the Gregorian calendar in the years 1 to 9999. Those with the
// name of their month are 31-Jan-2026, 31 Jan 2026 and Jan 31, 2026, the name short
// or full throughout; a time of day alone may be 8:30 AM. The other local
// formats are D/M/Y and M/D/Y, with / - or . between, the day and the month
// each zero-padded throughout or never; and Y/M/D with / or . and zeros. Any may
// be followed by a blank and a time as 8:30, 8:30:15 or either with AM or PM. The
// day numbers have to decide the order: some day is over 12, and none speaks for
// another order. Else the column is text.
//
// # Targets
//
// With Options.Target, columns match by name in any order (without a header, by
// position), and every value is held against the existing type: an integer
// fits int and long by its size; a number without leading zeros fits a decimal
// that has its digits, zeros at the end of the fraction aside, and a float or
// double that gives its significant digits back; any spelling of a boolean
// fits; dates, times and timestamps fit in any ISO shape above, or, for the
// whole column, in the one decided local format if more values have that;
// everything fits string. Nothing from a CSV fits binary or nested types.
//
// Where more than half of a column's values do not fit, the column has drifted.
// Otherwise they are misfits, which make their records bad rows. Options.Types does the
// same for single columns, but for the drift.
//
// # The fast path
//
// Where [Result.Clean] holds, DuckDB 1.5 reads the original bytes as this
// package does, given read_csv with auto_detect=false, header and delim from
// [Result.Reading], quote='"', escape='"', nullstr set to the empty string,
// allow_quoted_nulls=false, strict_mode=true, null_padding=false,
// ignore_errors=false, a max_line_size of at least Reading.LongestLine + 2, and
// columns naming every column in the file's order: VARCHAR where Format is set
// (then strptime), else the type itself. new_line must not be given: with
// strict_mode and new_line='\r\n', DuckDB 1.5.5 reads no row and says nothing.
//
// A clean file has no bad rows or misfits, no blank lines (NULL lines of a single
// column under a header apart), a first record on one line, and one of \n and
// \r\n as its only line end. A byte order mark is no hindrance. The same options read
// what [Rewrite] writes, given [Report.Reading].
//
// Known differences, all outside of clean files: DuckDB takes the first line end
// of the file for that of all records even inside quotes, skips a header by the
// line even where a quoted name holds a line end, takes a trailing delimiter for
// none, passes NULs, trims blanks around a quoted field, reads a quote inside an
// unquoted field as a character, takes a blank first line for the header, and
// stops at mixed line ends.
package csvscan
