package csvscan

import (
	"errors"
	"fmt"
)

// Defaults of [Options].
const (
	DefaultMaxRecord  = 16 << 20
	DefaultMaxColumns = 10_000
)

var (
	// ErrEmptyFile says that the input holds no record at all, not even a
	// header: no bytes, a byte order mark alone, or blank lines alone.
	ErrEmptyFile = errors.New("the file is empty: it has no header and no rows")
	// ErrBadHeader is matched by every [HeaderError].
	ErrBadHeader = errors.New("the header cannot name the columns")
	// ErrNotUTF8 says that the file begins with the mark of another encoding.
	ErrNotUTF8 = errors.New("the file is UTF-16, not UTF-8: save it as \"CSV UTF-8\" and send it again")
	// ErrBadEncoding is matched by errors that come of bytes which are not UTF-8.
	ErrBadEncoding = errors.New("the file is not UTF-8")
	// ErrTooManyColumns says that the first record is wider than MaxColumns.
	ErrTooManyColumns = errors.New("the file has too many columns")
	// ErrBadOption is matched by errors about the options themselves: an
	// impossible delimiter, an unknown type, a forced type for no column.
	ErrBadOption = errors.New("bad option")
	// ErrRecordTooLong is returned by [Rewrite] for a record over MaxRecord,
	// whose text it could not hand to the quarantine whole.
	ErrRecordTooLong = errors.New("a record is over the size limit and cannot be quarantined")
	// ErrChanged says that [Rewrite] was given other bytes than [Scan] was.
	ErrChanged = errors.New("the file changed between the scan and the rewrite")
)

// Options say how a file is to be read. The zero value reads a new dataset
// from a file with a header, in the delimiter it turns out to use.
type Options struct {
	// Delimiter is one ASCII byte; 0 means sniffed among , ; tab and |.
	Delimiter byte
	// NoHeader says that the first record is data. Columns are then named
	// column_1, column_2, …, or match Target by position.
	NoHeader bool
	// Target holds the columns of the existing dataset that the file has to
	// fit, in any order; nil for a new dataset.
	Target []Column
	// Types forces the Iceberg type of columns, by name. A value that does not
	// fit is a bad row.
	Types map[string]string
	// Formats gives the strptime format of columns of dates or timestamps in Types,
	// by name; see [CheckFormat]. A value of another format is a bad row.
	Formats map[string]string
	// Required names columns in which NULL makes a bad row. One that the file
	// does not have is not looked for.
	Required []string
	// MaxRecord bounds a record in bytes; 0 means [DefaultMaxRecord].
	MaxRecord int
	// MaxColumns bounds the width of the file; 0 means [DefaultMaxColumns].
	MaxColumns int
}

// MissingColumnError says that a type is given for a column that the file does
// not have. It matches [ErrBadOption].
type MissingColumnError struct {
	Column  string
	Columns []string // of the file
}

func (e *MissingColumnError) Error() string {
	return fmt.Sprintf("%v: a type is given for column %q, which the file does not have", ErrBadOption, e.Column)
}

// Is matches ErrBadOption.
func (e *MissingColumnError) Is(target error) bool { return target == ErrBadOption }

// Column is one column of an existing dataset.
type Column struct {
	Name string
	Type string // Iceberg's name, such as "decimal(18,2)"
	// Unvalued marks a string column that never held a value: it takes the
	// type that the file brings.
	Unvalued bool
}

func (o *Options) setDefaults() error {
	if o.MaxRecord == 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	if o.MaxColumns == 0 {
		o.MaxColumns = DefaultMaxColumns
	}
	if o.MaxRecord < 0 || o.MaxRecord > 1<<30 || o.MaxColumns < 0 {
		return fmt.Errorf("%w: a record is bounded between 1 byte and 1 GiB, columns by a positive number", ErrBadOption)
	}
	if o.Delimiter == 0 {
		return nil
	}
	return checkDelimiter(o.Delimiter)
}

func checkDelimiter(d byte) error {
	switch {
	case d == '"', d == '\n', d == '\r', d >= 0x80, isAlnum(d):
		return fmt.Errorf("%w: %q cannot be a delimiter; use one ASCII byte that is no letter, digit, quote or line end", ErrBadOption, string(rune(d)))
	}
	return nil
}

func isAlnum(b byte) bool {
	return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'z'
}
