package csvscan

// MaxBadRows is how many bad rows a result lists; all are counted.
const MaxBadRows = 100

// Result is what one reading of a file found out about it.
type Result struct {
	Dialect Dialect
	// Columns are the file's columns in the file's order.
	Columns []ColumnResult
	// Records counts the well-formed records; a header is not one.
	Records int64
	// Bad lists the first [MaxBadRows] malformed records and BadCount counts
	// them all. Records with values that do not fit are not among them:
	// [Result.Misfits] counts those values, [Rewrite] lists the records.
	Bad      []BadRow
	BadCount int64
	// NotUTF8 counts the malformed records with bytes that are not UTF-8.
	NotUTF8 int64
	// Misfits counts the values that do not fit the type given by the target
	// or forced by the options, in columns that did not drift.
	Misfits int64
	// Missing counts the NULLs in the columns that the options require.
	Missing int64
	// Drift says how the file's columns differ from the target's, the file's
	// columns first, in the file's order. A file with drift must not be loaded
	// into the target as it is.
	Drift []Change
	// BlankLines counts the skipped lines without a byte. In a file of one
	// column they are NULL records and not counted here.
	BlankLines int64
	// Oversized counts the records over MaxRecord, which no quarantine can hold.
	Oversized int64

	width int
	opts  Options
	plan  []column
}

// Dialect is the way the file was written.
type Dialect struct {
	Delimiter byte
	// NewLine is "\n", "\r\n", "\r", "mixed", or "" when there is no line end.
	NewLine string
	Offset  int64 // bytes before the first line: a byte order mark, and a line sep=;
	Header  bool
	Quotes  bool // some field is quoted
}

// ColumnResult is one column of the file.
type ColumnResult struct {
	// Name is the target's spelling where the column is the target's, else the
	// header's, trimmed.
	Name string
	// Type is the Iceberg type to load the column as: the target's, the
	// forced one, or the file's own.
	Type string
	// Format is the strptime format to read the values by, or "" where a plain
	// cast reads them (always, but for dates and timestamps not in ISO 8601).
	Format string
	// FileType is the type that the column has by itself. For a column whose
	// target or forced type is string it is string.
	FileType string
	NonNull  int64
	Nulls    int64
	// HasValue is false for a column of NULLs only; its type is then string,
	// unless a target or the options say otherwise.
	HasValue bool
	// Target is the index of the column in Options.Target, or -1.
	Target int
	// Adopted says that the target's column was unvalued and takes Type.
	Adopted bool
	// TextDates says that the column is a string though all its values are dates
	// or times in known formats: in several, or in one that the day numbers leave
	// open.
	TextDates bool
	// Mixed says what makes the column a string though most of its values are of another
	// kind; nil where they are not, or the type was given.
	Mixed *Mixed
	// NamedLikeValue says that the column's name reads as a value of it does: the file
	// may have no header.
	NamedLikeValue bool
	// Misfits counts the values that do not fit Type.
	Misfits int64
}

// BadRow is a record that cannot be loaded.
type BadRow struct {
	Line   int64  // physical line on which the record starts, from 1
	Lines  int64  // physical lines that it spans
	Column string // the column at fault, or "" when the record is
	Value  string // the value at fault as valid UTF-8, cut at 200 bytes
	Reason string
	// Raw is the text of the record without its line end, byte for byte. It is
	// set only where [Rewrite] hands the row over, and valid during that call.
	Raw []byte
}

// Change is one difference between the target's columns and the file's.
type Change struct {
	Column  string
	Kind    ChangeKind
	From    string // the target's type; "" for an added column
	To      string // the file's own type; "" for a removed column
	Example string // the first value that does not fit, for a retyped column
	Line    int64  // where that value's record starts, or 0
}

// ChangeKind is the word the API uses for a difference.
type ChangeKind string

// The differences.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Retyped ChangeKind = "retyped"
)

// HasBadRows reports that the file cannot be loaded whole: [Rewrite] lists the
// rows in the way, and can put them aside.
func (r *Result) HasBadRows() bool { return r.BadCount > 0 || r.Misfits > 0 || r.Missing > 0 }

// Reading is what a reader of a file has to be told, beside its columns.
type Reading struct {
	Offset    int64 // bytes before the first line
	Delimiter byte
	Header    bool
}

// Reading says how to read the original bytes, where no row is bad.
func (r *Result) Reading() Reading {
	return Reading{Offset: r.Dialect.Offset, Delimiter: r.Dialect.Delimiter, Header: r.Dialect.Header}
}
