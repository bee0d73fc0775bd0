package csvscan

// A Tally gathers what the text values of one column say that did not come from a
// CSV, by the rules of CSV: its own type, or how the values fit a type that is
// given.
type Tally struct{ c column }

// NewTally begins a column. typeName is the type its values are held against, ""
// for their own; format as in Options.Formats. With iso, dates and times are those
// of ISO 8601 alone. The error matches [ErrBadOption].
func NewTally(name, typeName, format string, iso bool) (*Tally, error) {
	t := &Tally{column{name: name, target: -1}}
	if typeName != "" {
		t.c.expect(typeName)
	}
	if iso {
		t.c.deferred = 0
	}
	if format != "" {
		if err := CheckFormat(typeName, format); err != nil {
			return nil, err
		}
		g, err := parseFormat(format)
		if err != nil {
			return nil, err
		}
		t.c.read(g)
	}
	return t, nil
}

// Observe takes a value, which stands in the record that begins on line.
func (t *Tally) Observe(value []byte, line int64) {
	if len(value) == 0 {
		t.c.observeText(value, line)
		return
	}
	t.c.observe(value, line)
}

// ObserveOther takes a value that fits no type but string, whatever it says.
func (t *Tally) ObserveOther(value []byte, line int64) { t.c.observeText(value, line) }

// Result sums up. Nulls is left at zero.
func (t *Tally) Result() ColumnResult { return t.c.result() }

// Misfit gives the first value that does not fit, and its line.
func (t *Tally) Misfit() (value string, line int64) {
	_, first := t.c.misfitting()
	return first.example, first.line
}

// Fits reports that a value fits the given type. After Result it holds dates
// against the format that was settled on.
func (t *Tally) Fits(value []byte) bool {
	return t.c.want.kind == kindString || len(value) > 0 && t.c.accepts(value, classify(value))
}

// Reason says why a value does not fit, read by format where one is set.
func (t *Tally) Reason(format string) string { return t.c.want.reason(t.c.declared, format) }

// SameType reports that two of Iceberg's names are one type that a CSV can hold.
func SameType(a, b string) bool {
	return parseType(a).kind != kindOther && parseType(a) == parseType(b)
}

// ExactDouble reports that a number's float64 gives its significant digits back.
func ExactDouble(number []byte) bool { return isFloat(number, 64) }

// Printable gives a value as text that can be shown: bounded, valid UTF-8.
func Printable(value []byte) string { return printable(value) }

// FoldName maps names that differ by case alone to the same key.
func FoldName(name string) string { return foldName(name) }
