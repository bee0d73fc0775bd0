package mcpd

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

var errBadArguments = &wire.Kind{Status: 400, Code: "bad_arguments", Title: "Bad arguments"}

// checker checks the arguments of a call against the schema that the tool is listed with,
// which is compiled when the first call comes. mcp-go's own check tells what is wrong in
// Go's notation.
func checker(t mcp.Tool) func(arguments json.RawMessage) error {
	compiled := sync.OnceValues(func() (*jsonschema.Schema, error) {
		text, err := json.Marshal(t.InputSchema)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		c := jsonschema.NewCompiler()
		if err := c.AddResource(t.Name, doc); err != nil {
			return nil, err
		}
		return c.Compile(t.Name)
	})
	return func(arguments json.RawMessage) error {
		schema, err := compiled()
		if err != nil {
			return err
		}
		if text := bytes.TrimSpace(arguments); len(text) == 0 || string(text) == "null" {
			arguments = json.RawMessage("{}")
		}
		given, err := jsonschema.UnmarshalJSON(bytes.NewReader(arguments))
		if err != nil {
			return errBadArguments.Errorf("the arguments are no JSON: %v", err)
		}
		if err := schema.Validate(given); err != nil {
			_, faults, _ := strings.Cut(err.Error(), "\n") // the first line names the schema
			return errBadArguments.Errorf("%s", strings.NewReplacer("\n- ", "; ", "at '': ", "").Replace(strings.TrimPrefix(faults, "- ")))
		}
		return nil
	}
}

// unfit words what fits the schema and yet cannot be read: 2.0 is an integer there.
func unfit(err error) error {
	if wrong, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		return errBadArguments.Errorf("at '/%s': got %s, want it without a point or an exponent", wrong.Field, wrong.Value)
	}
	return errBadArguments.Errorf("%v", err)
}
