// Package csvscan reads CSV files exactly, once, while they arrive.
//
// [Scan] finds a file's dialect, counts its records, decides a lossless type
// for every column or holds every value against the columns of an existing
// dataset, and finds the rows that cannot be read. Package csvread converts the
// file afterwards, as it lies and with explicit columns; because this package has
// counted the records, a row that is lost on the way is noticed. [Rewrite] turns a
// file with rows to leave out into canonical CSV.
//
// A caller scans the bytes as they arrive and keeps them. A result with Drift
// refuses the file. One without bad rows is read by [Result.Reading] and has Records
// rows. Any other needs a Rewrite of the kept bytes: into [io.Discard] without a bad
// function to list what refuses the file; else into a file that is read instead, by
// [CanonicalReading], and has Report.Records rows, while every other record goes to
// the bad function whole.
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
package csvscan
