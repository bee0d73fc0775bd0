package csvscan

// column gathers what the values of one column are. Its tallies do not depend
// on the order of the rows, but for the examples, which are the first.
type column struct {
	name     string
	target   int         // index in Options.Target, or -1
	declared string      // the target's or the forced type, or ""
	want     icebergType // declared, parsed
	typed    bool        // values are held against want
	required bool        // NULL makes a bad row
	opaque   bool        // values need no look any more: anything fits, or text is settled
	likely   class       // what the last value was that needed a close look; decimal for all numbers
	room     digits      // of a number that needs none

	given    given // the format to read by, where one was given
	fits     set   // classes that fit
	deferred set   // local classes, settled at the end

	nulls    int64
	n        [classes]int64
	evidence [localClasses]evidence
	whole    int // most digits before a point
	fraction int // most after one
	misfits  map[class]misfit
	stranger misfit // the first value that is text, of a column that nothing is expected of
}

// misfit counts the values of one class that do not fit, or may not.
type misfit struct {
	n       int64
	example string
	line    int64
}

// expect has the column's values held against a type.
func (c *column) expect(name string) {
	t := parseType(name)
	c.declared, c.want, c.typed, c.opaque = name, t, true, t.kind == kindString
	c.fits, c.deferred = t.always(), t.locals()
}

// observe takes the non-empty bytes of one value.
func (c *column) observe(b []byte, line int64) {
	switch {
	case c.opaque:
		c.n[text]++
	case !c.observeLikely(b):
		c.observeClosely(b, line)
	}
}

func (c *column) observeClosely(b []byte, line int64) {
	r := classify(b)
	c.expectLike(r.class)
	c.n[r.class]++
	switch {
	case r.class == text && !c.typed:
		c.meetText(b, line)
	case r.class <= decimal && r.class >= integer:
		c.whole = max(c.whole, r.digits.whole)
		c.fraction = max(c.fraction, r.digits.fraction)
	case r.class >= local:
		c.evidence[r.class-local] |= r.evidence
	}
	if c.typed && !c.accepts(b, r) {
		if c.fits.has(r.class) { // but contradicts the given format
			r.class = text
		}
		c.note(r.class, b, line)
	}
}

// observeText takes a value that can only be text: an empty string, or one
// with quotes in it.
func (c *column) observeText(b []byte, line int64) {
	c.n[text]++
	switch {
	case c.opaque:
	case !c.typed:
		c.meetText(b, line)
	default:
		c.note(text, b, line)
	}
}

// note counts a value that does not fit, or not before settle.
func (c *column) note(k class, b []byte, line int64) {
	m := c.misfits[k]
	if m.n++; m.n == 1 {
		m.example, m.line = printable(b), line
	}
	c.misfits = with(c.misfits, k, m)
}

// settle chooses the one format of a column that has to be dates or
// timestamps: ISO 8601 or the decided local format, whichever more values
// have. From then on values in the chosen format fit, and no others. It returns
// the format.
func (c *column) settle() string {
	if c.given.format != "" {
		return c.given.format
	}
	var (
		best   class
		most   int64
		format string
	)
	for k := class(0); k < local; k++ {
		if c.fits.has(k) {
			most += c.n[k]
		}
	}
	for k := class(local); k < classes; k++ {
		if !c.deferred.has(k) || c.n[k] <= most {
			continue
		}
		if f := c.evidence[k-local].format(k); f != "" {
			best, most, format = k, c.n[k], f
		}
	}
	if format == "" {
		return ""
	}
	delete(c.misfits, best)
	for k := class(0); k < local; k++ {
		if c.fits.has(k) && c.n[k] > 0 {
			c.misfits = with(c.misfits, k, misfit{n: c.n[k]})
		}
	}
	c.fits = of(best)
	return format
}

func with(m map[class]misfit, k class, v misfit) map[class]misfit {
	if m == nil {
		m = map[class]misfit{}
	}
	m[k] = v
	return m
}

// misfitting returns how many values do not fit, and the first of them.
func (c *column) misfitting() (n int64, first misfit) {
	for _, m := range c.misfits {
		n += m.n
		if first.line == 0 || m.line != 0 && m.line < first.line {
			first = m
		}
	}
	return n, first
}

// nonNull counts the values.
func (c *column) nonNull() int64 {
	var n int64
	for _, k := range c.n {
		n += k
	}
	return n
}

// seen returns the classes that occur.
func (c *column) seen() set {
	var s set
	for k, n := range c.n {
		if n > 0 {
			s |= of(class(k))
		}
	}
	return s
}

// ownType returns the type that the values have by themselves, and the format
// to read them by.
func (c *column) ownType() (name, format string) {
	switch seen := c.seen(); seen {
	case of(boolLower), of(boolTitle), of(boolUpper):
		return "boolean", ""
	case of(integer):
		return "long", ""
	case of(scientific):
		return "double", ""
	case of(isoDate):
		return "date", ""
	case of(timeMinutes), of(timeSeconds):
		return "time", ""
	case of(stampTMinutes), of(stampTSeconds), of(stampMinutes), of(stampSeconds):
		return "timestamp", ""
	case of(zonedT), of(zoned):
		return "timestamptz", ""
	default:
		if seen.has(decimal) && seen&^of(integer, bigInteger, decimal) == 0 {
			return c.ownDecimal(), ""
		}
		return c.ownLocal(seen)
	}
}

func (c *column) ownDecimal() string {
	scale := max(2, c.fraction)
	for _, precision := range []int{18, 38} {
		if c.whole+scale <= precision {
			return decimalName(precision, scale)
		}
	}
	return "string"
}

func (c *column) ownLocal(seen set) (name, format string) {
	for k := class(local); k < classes; k++ {
		if seen != of(k) {
			continue
		}
		format := c.evidence[k-local].format(k)
		switch {
		case format == "":
		case k.kind() == kindDate:
			return "date", format
		case k.kind() == kindTime:
			return "time", format
		default:
			return "timestamp", format
		}
	}
	return "string", ""
}
