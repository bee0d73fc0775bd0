package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire/floats"
)

// openAI speaks OpenAI's API, of which others have made their own.
type openAI struct {
	caller
	plain atomic.Bool // it knows no formats: it has said so
}

type openAIRequest struct {
	Model          string   `json:"model"`
	Input          []string `json:"input"`
	EncodingFormat string   `json:"encoding_format,omitempty"`
}

func (o *openAI) embed(ctx context.Context, texts []string, cut bool) (answer, error) {
	if cut { // which the API cannot say
		return answer{}, errTooLong
	}
	return o.ask(ctx, texts)
}

func (o *openAI) ask(ctx context.Context, texts []string) (answer, error) {
	var got embedding.OpenAIAnswer
	format := embedding.FormatBase64 // a third of the bytes, and all digits
	if o.plain.Load() {
		format = ""
	}
	said, err := o.send(ctx, http.MethodPost, "/embeddings", openAIRequest{o.config.Model, texts, format}, &got, o.vectors("data", len(texts)))
	switch {
	case err != nil:
		return answer{}, err
	case said == nil:
		return o.inOrder(got, len(texts))
	case format != "" && said.ofInput() && strings.Contains(said.words, "encoding_format"):
		o.plain.Store(true)
		return o.ask(ctx, texts)
	case said.status == http.StatusNotFound:
		return answer{}, o.config.closed("it does not know the model %s, or url is not the address of its API", o.config.Model)
	case said.status == http.StatusRequestEntityTooLarge, said.ofInput() && tooLong(said):
		return answer{}, errTooLong
	}
	return answer{}, o.config.explain(said)
}

// tooLong tells, by the words of those that are in use, a text that the model does not read
// to its end.
func tooLong(said *complaint) bool {
	for _, words := range []string{"context length", "context_length", "too long", "too_long", "maximum input length", "too many tokens", "exceeds"} {
		if strings.Contains(said.words, words) {
			return true
		}
	}
	return false
}

// inOrder gives the vectors in the order of the texts, which is not that of the answer.
func (o *openAI) inOrder(got embedding.OpenAIAnswer, texts int) (answer, error) {
	a := answer{vectors: make([][]float32, texts), truncated: make([]bool, texts), tokens: got.Usage.PromptTokens}
	if len(got.Data) != texts {
		return a, o.config.bad("%d vectors came for %d texts", len(got.Data), texts)
	}
	for _, e := range got.Data {
		if e.Index < 0 || e.Index >= texts || a.vectors[e.Index] != nil {
			return a, o.config.bad("its vectors are not numbered as the texts are")
		}
		v, ok := numbers(e.Embedding)
		if !ok {
			return a, o.config.bad("an embedding is neither an array of numbers nor base64 of float32")
		}
		a.vectors[e.Index], a.truncated[e.Index] = v, e.Truncated
	}
	return a, nil
}

// numbers reads an embedding in the format that was asked for, or in the other one, which is
// what a provider gives that knows no formats.
func numbers(raw json.RawMessage) (floats.Vector, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		v := embedding.ParseBase64(text)
		return v, v != nil
	}
	var v floats.Vector
	return v, json.Unmarshal(raw, &v) == nil
}

// revision is what the operator says that it is. OpenAI's API tells none, so that else the
// address and the name stand for the weights: there are servers that look at no name.
func (o *openAI) revision(context.Context) (string, error) {
	_, address, _ := strings.Cut(o.config.URL, "://")
	return cmp.Or(o.config.Revision, "config:"+digest(address, o.config.Model)), nil
}
