package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// ingestWords adds to an error of an ingest which flags its remedy is here: the
// error speaks of the API's parameters. It goes by the error's code, for its words
// may change, and may be a user's own.
func ingestWords(err error) error {
	flags := ""
	switch {
	case errors.Is(err, ingest.ErrBadRows):
		flags = "--on-error quarantine"
	case errors.Is(err, catalog.ErrSchemaDrift):
		flags = "--mode replace --schema replace"
	case errors.Is(err, catalog.ErrDatasetExists):
		flags = "--mode append, or --mode replace"
	case errors.Is(err, catalog.ErrBadName):
		flags = "--name NAME"
	case errors.Is(err, ingest.ErrBadHeader):
		flags = "--no-header"
	}
	return reword(err, func(p *wire.Problem) string {
		if flags == "" {
			return p.Detail
		}
		return p.Detail + " (here: " + flags + ")"
	})
}

// historyWords does the same for the verbs that look back and manage.
func historyWords(err error) error {
	here := ""
	switch {
	case errors.Is(err, catalog.ErrTagExists):
		here = "--move"
	case errors.Is(err, catalog.ErrDroppedAmbiguous):
		here = "--id DATASET_ID, which 'lakehouse dropped' shows"
	case errors.Is(err, catalog.ErrDroppedNotFound):
		here = "lakehouse dropped"
	case errors.Is(err, catalog.ErrIsView):
		here = "lakehouse view show|describe|drop NAME"
	case errors.Is(err, catalog.ErrVersionNotFound), errors.Is(err, catalog.ErrTagNotFound):
		here = "lakehouse versions NAME"
	}
	return reword(err, func(p *wire.Problem) string {
		if _, dropped := p.Fields["restorable_until"]; dropped {
			here = "lakehouse restore NAME"
		}
		if here == "" {
			return p.Detail
		}
		return p.Detail + " (here: " + here + ")"
	})
}

// viewWords does the same for the verbs of views.
func viewWords(err error) error {
	here := ""
	switch {
	case errors.Is(err, catalog.ErrViewExists):
		here = "--replace"
	case errors.Is(err, catalog.ErrDroppedAmbiguous):
		here = "--id VIEW_ID, which 'lakehouse views --dropped' shows"
	case errors.Is(err, catalog.ErrDroppedNotFound):
		here = "lakehouse views --dropped"
	}
	return reword(err, func(p *wire.Problem) string {
		if _, dropped := p.Fields["restorable_until"]; dropped && p.Is(catalog.ErrViewNotFound) {
			here = "lakehouse view restore NAME"
		}
		if here == "" {
			return p.Detail
		}
		return p.Detail + " (here: " + here + ")"
	})
}

// paramCount is what an error says where the params are not as many as the ?.
var paramCount = regexp.MustCompile(`^the statement has (\d+) parameters, (\d+) were given$`)

// sqlWords adds to an error of a statement what is to be done with --param.
func sqlWords(err error, params []string) error {
	return reword(err, func(p *wire.Problem) string {
		count := paramCount.FindStringSubmatch(p.Detail)
		if !p.Is(query.ErrInvalid) || count == nil {
			return p.Detail
		}
		want, err := strconv.Atoi(count[1])
		if err == nil && want < len(params) {
			return fmt.Sprintf("%s: no ? takes --param %s; leave out what no ? takes, or write a ? for each", p.Detail, quoted(params[want:]))
		}
		return p.Detail + ": give each ? its value with --param"
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

// called is a dataset's name as it is typed: bare in the default namespace.
func called(namespace, name string) string {
	return catalog.Name{Namespace: namespace, Name: name}.String()
}
