package bodies

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

// mostAgain is the most of a body that wire.ReadJSON reads again, to say what is wrong.
const mostAgain = 1 << 20

// brief says what is wrong in a body by the error alone: of a large body, which to read again
// for better words takes as long and as much memory as to read it.
func brief(body []byte, err error) error {
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	wrong, isWrong := errors.AsType[*jsonv2.SemanticError](err)
	switch {
	case isSyntax && errors.Is(err, jsontext.ErrDuplicateName):
		return wire.ErrBadRequest.Errorf("the key %.100q is given twice in one object; give it once", syntax.JSONPointer.LastToken())
	case isSyntax && !utf8.Valid(body):
		return wire.ErrBadRequest.Errorf("the body is not UTF-8")
	case isSyntax:
		return wire.ErrBadRequest.Errorf("the body is not JSON; what is wrong begins at its byte %d, counted from 0", syntax.ByteOffset).With("offset", syntax.ByteOffset)
	case !isWrong:
		return wire.ErrBadRequest.Errorf("the body cannot be read")
	}
	name, path := wrong.JSONPointer.LastToken(), strings.Join(slices.Collect(wrong.JSONPointer.Tokens()), ".")
	switch {
	case errors.Is(err, jsonv2.ErrUnknownName):
		return wire.ErrUnknownField.Errorf("unknown field %.100q", name).With("field", name)
	case wrong.Err != nil && wrong.GoType == reflect.TypeFor[floats.Vector]():
		return wire.ErrBadRequest.Errorf("field %.100q: %v", path, wrong.Err).With("field", path)
	}
	kind := map[jsontext.Kind]string{'{': "object", '[': "array", 't': "bool", 'f': "bool"}[wrong.JSONKind]
	if kind == "" {
		kind = wrong.JSONKind.String()
	}
	return wire.ErrBadRequest.Errorf("field %s", wire.TypeWords(&json.UnmarshalTypeError{Value: kind, Type: wrong.GoType, Field: path})).With("field", path)
}
