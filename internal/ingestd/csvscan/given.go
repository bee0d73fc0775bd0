package csvscan

import (
	"fmt"
	"strings"
)

// given is a format that the caller says a column's dates have, so that the day
// numbers need not decide one.
type given struct {
	format string
	class  class
	order  evidence // how the day and the month come
}

var errUnknownFormat = fmt.Errorf("%w: dates are read as %%d/%%m/%%Y or %%m/%%d/%%Y, with / - or ., as %%Y/%%m/%%d, %%d-%%b-%%Y, %%d %%B %%Y or %%b %%d, %%Y, and with %%H:%%M, %%H:%%M:%%S or %%I:%%M %%p behind a blank", ErrBadOption)

// CheckFormat tells whether a type can be read by a strptime format, as
// Options.Formats has them. Its error matches [ErrBadOption].
func CheckFormat(typeName, format string) error {
	g, err := parseFormat(format)
	if err == nil && g.class.kind() != parseType(typeName).kind {
		err = fmt.Errorf("%w: %s is no format of a %s", ErrBadOption, format, typeName)
	}
	return err
}

// parseFormat reads one of the formats that the local classes have.
func parseFormat(format string) (given, error) {
	bare := strings.ReplaceAll(format, "%-", "%")
	month := abbrMonth
	if strings.Contains(bare, "%B") {
		month = fullMonth
	}
	for c := class(local); c < classes; c++ {
		for _, order := range []evidence{monthFirst, dayFirst} {
			if (order | month).format(c) == bare {
				return given{format: bare, class: c, order: order | month}, nil
			}
		}
	}
	return given{}, fmt.Errorf("%w, not %q", errUnknownFormat, format)
}

// read has the column's values read by a format, and by no other.
func (c *column) read(g given) {
	c.given, c.fits, c.deferred = g, of(g.class), 0
}

// contradicts reports a value that the given format cannot be of.
func (g given) contradicts(r reading) bool {
	return r.class == g.class && r.evidence&(dayFirst|monthFirst|abbrMonth|fullMonth)&^g.order != 0
}

// accepts reports that a value fits the column's type.
func (c *column) accepts(b []byte, r reading) bool {
	if c.fits.has(r.class) {
		return !c.given.contradicts(r)
	}
	return c.want.holds(b, r)
}
