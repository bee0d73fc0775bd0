package wire

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ReadJSON decodes the request's body into v, strictly: an unknown field, a
// wrong type, a key given twice or anything after the value is a 400 that names
// it, and so is more than a bound. The content type is not asked for, because curl sends a form's by default.
// The body's size is bounded by the service that called the handler.
func ReadJSON(r *http.Request, v any, bounds ...Bound) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return jsonProblem(err)
	}
	if !utf8.Valid(body) { // encoding/json would put U+FFFD in place of what it cannot read
		return ErrBadRequest.Errorf("the body is not UTF-8")
	}
	if err := cmp.Or(CheckBounds(body, bounds...), CheckNames(body)); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			name, _ := strconv.Unquote(field)
			return unknownField(name, body, v)
		}
		return jsonProblem(err)
	}
	switch _, err := dec.Token(); {
	case errors.Is(err, io.EOF):
		if name, found := misspelt(body, v); found {
			return unknownField(name, body, v)
		}
		if key, found := duplicateKey(body); found {
			return ErrBadRequest.Errorf("the key %.100q is given twice in one object; give it once", key)
		}
		return nil
	case err == nil, errors.As(err, new(*json.SyntaxError)):
		return ErrBadRequest.Errorf("the body holds more than one JSON value")
	default:
		return jsonProblem(err)
	}
}

// DecodeJSON reads one JSON value from a peer's answer. Unknown fields are
// allowed, so that a newer peer may say more. One that is null says nothing, and is an error.
func DecodeJSON(r io.Reader, v any) error {
	in := bufio.NewReader(r)
	if begin, _ := in.Peek(len("null")); string(begin) == "null" {
		return &json.UnmarshalTypeError{Value: "null", Type: reflect.TypeOf(v)}
	}
	dec := json.NewDecoder(in)
	dec.UseNumber()
	return dec.Decode(v)
}

func jsonProblem(err error) error {
	var tooLarge *http.MaxBytesError
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	var problem *Problem
	switch {
	case errors.As(err, &problem), errors.As(err, &tooLarge):
		return err
	case errors.Is(err, io.EOF):
		return ErrBadRequest.Errorf("the body is empty; send a JSON object")
	case errors.As(err, &syntax):
		return ErrBadRequest.Errorf("the body is not JSON: %v", err).With("offset", syntax.Offset)
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return ErrBadRequest.Errorf("the body %s", TypeWords(wrongType))
	case errors.As(err, &wrongType):
		return ErrBadRequest.Errorf("field %s", TypeWords(wrongType)).With("field", fieldName(wrongType.Field))
	}
	return ErrBadRequest.Errorf("the body could not be read as JSON: %v", err)
}

// misspelt looks for a field of the body's own that encoding/json took for one of another case
// of letters. In an object within it goes by the decoder.
func misspelt(body []byte, v any) (name string, found bool) {
	known := fieldsOf(reflect.TypeOf(v))
	s := scan{doc: body}
	for text, ok := s.name(); ok && known != nil; text, ok = s.name() {
		if name := unquote(text); !slices.Contains(known, name) {
			return name, true
		}
		s.skip()
	}
	return "", false
}

// unknownField names a field that a body may not have, and those that it may have if it is not
// in an object within.
func unknownField(name string, body []byte, v any) error {
	known := ""
	s := scan{doc: body}
	for text, ok := s.name(); ok && known == ""; text, ok = s.name() {
		if unquote(text) == name {
			known = "; known here: " + strings.Join(fieldsOf(reflect.TypeOf(v)), ", ")
		}
		s.skip()
	}
	return ErrUnknownField.Errorf("unknown field %.100q%s", name, known).With("field", name)
}

// fieldsOf lists the fields of the object that a Go type takes.
func fieldsOf(t reflect.Type) (names []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// TypeWords says what a value takes, in place of what came; it begins with the name of the
// field, where there is one.
func TypeWords(e *json.UnmarshalTypeError) string {
	words := fmt.Sprintf("takes %s, not %.40s", jsonName(e.Type), e.Value)
	if e.Field != "" {
		words = fmt.Sprintf("%.100q %s", fieldName(e.Field), words)
	}
	switch is := strings.HasPrefix(e.Value, "number"); {
	case is && e.Type.Kind() == reflect.String:
		words += "; write it in quotes"
	case e.Value == "string" && strings.Contains(jsonName(e.Type), "number"):
		words += "; write it without quotes"
	}
	return words
}

// fieldName gives the path of a field without the names of embedded structs, which are
// Go's and have capitals, as no name in a body has.
func fieldName(path string) string {
	parts := strings.Split(path, ".")
	last := len(parts) - 1
	parts = slices.DeleteFunc(parts[:last:last], func(part string) bool { return part != strings.ToLower(part) })
	return strings.Join(append(parts, path[strings.LastIndex(path, ".")+1:]), ".")
}

// jsonName says what JSON calls the values that a Go type takes.
func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonName(t.Elem())
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Interface:
		return "a value of another kind"
	}
	return fmt.Sprintf("a whole number of %d bits", t.Bits())
}

// WriteJSON answers with v as JSON. An encoding error is returned before
// anything was written.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, err := w.Write(buf.Bytes())
	return err
}

// CheckQuery refuses a query string that cannot be parsed, a parameter that is
// not among allowed, and one given twice that is not among repeats.
func CheckQuery(u *url.URL, repeats []string, allowed ...string) error {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return ErrBadRequest.Errorf("the query string cannot be parsed: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(allowed, name) {
			known := cmp.Or(strings.Join(allowed, ", "), "none")
			return ErrUnknownParameter.Errorf("unknown query parameter %q; known here: %s", name, known).With("parameter", name)
		}
		if given := len(values[name]); given > 1 && !slices.Contains(repeats, name) {
			return ErrBadRequest.Errorf("query parameter %q is given %d times", name, given)
		}
	}
	return nil
}
