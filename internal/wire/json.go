package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ReadJSON decodes the request's body into v, strictly: an unknown field, a
// wrong type or anything after the value is a 400 that names it. The content
// type is not asked for, because curl sends a form's by default. The body's
// size is bounded by the service that called the handler.
func ReadJSON(r *http.Request, v any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return jsonProblem(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return ErrBadRequest.Errorf("the body holds more than one JSON value")
	}
	return nil
}

// DecodeJSON reads one JSON value from a peer's answer. Unknown fields are
// allowed, so that a newer peer may say more.
func DecodeJSON(r io.Reader, v any) error {
	dec := json.NewDecoder(r)
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
	case errors.As(err, &wrongType):
		return ErrBadRequest.Errorf("field %q takes %s, not %s", wrongType.Field, wrongType.Type, wrongType.Value)
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return ErrUnknownField.Errorf("unknown field %s", field)
	}
	return ErrBadRequest.Errorf("the body could not be read as JSON: %v", err)
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
	w.WriteHeader(status)
	_, err := w.Write(buf.Bytes())
	return err
}

// CheckQuery refuses a query string that cannot be parsed, a parameter that is
// not among allowed, and one given twice.
func CheckQuery(u *url.URL, allowed ...string) error {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return ErrBadRequest.Errorf("the query string cannot be parsed: %v", err)
	}
	for name, given := range values {
		if !slices.Contains(allowed, name) {
			return ErrUnknownParameter.Errorf("unknown query parameter %q; known here: %s", name, strings.Join(allowed, ", "))
		}
		if len(given) > 1 {
			return ErrBadRequest.Errorf("query parameter %q is given %d times", name, len(given))
		}
	}
	return nil
}
