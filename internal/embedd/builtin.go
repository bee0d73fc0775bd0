package embedd

import (
	"context"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/embedded"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd/minilm"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
	"git.agentview.dev/profit/golanglakehouse/internal/simd"
)

// builtin is the model that this program brings with it.
type builtin struct{ *minilm.Model }

func newBuiltin() (*model, error) {
	m, err := minilm.Load(simd.Best())
	if err != nil {
		return nil, err
	}
	return &model{name: builtinName, provider: "builtin", maxTokens: minilm.MaxTokens, marks: minilm.Marks, maker: builtin{m}}, nil
}

// Revision is that of the weights, which do not change while the program runs.
func (b builtin) Revision(context.Context) (string, error) { return b.Model.Revision(), nil }

// Embed makes the vectors of a batch.
func (b builtin) Embed(ctx context.Context, _ string, texts []string) ([]embedded.Embedding, error) {
	return b.Model.Embed(ctx, texts)
}

// Batch is so small that work that nobody waits for ends soon.
func (builtin) Batch() int { return 256 }

// Prefix is none: the model was trained without.
func (builtin) Prefix(embedding.InputType) string { return "" }

// Dimension is that of the model.
func (builtin) Dimension() int { return minilm.Dimension }
