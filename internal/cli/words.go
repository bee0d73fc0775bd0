package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
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

// paramCount is what an error says where the params are not as many as the ?.
var paramCount = regexp.MustCompile(`^the statement has (\d+) parameters, (\d+) were given$`)

// sqlWords does so for an error of a statement that was sent with params.
func sqlWords(err error, params []string) error {
	return reword(err, func(p *wire.Problem) string {
		switch {
		case p.Is(wire.ErrBadRequest) && strings.HasPrefix(p.Detail, "limit is "):
			return "--" + p.Detail
		case p.Is(query.ErrInvalid) && paramCount.MatchString(p.Detail):
			want, err := strconv.Atoi(paramCount.FindStringSubmatch(p.Detail)[1])
			if err == nil && want < len(params) {
				return fmt.Sprintf("%s: no ? takes --param %s; leave out what no ? takes, or write a ? for each", p.Detail, quoted(params[want:]))
			}
			return p.Detail + ": give each ? its value with --param"
		}
		return p.Detail
	})
}

// shownParams is how many params an error shows.
const shownParams = 3

func quoted(params []string) string {
	var shown []string
	for i, param := range params {
		if i == shownParams {
			return strings.Join(shown, ", ") + fmt.Sprintf(" and %d more", len(params)-i)
		}
		shown = append(shown, strconv.Quote(param))
	}
	return strings.Join(shown, ", ")
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
