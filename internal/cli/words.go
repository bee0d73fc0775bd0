package cli

import (
	"errors"
	"regexp"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// ingestOption is a parameter of POST /ingest in the words of an error:
// on_error=quarantine, delimiter="x", ?name=NAME.
var ingestOption = regexp.MustCompile(`[?&]?\b(name|mode|schema|on_error|delimiter|header|allow_duplicate)=("[^"]*"|\w+)`)

// ingestWords words an error of an ingest as this command line takes the remedy:
// --on-error quarantine.
func ingestWords(err error) error {
	return reword(err, func(p *wire.Problem) string {
		return ingestOption.ReplaceAllStringFunc(p.Detail, func(option string) string {
			between := ""
			if option[0] == '&' {
				between = " "
			}
			name, value, _ := strings.Cut(strings.TrimLeft(option, "?&"), "=")
			switch {
			case name == "header":
				return between + "--no-header"
			case name == "allow_duplicate":
				return between + "--allow-duplicate"
			}
			return between + "--" + strings.ReplaceAll(name, "_", "-") + " " + value
		})
	})
}

// sqlWords does so for an error of a statement.
func sqlWords(err error) error {
	return reword(err, func(p *wire.Problem) string {
		switch {
		case p.Is(wire.ErrBadRequest) && strings.HasPrefix(p.Detail, "limit is "):
			return "--" + p.Detail
		case p.Is(query.ErrInvalid) && strings.HasPrefix(p.Detail, "the statement has ") && strings.HasSuffix(p.Detail, " were given"):
			return p.Detail + ": give each ? its value with --param"
		}
		return p.Detail
	})
}

func reword(err error, words func(*wire.Problem) string) error {
	var p *wire.Problem
	if !errors.As(err, &p) {
		return err
	}
	reworded := *p
	reworded.Detail = words(p)
	return &reworded
}
