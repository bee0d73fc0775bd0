package mcpd

import (
	"context"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

const (
	looked       = 1_000 // datasets that a completion looks at
	maxCompleted = 100   // the protocol's bound
)

// completion completes the names of datasets.
type completion struct{ g Gateway }

// CompletePromptArgument completes the dataset of explore.
func (c completion) CompletePromptArgument(ctx context.Context, prompt string, arg mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	if prompt != "explore" || arg.Name != "dataset" {
		return nil, nil
	}
	return c.names(ctx, arg.Value), nil
}

// CompleteResourceArgument completes the name in the address of a schema.
func (c completion) CompleteResourceArgument(ctx context.Context, uri string, arg mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	if uri != schemaURI || arg.Name != "name" {
		return nil, nil
	}
	return c.names(ctx, arg.Value), nil
}

// names gives those that begin so; none while the gateway does not answer, for nobody
// waits for a completion.
func (c completion) names(ctx context.Context, begin string) *mcp.Completion {
	done := &mcp.Completion{}
	page, err := c.g.catalog().List(ctx, "", looked)
	if err != nil {
		return done
	}
	for _, d := range page.Datasets {
		name := catalog.Name{Namespace: d.Namespace, Name: d.Name}.String()
		if !strings.HasPrefix(name, strings.ToLower(begin)) {
			continue
		}
		if done.Total++; len(done.Values) < maxCompleted {
			done.Values = append(done.Values, name)
		}
	}
	done.HasMore = done.Total > len(done.Values) || page.NextCursor != nil
	return done
}
