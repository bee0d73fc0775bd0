package remote

import (
	"context"
	"errors"
	"unicode/utf8"
)

// longest makes the vector of the longest beginning of a text that the provider takes, up to an
// eighth of it: no provider says by how much a text is too long, and each try is a call.
func (m *Model) longest(ctx context.Context, text string) (longest answer, err error) {
	taken, refused := 0, utf8.RuneCountInString(text)
	for refused-taken > max(taken/8, 1) {
		half := taken + (refused-taken)/2
		beginning, _ := head(text, half)
		a, err := m.call(ctx, []string{beginning}, false)
		switch {
		case err == nil:
			longest, taken = a, half
		case errors.Is(err, errTooLong):
			refused = half
		default:
			return answer{}, err
		}
	}
	if taken == 0 {
		return answer{}, m.config.refused("it says of the first character of a text that it is too long")
	}
	return longest, nil
}

// head gives the beginning of a text, up to so many characters, and whether there is more.
func head(text string, most int) (string, bool) {
	if len(text) <= most {
		return text, false
	}
	n := 0
	for at := range text {
		if n == most {
			return text[:at], true
		}
		n++
	}
	return text, false
}
