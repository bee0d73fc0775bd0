package mcpd

import (
	"context"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// The prompts call nobody: they tell a model how to go about it.
const (
	exploreWords = `Get to know the dataset %[1]q of the lakehouse, and tell me what it holds.

1. get_manifest with name %[1]q: its columns, types and rows. If it is a view, query_sql with DESCRIBE.
2. query_sql with SUMMARIZE %[1]s: ranges, distinct values, missing values.
3. query_sql with a few rows, and the most frequent values of the columns that matter.

Then say in a few sentences: what a row is, what identifies it, the span of time, what looks wrong or missing, and three questions that the dataset can answer, each with its SQL.`

	writeWords = `Answer this question from the lakehouse, with SQL: %s

1. list_datasets, and get_manifest of those that look right: use the names and types that they tell, and guess none.
2. Write one SELECT in DuckDB's dialect. Let SQL count, sum and group; decimals are exact, dates are ISO 8601; as_of reads older versions.
3. Run it with query_sql. If it is refused, the error says what to mend.
4. Check the result: row counts, missing values, duplicates that a join brings.

Then give the answer first, then the SQL, then what it rests on: which datasets at which versions, and what you assumed.`
)

func addPrompts(s *server.MCPServer) {
	s.AddPrompt(mcp.NewPrompt("explore", mcp.WithPromptTitle("Explore a dataset"),
		mcp.WithPromptDescription("Get to know a dataset: its columns, values, gaps, and what it can answer"),
		mcp.WithArgument("dataset", mcp.RequiredArgument(), mcp.ArgumentDescription("the dataset's name, "+nameWords))),
		prompt("dataset", exploreWords))
	s.AddPrompt(mcp.NewPrompt("write_query", mcp.WithPromptTitle("Answer with SQL"),
		mcp.WithPromptDescription("Write, run and check the SQL that answers a question"),
		mcp.WithArgument("question", mcp.RequiredArgument(), mcp.ArgumentDescription("the question, in your own words"))),
		prompt("question", writeWords))
}

func prompt(argument, words string) server.PromptHandlerFunc {
	return func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		given := req.Params.Arguments[argument]
		if given == "" {
			return nil, fmt.Errorf("the prompt needs its argument %s", argument)
		}
		said := mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(fmt.Sprintf(words, given)))
		return mcp.NewGetPromptResult("", []mcp.PromptMessage{said}), nil
	}
}
