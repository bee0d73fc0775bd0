package service

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Words gives what the source says of a type of a package or, where field is not "", of
// that field of it; "" where it says nothing. They are the descriptions in a
// specification.
type Words func(pkg, typ, field string) string

// describe puts the words of a type into its schema.
func (words Words) describe(schema *huma.Schema, typ reflect.Type) {
	if schema.Description == "" {
		schema.Description = words(typ.PkgPath(), typ.Name(), "")
	}
	if typ.Kind() != reflect.Struct {
		return
	}
	for _, f := range reflect.VisibleFields(typ) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := schema.Properties[name]
		if p == nil || p.Description != "" {
			continue
		}
		owner := typ // of a field that is embedded, the struct that it was written in
		for _, i := range f.Index[:len(f.Index)-1] {
			if owner = owner.Field(i).Type; owner.Kind() == reflect.Pointer {
				owner = owner.Elem()
			}
		}
		p.Description = words(owner.PkgPath(), owner.Name(), f.Name)
	}
}
