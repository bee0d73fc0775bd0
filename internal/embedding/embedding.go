// Package embedding is the contract of embedd: texts become vectors, and a client.
//
// What embedd promises:
//
//   - The model is the one that was asked for, or the configured default, and its name is in
//     the answer. Another is never taken in its place: what cannot be had is an error.
//   - A model has a revision, which is another one where its weights or its prefixes are. Of
//     a provider that tells nothing of weights, its address and the name that it has for the
//     model stand for them, or what the operator says: others that it puts under the same name
//     are not noticed.
//   - All vectors of an answer are of one revision. A request that names one is refused where the
//     model has become another meanwhile: its vectors would not fit beside those that are there.
//   - Every vector has the model's dimension, its numbers are finite, and its length is 1.
//   - A text that is longer than the model reads is cut and said to be so, or refused where
//     that was asked for: at the model's limit, or where its provider does not tell that, up
//     to an eighth before.
//   - The same text gives the same vector, alone and in company. Texts that are asked for
//     by many at once are computed once.
//   - Texts are in no log and no error.
package embedding

import (
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

// The errors of the embedding API.
var (
	ErrBadText       = &wire.Kind{Status: http.StatusBadRequest, Code: "bad_text", Title: "Bad text"}
	ErrTextTooLong   = &wire.Kind{Status: http.StatusBadRequest, Code: "text_too_long", Title: "Text longer than the model reads"}
	ErrDimensions    = &wire.Kind{Status: http.StatusBadRequest, Code: "dimensions_not_supported", Title: "The model has one dimension"}
	ErrTooManyTexts  = &wire.Kind{Status: http.StatusRequestEntityTooLarge, Code: "too_many_texts", Title: "Too many texts"}
	ErrModelNotFound = &wire.Kind{Status: http.StatusNotFound, Code: "model_not_found", Title: "No such model"}
	ErrModelChanged  = &wire.Kind{Status: http.StatusConflict, Code: "model_changed", Title: "The model is another one now"}
	ErrTooManyCalls  = &wire.Kind{Status: http.StatusTooManyRequests, Code: "too_many_requests", Title: "Too many requests wait"}
	ErrBadProvider   = &wire.Kind{Status: http.StatusBadGateway, Code: "bad_embedding", Title: "The provider's answer cannot be used"}
	ErrRefused       = &wire.Kind{Status: http.StatusBadGateway, Code: "provider_refused", Title: "The provider refuses the request"}
	ErrProviderDown  = &wire.Kind{Status: http.StatusServiceUnavailable, Code: "provider_unavailable", Title: "The provider does not answer"}
	ErrEmbedTimeout  = &wire.Kind{Status: http.StatusGatewayTimeout, Code: "embed_timeout", Title: "The texts took too long"}
)

// MaxTexts bounds a request, as OpenAI's API does.
const MaxTexts = 2_048

// InputType is what a text is to its model. Some models tell questions from what is to be
// found, and want a prefix for each; to the others it is nothing.
type InputType string

// The input types.
const (
	Document InputType = "document" // is kept, and found
	Query    InputType = "query"    // is searched with
)

// Request asks for the vectors of texts.
type Request struct {
	Texts     []string  `json:"texts" minItems:"1" maxItems:"2048" example:"[\"forklift operator, night shift\"]"` // none of them empty or of spaces alone
	Model     string    `json:"model,omitempty" example:"minilm"`                                                  // one of GET /embed/models; unless given the configured default
	InputType InputType `json:"input_type,omitempty" enum:"query,document" default:"document"`                     // what the texts are to a model that tells questions from what is found
	Truncate  *bool     `json:"truncate,omitempty" default:"true"`                                                 // false: a text that is longer than the model reads is refused, in place of being cut
	Revision  string    `json:"revision,omitempty"`                                                                // that the model has to have, as GET /embed/models gave it; another is a 409
}

// Answer is the vectors, in the order of the texts.
type Answer struct {
	Model     string          `json:"model" example:"minilm"`  // that made them
	Dimension int             `json:"dimension" example:"384"` // numbers of each vector
	Vectors   []floats.Vector `json:"vectors"`                 // each of length 1
	Truncated []bool          `json:"truncated"`               // whether the end of the text was left out
}

// Model describes one that is configured.
type Model struct {
	Name      string `json:"name" example:"minilm"`
	Provider  string `json:"provider" enum:"builtin,ollama,openai" example:"builtin"` // what computes it: embedd itself, Ollama, or whoever speaks OpenAI's API
	Default   bool   `json:"default"`                                                 // is taken where a request names none
	Ready     bool   `json:"ready"`                                                   // false: reason says why, and what to do
	Reason    string `json:"reason,omitempty"`                                        // why it is not
	Dimension int    `json:"dimension,omitempty" example:"384"`                       // missing where it is not known before the provider has answered
	MaxTokens int    `json:"max_tokens,omitempty" example:"256"`                      // that it reads of a text; missing where that is the provider's affair
	Revision  string `json:"revision,omitempty" example:"sha256:53aa5117"`            // that its vectors are of: another where its weights or prefixes are; missing where it is not known
}

// Models lists them, the default first.
type Models struct {
	Models []Model `json:"models"`
}

// CheckInputType refuses one that there is not; none is [Document].
func CheckInputType(t InputType) error {
	if t != "" && t != Document && t != Query {
		return wire.ErrBadRequest.Errorf("there is no input_type %.40q; there are %s and %s", t, Document, Query).With("field", "input_type")
	}
	return nil
}
