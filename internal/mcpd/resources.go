package mcpd

import (
	"context"
	"errors"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	datasetsURI = "lakehouse://datasets"
	schemaURI   = "lakehouse://datasets/{name}/schema"
	indexesURI  = "lakehouse://indexes"
	indexURI    = "lakehouse://indexes/{name}"
	mediaJSON   = "application/json"
)

// addResources offers what a person may lay before a model: of datasets what two of the tools
// answer, and what indexes there are to be searched.
func (g Gateway) addResources(s *server.MCPServer) {
	s.AddResource(mcp.NewResource(datasetsURI, "datasets",
		mcp.WithResourceTitle("Datasets"), mcp.WithMIMEType(mediaJSON),
		mcp.WithResourceDescription("The datasets of the lakehouse, as list_datasets gives its first page")),
		func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return resource(ctx, g, req, func() (any, error) { return g.listDatasets(ctx, listArgs{}) })
		})
	s.AddResourceTemplate(mcp.NewResourceTemplate(schemaURI, "schema",
		mcp.WithTemplateTitle("A dataset's schema"), mcp.WithTemplateMIMEType(mediaJSON),
		mcp.WithTemplateDescription("The current version of a dataset, as get_manifest tells it; name is "+nameWords)),
		func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return resource(ctx, g, req, func() (any, error) {
				return g.getManifest(ctx, manifestArgs{Name: one(req.Params.Arguments["name"])})
			})
		})
	s.AddResource(mcp.NewResource(indexesURI, "indexes",
		mcp.WithResourceTitle("Indexes"), mcp.WithMIMEType(mediaJSON),
		mcp.WithResourceDescription("The indexes that search_vectors can search, and which of them by the meaning of a text")),
		func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return resource(ctx, g, req, func() (any, error) { return g.listIndexes(ctx) })
		})
	s.AddResourceTemplate(mcp.NewResourceTemplate(indexURI, "index",
		mcp.WithTemplateTitle("An index"), mcp.WithTemplateMIMEType(mediaJSON),
		mcp.WithTemplateDescription("One index: its model, dimension, items, and the fields whose words are searched; name is its name or an alias")),
		func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return resource(ctx, g, req, func() (any, error) { return g.getIndex(ctx, one(req.Params.Arguments["name"])) })
		})
}

// one gives the value of a template's variable, which mcp-go makes a list.
func one(value any) string {
	if list, ok := value.([]string); ok && len(list) == 1 {
		return list[0]
	}
	text, _ := value.(string)
	return text
}

// resource reads one. The protocol has no result for a read that failed, so it is an error
// of the request, with the same words as a tool's.
func resource(ctx context.Context, g Gateway, req mcp.ReadResourceRequest, read func() (any, error)) ([]mcp.ResourceContents, error) {
	text, err := g.read(ctx, read)
	if err != nil {
		return nil, errors.New(g.words("", err))
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: req.Params.URI, MIMEType: mediaJSON, Text: string(text)}}, nil
}
