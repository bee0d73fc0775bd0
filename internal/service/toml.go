package service

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decodeSections decodes into a struct made of the sections, because go-toml
// names the line of an unknown key only when it decodes into a struct. A first
// pass into stricter types finds what the sections' own would take in silence.
func decodeSections(text []byte, sections map[string]any) error {
	names := slices.Sorted(maps.Keys(sections))
	for name := range ports {
		if _, asked := sections[name]; !asked {
			names = append(names, name)
		}
	}
	fields := make([]reflect.StructField, len(names))
	for i, name := range names {
		typ := reflect.TypeFor[map[string]any]()
		if target, asked := sections[name]; asked {
			typ = reflect.TypeOf(target)
		}
		fields[i] = reflect.StructField{Name: fmt.Sprintf("S%d", i), Type: typ, Tag: reflect.StructTag(`toml:"` + name + `"`)}
	}
	typ := reflect.StructOf(fields)
	if err := decodeStrictly(text, reflect.New(stricter(typ))); err != nil {
		return err
	}
	doc := reflect.New(typ)
	for i, name := range names {
		if target, asked := sections[name]; asked {
			doc.Elem().Field(i).Set(reflect.ValueOf(target))
		}
	}
	return decodeStrictly(text, doc)
}

func decodeStrictly(text []byte, into reflect.Value) error {
	return explainTOML(toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(into.Interface()))
}

// durationText stands for a Duration in the first pass. A bare number does not
// fit it, while it would fit a Duration, as nanoseconds.
type durationText string

// stricter gives t with every Duration in it as durationText.
func stricter(t reflect.Type) reflect.Type {
	switch {
	case t == reflect.TypeFor[Duration]():
		return reflect.TypeFor[durationText]()
	case t.Kind() == reflect.Pointer:
		return reflect.PointerTo(stricter(t.Elem()))
	case t.Kind() == reflect.Slice:
		return reflect.SliceOf(stricter(t.Elem()))
	case t.Kind() == reflect.Map:
		return reflect.MapOf(t.Key(), stricter(t.Elem()))
	case t.Kind() != reflect.Struct:
		return t
	}
	var fields []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && len(f.Index) == 1 {
			fields = append(fields, reflect.StructField{Name: f.Name, Type: stricter(f.Type), Tag: f.Tag})
		}
	}
	return reflect.StructOf(fields)
}

// explainTOML words a decoder's error: the line, the key, what does not fit.
func explainTOML(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		first := unknown.Errors[0]
		line, _ := first.Position()
		return fmt.Errorf("line %d: unknown key %q", line, strings.Join(first.Key(), "."))
	}
	var bad *toml.DecodeError
	if !errors.As(err, &bad) {
		return err
	}
	line, column := bad.Position()
	key := strings.Join(bad.Key(), ".")
	what := strings.TrimPrefix(bad.Error(), "toml: ")
	if kind, target, ok := strings.Cut(what, " into "); ok {
		kind = strings.TrimPrefix(kind, "cannot decode ")
		what = fmt.Sprintf("%s does not take a %s; write %s", key, kind, wanted(target[strings.LastIndex(target, " ")+1:]))
	} else if key != "" {
		what = key + ": " + what
	}
	return fmt.Errorf("line %d, column %d: %s", line, column, what)
}

// wanted says what a key of a Go type takes.
func wanted(typ string) string {
	switch {
	case strings.HasSuffix(typ, "durationText"):
		return `a duration like "30s" or "5m"`
	case strings.HasPrefix(typ, "int"):
		return "a whole number, without quotes"
	case strings.HasPrefix(typ, "float"):
		return "a number, without quotes"
	case typ == "bool":
		return "true or false, without quotes"
	case typ == "string":
		return "text in quotes"
	case typ == "[]string":
		return `a list like ["a", "b"]`
	case strings.HasPrefix(typ, "[]"):
		return "a list like [1, 2]"
	}
	return "a section, with keys of its own"
}
