package service

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const schemaPrefix = "#/components/schemas/"

// schemas turns Go types into JSON schemas as this house writes JSON: what goes
// in is strict, what comes out may grow; a pointer is null when nil, a list is
// never null.
type schemas struct {
	registry huma.Registry
	strict   map[string]bool // names of schemas that requests use
}

func newSchemas() *schemas {
	s := &schemas{registry: huma.NewMapRegistry(schemaPrefix, schemaName), strict: map[string]bool{}}
	s.registry.Map()["Problem"] = problemSchema()
	s.registry.RegisterTypeAlias(reflect.TypeFor[wire.Problem](), reflect.TypeFor[problemRef]())
	return s
}

// problemRef stands for a problem document inside of another answer.
type problemRef struct{}

// Schema refers to the one schema of problems, as huma.SchemaProvider asks.
func (problemRef) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Ref: schemaPrefix + "Problem"}
}

// schema is a list where the parameter may be given several times.
func (p Param) schema() *huma.Schema {
	one := &huma.Schema{Type: p.Type}
	if p.Repeats {
		return &huma.Schema{Type: huma.TypeArray, Items: one}
	}
	return one
}

// schemaName keeps types of one name in different packages apart.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	pkg := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
	if pkg == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + huma.DefaultSchemaNamer(t, hint)
}

func (s *schemas) of(v any, strict bool) *huma.Schema {
	schema := s.registry.Schema(reflect.TypeOf(v), true, "Body")
	if strict {
		s.markStrict(schema)
	}
	return schema
}

// markStrict notes every named schema that a request reaches.
func (s *schemas) markStrict(schema *huma.Schema) {
	if name, ok := strings.CutPrefix(schema.Ref, schemaPrefix); ok {
		if s.strict[name] {
			return
		}
		s.strict[name] = true
		schema = s.registry.Map()[name]
	}
	for _, property := range schema.Properties {
		s.markStrict(property)
	}
	if schema.Items != nil {
		s.markStrict(schema.Items)
	}
	if values, ok := schema.AdditionalProperties.(*huma.Schema); ok {
		s.markStrict(values)
	}
}

// finish mends what huma takes from its own conventions. It is called once all
// types are known.
func (s *schemas) finish(words Words) {
	for name, schema := range s.registry.Map() {
		if !s.strict[name] && schema.AdditionalProperties == false {
			schema.AdditionalProperties = nil
		}
		typ := s.registry.TypeFromRef(schemaPrefix + name)
		for property, p := range schema.Properties {
			for list := p; list != nil && list.Type == huma.TypeArray; list = list.Items {
				list.Nullable = false
			}
			if len(p.Examples) > 0 && p.Type == "" && reflect.TypeOf(p.Examples[0]) == reflect.TypeFor[map[string]any]() {
				p.Type = huma.TypeObject // of JSON as it came, the example says what it is
			}
			if p.Ref != "" && nilIsNull(typ, property) {
				schema.Properties[property] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}}
			}
		}
		if typ != nil && words != nil {
			words.describe(schema, typ)
		}
	}
}

// nilIsNull tells a pointer field that is written as null when it is nil.
func nilIsNull(typ reflect.Type, property string) bool {
	for _, f := range reflect.VisibleFields(typ) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == property {
			return f.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit")
		}
	}
	return false
}

func problemSchema() *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	whole := func(doc string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Description: doc}
	}
	return &huma.Schema{
		Type:        huma.TypeObject,
		Description: "RFC 9457. Members beside these say what helps to mend it: diff, errors, line, limit, service, ...",
		Required:    []string{"type", "title", "status", "detail", "code"},
		Properties: map[string]*huma.Schema{
			"type":           {Type: huma.TypeString, Format: "uri"},
			"title":          text("the same for every occurrence of the code"),
			"status":         whole("of the answer"),
			"detail":         text("what was wrong here, and how to mend it"),
			"code":           text("stable"),
			"request_id":     text("under which the log has more; missing where it went wrong in the background"),
			"retry_after_ms": whole("when it is worth coming again"),
		},
	}
}

// problem is a problem document whose code is one of kinds.
func (s *schemas) problem(kinds []*wire.Kind) *huma.Schema {
	codes := make([]any, len(kinds))
	for i, k := range kinds {
		codes[i] = k.Code
	}
	return &huma.Schema{AllOf: []*huma.Schema{
		{Ref: schemaPrefix + "Problem"},
		{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"code": {Type: huma.TypeString, Enum: codes}}},
	}}
}
