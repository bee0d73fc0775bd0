package embedding

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"

	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

// The formats of an embedding in OpenAI's API.
const (
	FormatFloat  = "float"  // an array of numbers
	FormatBase64 = "base64" // of float32, the low byte first
)

// OpenAIRequest asks for vectors as OpenAI's API does. What it may say beside is refused by
// name.
type OpenAIRequest struct {
	Input          json.RawMessage `json:"input" example:"[\"forklift operator, night shift\"]"` // a text, or a list of texts; tokens are not taken
	Model          string          `json:"model,omitempty" example:"minilm"`                     // one of GET /embed/models; unless given the configured default
	EncodingFormat string          `json:"encoding_format,omitempty" enum:"float,base64"`        // base64 is of float32, the low byte first; float unless given
	Dimensions     *int            `json:"dimensions,omitempty"`                                 // that of the model; another is refused
	User           string          `json:"user,omitempty"`                                       // is not looked at
}

// OpenAIAnswer is the vectors, in the order of the texts.
type OpenAIAnswer struct {
	Object string            `json:"object" enum:"list"`
	Data   []OpenAIEmbedding `json:"data"`
	Model  string            `json:"model" example:"minilm"` // that made them
	Usage  OpenAIUsage       `json:"usage"`
}

// OpenAIEmbedding is the vector of one text.
type OpenAIEmbedding struct {
	Object    string          `json:"object" enum:"embedding"`
	Index     int             `json:"index"`               // of the text
	Embedding json.RawMessage `json:"embedding"`           // an array of numbers, or a text in base64, as was asked for
	Truncated bool            `json:"truncated,omitempty"` // the end of the text was left out; OpenAI's API does not have this
}

// OpenAIUsage counts the tokens of the texts.
type OpenAIUsage struct {
	PromptTokens int `json:"prompt_tokens"` // 0 where the provider does not tell
	TotalTokens  int `json:"total_tokens"`  // the same
}

// AppendBase64 writes a vector as base64 of float32, the low byte first, behind other text.
func AppendBase64(out []byte, v floats.Vector) []byte {
	raw := make([]byte, 0, 4*len(v))
	for _, f := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
	}
	return base64.StdEncoding.AppendEncode(out, raw)
}

// ParseBase64 reads such a text. It gives nil for one that is none.
func ParseBase64(text string) floats.Vector {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw)%4 != 0 {
		return nil
	}
	v := make(floats.Vector, 0, len(raw)/4)
	for ; len(raw) > 0; raw = raw[4:] {
		v = append(v, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
	}
	return v
}
