package embedd

import (
	"context"

	"git.agentview.dev/profit/golanglakehouse/internal/embedd/remote"
	"git.agentview.dev/profit/golanglakehouse/internal/embedding"
)

// builtin is the model that this program brings with it.
type builtin struct{}

func newBuiltin() (*model, error) {
	return &model{name: builtinName, provider: "builtin", maxTokens: 256, maker: builtin{}}, nil
}

var errAbsent = embedding.ErrProviderDown.Errorf("this build has no model of its own yet; configure one as [embedd.models.NAME]")

func (builtin) Revision(context.Context) (string, error) { return "", nil }

func (builtin) Embed(context.Context, string, []string) ([]remote.Embedded, error) {
	return nil, errAbsent
}

// Batch: what is cancelled ends within one.
func (builtin) Batch() int { return 256 }

// Prefix: the model was trained without any.
func (builtin) Prefix(embedding.InputType) string { return "" }

func (builtin) Dimension() int { return 384 }
