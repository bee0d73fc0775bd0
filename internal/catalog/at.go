package catalog

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// At names a version of a dataset: by its number, by a time at which it was
// current, or by a tag. At most one of the three is set; zero is the current
// version.
type At struct {
	Version int64
	AsOf    time.Time
	Tag     string
}

// tagPrefix tells a tag from a number and a time where all three may stand.
const tagPrefix = "tag:"

// ParseAt reads a version as one word: a number, tag:NAME or an RFC 3339 time.
func ParseAt(text string) (At, error) {
	if tag, ok := strings.CutPrefix(text, tagPrefix); ok && tag != "" {
		return At{Tag: tag}, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return At{Version: n}, nil
	}
	if t, err := ParseTime(text); err == nil {
		return At{AsOf: t}, nil
	}
	return At{}, fmt.Errorf("%q is no version: write a number (2), a tag (%spayroll-w44) or a time (2026-11-01T00:00:00Z)", text, tagPrefix)
}

// ParseTime reads an RFC 3339 time of a query string.
func ParseTime(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil && strings.Contains(text, " ") {
		return t, fmt.Errorf("%q is no RFC 3339 time; a + has to be written %%2B in a URL", text)
	}
	if err != nil {
		return t, fmt.Errorf("%q is no RFC 3339 time, such as 2026-11-01T00:00:00Z", text)
	}
	return t, nil
}

// String gives the one word that [ParseAt] reads; "" for the current version.
func (a At) String() string {
	switch {
	case a.Version > 0:
		return strconv.FormatInt(a.Version, 10)
	case a.Tag != "":
		return tagPrefix + a.Tag
	case !a.AsOf.IsZero():
		return a.AsOf.Format(time.RFC3339Nano)
	}
	return ""
}

// query gives the query parameters of a request for the version.
func (a At) query() url.Values {
	q := url.Values{}
	switch {
	case a.Version > 0:
		q.Set("version", a.String())
	case a.Tag != "":
		q.Set("tag", a.Tag)
	case !a.AsOf.IsZero():
		q.Set("as_of", a.String())
	}
	return q
}
