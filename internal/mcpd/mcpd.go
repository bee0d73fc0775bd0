package mcpd

import (
	"context"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// instructions tell a model what it has before it.
const instructions = `A lakehouse: versioned tables of facts that SQL can ask, and vector indexes of texts.
Begin with list_datasets, look at a dataset with get_manifest, and ask with query_sql (DuckDB's SQL, SELECT only).
search_vectors finds items of an index by meaning or by words; without index it searches the only one with a model, or names those there are.
Everything here reads; nothing can be changed.
Answers are cut to what fits a conversation: prefer count, sum, GROUP BY and LIMIT to fetching rows.`

// New makes the server. It calls nobody. A test has it check its answers with one option more.
func New(g Gateway, more ...server.ServerOption) *server.MCPServer {
	g.Client.HTTP = guard(g.Client.HTTP)
	tools := []server.ServerTool{
		tool(g, listDatasetsTool(), g.listDatasets),
		tool(g, getManifestTool(), g.getManifest),
		tool(g, querySQLTool(), g.querySQL),
		tool(g, embedTextTool(), g.embedText),
		tool(g, searchVectorsTool(), g.searchVectors),
	}
	s := server.NewMCPServer("lakehouse", service.Version(), append([]server.ServerOption{
		server.WithTitle("Lakehouse"),
		server.WithInstructions(instructions),
		server.WithToolCapabilities(false),
		server.WithResourceCapabilities(false, false),
		server.WithPromptCapabilities(false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completion{g}),
		server.WithResourceCompletionProvider(completion{g}),
		server.WithToolFilter(inOrder(tools)),
	}, more...)...)
	s.AddTools(tools...)
	g.addResources(s)
	addPrompts(s)
	return s
}

// inOrder lists the tools as a model needs them, where mcp-go lists them by name.
func inOrder(tools []server.ServerTool) server.ToolFilterFunc {
	at := map[string]int{}
	for i, t := range tools {
		at[t.Tool.Name] = i
	}
	return func(_ context.Context, list []mcp.Tool) []mcp.Tool {
		slices.SortFunc(list, func(a, b mcp.Tool) int { return at[a.Name] - at[b.Name] })
		return list
	}
}

// newTool describes a tool that reads: asked again it answers the same, as far as nothing
// has changed, and what it reaches is this one fleet.
func newTool(name, title, description string, more ...mcp.ToolOption) mcp.Tool {
	return mcp.NewTool(name, append([]mcp.ToolOption{
		mcp.WithToolTitle(title),
		mcp.WithDescription(description),
		mcp.WithSchemaAdditionalProperties(false),
		mcp.WithReadOnlyHintAnnotation(true),
		mcp.WithDestructiveHintAnnotation(false),
		mcp.WithIdempotentHintAnnotation(true),
		mcp.WithOpenWorldHintAnnotation(false),
	}, more...)...)
}
