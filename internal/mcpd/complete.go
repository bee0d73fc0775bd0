package mcpd

import (
	"context"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
)

const (
	looked       = 1_000 // datasets or indexes that a completion looks at
	maxCompleted = 100   // the protocol's bound
)

// completion completes the names of datasets and of indexes.
type completion struct{ g Gateway }

// CompletePromptArgument completes the dataset of explore.
func (c completion) CompletePromptArgument(ctx context.Context, prompt string, arg mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	if prompt != "explore" || arg.Name != "dataset" {
		return nil, nil
	}
	return c.datasets(ctx, arg.Value), nil
}

// CompleteResourceArgument completes the name in the address of a schema, or of an index.
func (c completion) CompleteResourceArgument(ctx context.Context, uri string, arg mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	switch {
	case uri == schemaURI && arg.Name == "name":
		return c.datasets(ctx, arg.Value), nil
	case uri == indexURI && arg.Name == "name":
		return c.indexes(ctx, arg.Value), nil
	}
	return nil, nil
}

func (c completion) datasets(ctx context.Context, begin string) *mcp.Completion {
	page, err := c.g.catalog().List(ctx, "", looked)
	var names []string
	for _, d := range page.Datasets {
		names = append(names, catalog.Name{Namespace: d.Namespace, Name: d.Name}.String())
	}
	return completed(begin, names, page.NextCursor != nil, err)
}

func (c completion) indexes(ctx context.Context, begin string) *mcp.Completion {
	page, err := c.g.vectors().List(ctx, "", looked)
	var names []string
	for _, x := range page.Indexes {
		names = append(append(names, x.Name), x.Aliases...)
	}
	return completed(begin, names, page.NextCursor != nil, err)
}

// completed gives the names that begin so; none where they could not be had, for nobody waits
// for a completion.
func completed(begin string, names []string, more bool, err error) *mcp.Completion {
	done := &mcp.Completion{}
	if err != nil {
		return done
	}
	for _, name := range names {
		if !strings.HasPrefix(name, strings.ToLower(begin)) {
			continue
		}
		if done.Total++; len(done.Values) < maxCompleted {
			done.Values = append(done.Values, name)
		}
	}
	done.HasMore = done.Total > len(done.Values) || more
	return done
}
