package service

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Group is the part of a specification that one daemon answers.
type Group struct {
	Name   string // the daemon's
	Prefix string // put before every path: "/v1" on the gateway
	Routes []Route
}

// Spec writes the OpenAPI 3.1 document of the groups, from nothing but their
// routes: the same input gives the same bytes. Routes that pass requests on
// (Method "") are left out. words describe the types, and may be nil. Two routes with one ID, or with one method and
// path, are an error.
func Spec(title, version string, words Words, groups ...Group) ([]byte, error) {
	b := &specBuilder{schemas: newSchemas(), ids: map[string]string{}}
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: title, Version: version, Description: specDescription},
		Servers: []*huma.Server{{URL: "/"}},
		Paths:   map[string]*huma.PathItem{},
		Components: &huma.Components{
			Schemas: b.schemas.registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {
				Type: "http", Scheme: "bearer", Description: "AUTH_TOKEN, or AUTH_TOKEN_READ where x-access is read. None is asked for where none is set.",
			}},
		},
		Security: []map[string][]string{{"bearer": {}}},
	}
	for _, g := range groups {
		doc.Tags = append(doc.Tags, &huma.Tag{Name: g.Name})
		for _, route := range g.Routes {
			if route.Method == "" {
				continue
			}
			if err := b.add(doc, g, route); err != nil {
				return nil, err
			}
		}
	}
	b.schemas.finish(words)
	text, err := json.MarshalIndent(doc, "", " ")
	return append(text, '\n'), err
}

const specDescription = "Errors are RFC 9457 problem documents, or have OpenAI's shape on paths of its API; `code` is stable. Unknown fields and unknown query parameters are refused by name. " +
	"X-Request-Id and traceparent are taken in and given back."

type specBuilder struct {
	schemas *schemas
	ids     map[string]string
}

var pathParam = regexp.MustCompile(`\{([a-z_]+)(:[^}]*)?\}`)

func (b *specBuilder) add(doc *huma.OpenAPI, g Group, route Route) error {
	path := g.Prefix + specPath(route.Path)
	here := route.Method + " " + path
	if other, taken := b.ids[route.ID]; taken || route.ID == "" {
		return fmt.Errorf("operation id %q of %s is missing or also %s's", route.ID, here, other)
	}
	b.ids[route.ID] = here
	item := doc.Paths[path]
	if item == nil {
		item = &huma.PathItem{}
		doc.Paths[path] = item
	}
	slot := operationSlot(item, route.Method)
	if slot == nil {
		return fmt.Errorf("%s: the specification has no place for this method", here)
	}
	if *slot != nil {
		return fmt.Errorf("%s is declared twice", here)
	}
	*slot = b.operation(g, route)
	return nil
}

// specPath gives a chi pattern as OpenAPI writes it; a trailing /* is {key}.
func specPath(pattern string) string {
	if head, ok := strings.CutSuffix(pattern, "/*"); ok {
		pattern = head + "/{key}"
	}
	return pathParam.ReplaceAllString(pattern, "{$1}")
}

func operationSlot(item *huma.PathItem, method string) **huma.Operation {
	switch method {
	case http.MethodGet:
		return &item.Get
	case http.MethodHead:
		return &item.Head
	case http.MethodPost:
		return &item.Post
	case http.MethodPut:
		return &item.Put
	case http.MethodPatch:
		return &item.Patch
	case http.MethodDelete:
		return &item.Delete
	}
	return nil
}

func (b *specBuilder) operation(g Group, route Route) *huma.Operation {
	op := &huma.Operation{
		OperationID: route.ID, Summary: route.Summary, Tags: []string{g.Name},
		Responses:  b.responses(route),
		Extensions: map[string]any{},
	}
	switch route.Access {
	case Open:
		op.Security = []map[string][]string{{}}
	case Read:
		op.Extensions["x-access"] = "read"
	default:
		op.Extensions["x-access"] = "write"
	}
	for _, m := range pathParam.FindAllStringSubmatch(specPath(route.Path), -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	for in, params := range map[string][]Param{"query": route.Query, "header": route.Headers} {
		for _, p := range params {
			op.Parameters = append(op.Parameters, &huma.Param{Name: p.Name, In: in, Description: p.Doc, Schema: p.schema()})
		}
	}
	slices.SortStableFunc(op.Parameters, func(x, y *huma.Param) int {
		return slices.Index(paramOrder, x.In) - slices.Index(paramOrder, y.In)
	})
	if route.Body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: b.content(*route.Body, true)}
	}
	return op
}

var paramOrder = []string{"path", "query", "header"}

// responses describes every answer of a route. A status that both an answer and
// an error have is described once, with both contents.
func (b *specBuilder) responses(route Route) map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for _, a := range route.Answers {
		all[strconv.Itoa(a.Status)] = &huma.Response{Description: a.Doc, Content: b.content(Body{Media: a.Media, Type: a.Type, Example: a.Example, Stream: a.Stream}, false)}
	}
	byStatus := map[int][]*wire.Kind{}
	for _, kind := range slices.Concat(route.Errors, commonErrors(route)) {
		same := func(k *wire.Kind) bool { return k.Code == kind.Code }
		if !slices.ContainsFunc(byStatus[kind.Status], same) {
			byStatus[kind.Status] = append(byStatus[kind.Status], kind)
		}
	}
	for status, kinds := range byStatus {
		key := strconv.Itoa(status)
		if all[key] == nil {
			all[key] = &huma.Response{Content: map[string]*huma.MediaType{}}
		}
		titles := make([]string, len(kinds))
		for i, k := range kinds {
			titles[i] = k.Title
		}
		all[key].Description = strings.Join(append(notEmpty(all[key].Description), titles...), "; ")
		switch {
		case route.Method == http.MethodHead:
		case route.ErrorAs != nil:
			all[key].Content["application/json"] = &huma.MediaType{Schema: b.schemas.of(route.ErrorAs(kinds[0].Errorf("")), false)}
		default:
			all[key].Content[wire.ContentTypeProblem] = &huma.MediaType{Schema: b.schemas.problem(kinds)}
		}
	}
	return all
}

func notEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// commonErrors are those that this package answers with for the route.
func commonErrors(route Route) []*wire.Kind {
	kinds := []*wire.Kind{wire.ErrHostNotAllowed, wire.ErrProxyNoToken, wire.ErrIPNotAllowed, wire.ErrInternal}
	if !route.AnyQuery {
		kinds = append(kinds, wire.ErrBadRequest, wire.ErrUnknownParameter)
	}
	if route.Access != Open {
		kinds = append(kinds, wire.ErrUnauthorized)
	}
	if route.Access == Write {
		kinds = append(kinds, wire.ErrReadOnlyToken)
	}
	if route.Method != http.MethodGet && route.Method != http.MethodHead {
		kinds = append(kinds, wire.ErrCrossOrigin)
	}
	if !route.probe {
		kinds = append(kinds, wire.ErrUnavailable)
	}
	if route.Body != nil {
		kinds = append(kinds, wire.ErrBodyIdle)
		if route.MaxBody >= 0 {
			kinds = append(kinds, wire.ErrBodyTooLarge)
		}
		if route.Body.Type != nil {
			kinds = append(kinds, wire.ErrBadRequest, wire.ErrUnknownField)
		}
	}
	return kinds
}

func (b *specBuilder) content(of Body, strict bool) map[string]*huma.MediaType {
	content := map[string]*huma.MediaType{}
	if len(of.Media) == 0 && of.Type != nil {
		of.Media = []string{"application/json"}
	}
	for _, m := range of.Media {
		content[m] = &huma.MediaType{}
		switch {
		case m == "application/json" && of.Type != nil:
			content[m].Schema = b.schemas.of(of.Type, strict)
			switch {
			case len(of.Others) > 0: // the two forms exclude each other
				content[m].Examples = map[string]*huma.Example{"example": {Value: json.RawMessage(of.Example)}}
				for _, other := range of.Others {
					content[m].Examples[other.Shows] = &huma.Example{Value: json.RawMessage(other.Body)}
				}
			case of.Example != "":
				content[m].Example = json.RawMessage(of.Example)
			}
		case of.Stream != "":
			content[m].Schema = &huma.Schema{Type: huma.TypeString, Format: "binary", Description: of.Stream}
		}
	}
	return content
}
