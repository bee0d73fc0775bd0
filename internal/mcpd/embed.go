package mcpd

import (
	"context"
	"math"

	"github.com/mark3labs/mcp-go/mcp"

	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

const firstNumbers = 8 // of a vector, that are shown

type embedArgs struct {
	Text      string              `json:"text"`
	Model     string              `json:"model"`
	InputType embedding.InputType `json:"input_type"`
}

type embedded struct {
	Model     string    `json:"model"`
	Dimension int       `json:"dimension"`
	Norm      float64   `json:"norm"`
	First     []float32 `json:"first" jsonschema:"the first numbers of the vector, which is not given whole"`
	Truncated bool      `json:"truncated" jsonschema:"the text is longer than the model reads, and its end was left out"`
}

func embedTextTool() mcp.Tool {
	return newTool("embed_text", "Embed a text",
		"Makes the vector of a text and tells of it: the model, the dimension, the norm and the first numbers. The vector itself is not given: "+
			"search_vectors takes the text as it is. Use this to see which model there is, whether it answers, and whether it reads the whole of a text.",
		mcp.WithString("text", mcp.Required(), mcp.MinLength(1), mcp.MaxLength(maxStatement), mcp.Description("the text")),
		mcp.WithString("model", mcp.MaxLength(256), mcp.Description("the model's name; the configured one if left out")),
		mcp.WithString("input_type", mcp.Enum(string(embedding.Query), string(embedding.Document)), mcp.DefaultString(string(embedding.Document)),
			mcp.Description("what the text is to a model that tells questions from what is found")),
		mcp.WithOutputSchema[embedded]())
}

func (g Gateway) embedText(ctx context.Context, args embedArgs) (embedded, error) {
	answer, err := g.embedding().Embed(ctx, embedding.Request{Texts: []string{args.Text}, Model: args.Model, InputType: args.InputType})
	if err != nil {
		return embedded{}, err
	}
	if len(answer.Vectors) != 1 || len(answer.Truncated) != 1 {
		return embedded{}, wire.ErrInternal.Errorf("one text was answered with %d vectors", len(answer.Vectors))
	}
	v := answer.Vectors[0]
	squares := 0.0
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	return embedded{Model: answer.Model, Dimension: len(v), Norm: math.Sqrt(squares), First: v[:min(len(v), firstNumbers)], Truncated: answer.Truncated[0]}, nil
}
