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

// remedy is what an error calls for here, in place of the API's parameters that it
// speaks of.
type remedy struct {
	kind *wire.Kind
	here string
}

// ofIngest are the remedies of an ingest.
func ofIngest() []remedy {
	return []remedy{
		{ingest.ErrBadRows, "--on-error quarantine"},
		{catalog.ErrSchemaDrift, "--schema evolve, or --mode replace --schema replace"},
		{catalog.ErrDatasetExists, "--mode append, or --mode replace"},
		{catalog.ErrBadName, "--name NAME"},
		{ingest.ErrBadHeader, "--no-header"},
		{catalog.ErrViewExists, "--name NAME, or lakehouse view drop {view}"},
	}
}

// viewWords adds to an error of a statement what mends a view that it reads: what the
// view has lost, which the error names where it is not there at all, or the view.
func viewWords(err error) error {
	const anew = "lakehouse view create {view} --replace"
	here := "lakehouse rollback DATASET VERSION of what it reads, or " + anew
	var p *wire.Problem
	if errors.As(err, &p) && p.Fields["table"] != nil {
		here = "lakehouse restore {table}, lakehouse rename NAME {table}, or " + anew
	}
	return with([]remedy{{query.ErrViewBroken, here}}, err)
}

// ofRename are those of a rename.
func ofRename(from, to string) []remedy {
	return append(ofHistory(), remedy{catalog.ErrIsView, fmt.Sprintf("views are not renamed: lakehouse view create %s with the statement that "+
		"lakehouse view show %s shows, then lakehouse view drop %s", to, from, from)},
		remedy{catalog.ErrViewExists, "lakehouse view drop {view}"})
}

// ofHistory are those of the verbs that look back and manage.
func ofHistory() []remedy {
	return []remedy{
		{catalog.ErrTagExists, "--move"},
		{catalog.ErrDroppedAmbiguous, "--id DATASET_ID, which 'lakehouse dropped' shows"},
		{catalog.ErrDroppedNotFound, "lakehouse dropped"},
		{catalog.ErrIsView, "lakehouse view show|describe|drop NAME"},
		{catalog.ErrVersionNotFound, "lakehouse versions NAME"},
		{catalog.ErrTagNotFound, "lakehouse versions NAME"},
	}
}

// ofViews are those of the verbs of views; more are one verb's own.
func ofViews(more ...remedy) []remedy {
	return append(more, []remedy{
		{catalog.ErrDroppedAmbiguous, "--id VIEW_ID, which 'lakehouse views --dropped' shows"},
		{catalog.ErrDroppedNotFound, "lakehouse views --dropped"},
	}...)
}

// with adds to an error which of the remedies is its own. It goes by the error's code,
// for its words may change, and may be a user's own.
func with(remedies []remedy, err error) error {
	return reword(err, func(p *wire.Problem) string {
		here := ""
		for _, r := range remedies {
			if p.Is(r.kind) {
				here = filled(r.here, p.Fields)
			}
		}
		if _, dropped := p.Fields["restorable_until"]; dropped {
			here = "lakehouse restore NAME"
			if p.Is(catalog.ErrViewNotFound) {
				here = "lakehouse view restore NAME"
			}
		}
		if here == "" {
			return p.Detail
		}
		return p.Detail + " (here: " + here + ")"
	})
}

// filled gives a remedy with the names that the problem has in place of their fields.
// What it has no name for, a name of the reader's takes.
func filled(here string, fields map[string]any) string {
	for _, field := range []string{"view", "table", "model"} {
		name, ok := fields[field].(string)
		if !ok {
			name = "NAME"
		}
		here = strings.ReplaceAll(here, "{"+field+"}", printable(name, ""))
	}
	return here
}

// paramCount is what an error says where the params are not as many as the ?.
var paramCount = regexp.MustCompile(`^the statement has (\d+) parameters?, (\d+) (?:was|were) given$`)

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

// sessionWords adds to an error of a session's statement that it can have no parameters.
func sessionWords(err error) error {
	return reword(err, func(p *wire.Problem) string {
		if !p.Is(query.ErrInvalid) || !paramCount.MatchString(p.Detail) {
			return p.Detail
		}
		return p.Detail + ": write the value in place of ?, or ask with " + sqlUsage + " --param VALUE, outside of the prompt"
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
