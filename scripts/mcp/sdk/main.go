// Command sdk is a client of mcpd that is not of its making: the official SDK of the Model
// Context Protocol. It starts the program that its arguments name and goes through what
// there is, in a revision of the protocol. It prints a line for each finding, "ok - TEXT"
// or "not ok - TEXT: WHY", and exits with 0 where it could go through.
//
//	sdk 2026-07-28 bin/mcpd --gateway URL
//
// It has a module of its own, so that the SDK is no requirement of what is shipped.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: sdk REVISION PROGRAM [ARGUMENT...]")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3:]...); err != nil {
		fmt.Println("not ok - the client goes through:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, revision, program string, args ...string) error {
	client := mcp.NewClient(&mcp.Implementation{Name: "sdk", Version: "1"}, nil)
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	s, err := client.Connect(ctx, &mcp.CommandTransport{Command: cmd}, &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if err != nil {
		return err
	}
	v := &visit{ctx: ctx, s: s, schemas: map[string]*jsonschema.Resolved{}}
	v.found("they speak "+revision, s.InitializeResult().ProtocolVersion, revision)
	err = errors.Join(v.tools(), v.pages(), v.calls(), v.rest())
	if closed := s.Close(); err == nil {
		err = closed
	}
	v.found("mcpd ends with its input, with 0", cmd.ProcessState.String(), "exit status 0")
	return err
}

// visit is one connection.
type visit struct {
	ctx     context.Context
	s       *mcp.ClientSession
	schemas map[string]*jsonschema.Resolved // of the answers, by tool
}

func (v *visit) found(what string, got, want any) {
	if fmt.Sprint(got) == fmt.Sprint(want) {
		fmt.Println("ok -", what)
		return
	}
	fmt.Printf("not ok - %s: want %v, got %.300v\n", what, want, got)
}

func (v *visit) tools() error {
	list, err := v.s.ListTools(v.ctx, nil)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range list.Tools {
		names = append(names, t.Name)
		text, err := json.Marshal(t.OutputSchema)
		if err != nil {
			return err
		}
		var schema jsonschema.Schema
		if err := json.Unmarshal(text, &schema); err != nil {
			return err
		}
		if v.schemas[t.Name], err = schema.Resolve(nil); err != nil {
			return err
		}
		if t.Annotations == nil || !t.Annotations.ReadOnlyHint {
			fmt.Println("not ok - a tool says that it only reads:", t.Name)
		}
	}
	v.found("the tools are listed in their order", names, "[list_datasets get_manifest query_sql embed_text search_vectors]")
	return nil
}

// call calls a tool that answers, holds the answer against its schema, and its text
// against the answer.
func (v *visit) call(tool string, args, answer any) error {
	result, err := v.s.CallTool(v.ctx, &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		return err
	}
	text := result.Content[0].(*mcp.TextContent).Text
	if result.IsError {
		return fmt.Errorf("%s: %s", tool, text)
	}
	if err := v.schemas[tool].Validate(result.StructuredContent); err != nil {
		return fmt.Errorf("%s: %s: %w", tool, text, err)
	}
	content, err := json.Marshal(result.StructuredContent)
	if err != nil {
		return err
	}
	var a, b any
	if err := errors.Join(json.Unmarshal(content, &a), json.Unmarshal([]byte(text), &b)); err != nil || fmt.Sprint(a) != fmt.Sprint(b) {
		return fmt.Errorf("%s: the text %s is not the content %s: %w", tool, text, content, err)
	}
	return json.Unmarshal([]byte(text), answer)
}

// pages reads a result of 3,000 rows to its end.
func (v *visit) pages() error {
	args := map[string]any{"sql": "SELECT placement_id FROM placements ORDER BY placement_id", "limit": 1000}
	seen, asked := map[string]bool{}, 0
	for {
		var page struct {
			Rows       [][]string
			NextCursor *string `json:"next_cursor"`
		}
		if err := v.call("query_sql", args, &page); err != nil {
			return err
		}
		asked++
		for _, row := range page.Rows {
			seen[row[0]] = true
		}
		if page.NextCursor == nil {
			break
		}
		args["cursor"] = *page.NextCursor
	}
	v.found(fmt.Sprintf("every row is on one of %d pages", asked), len(seen), 3000)
	return nil
}

func (v *visit) calls() error {
	var list struct{ Datasets []struct{ Name string } }
	var manifest struct {
		Rows    int
		Columns []struct{ Name string }
	}
	var hits struct{ Results []struct{ ID string } }
	var vector struct {
		Dimension int
		First     []float64
	}
	if err := errors.Join(v.call("list_datasets", map[string]any{}, &list), v.call("get_manifest", map[string]any{"name": "placements"}, &manifest),
		v.call("search_vectors", map[string]any{"index": "people", "text": "forklift", "k": 3}, &hits),
		v.call("embed_text", map[string]any{"text": "forklift operator, nights"}, &vector)); err != nil {
		return err
	}
	v.found("the datasets are listed", list.Datasets, "[{placements}]")
	v.found("the manifest has rows and columns", fmt.Sprint(manifest.Rows, len(manifest.Columns) > 5), "3000 true")
	v.found("words find an item", hits.Results, "[{c-1}]")
	v.found("a text becomes a vector, of which the first numbers are shown", fmt.Sprint(vector.Dimension, len(vector.First)), "384 8")
	for tool, c := range map[string]struct {
		args map[string]any
		code string
	}{
		"query_sql":      {map[string]any{"sql": "DROP TABLE placements"}, "sql_not_allowed"},
		"get_manifest":   {map[string]any{"name": "nobody"}, "dataset_not_found"},
		"search_vectors": {map[string]any{"index": "nobody", "text": "x"}, "index_not_found"},
		"list_datasets":  {map[string]any{"limit": 0}, "bad_arguments"},
	} {
		result, err := v.s.CallTool(v.ctx, &mcp.CallToolParams{Name: tool, Arguments: c.args})
		if err != nil {
			return fmt.Errorf("%s: an error of the fleet is one of the protocol: %w", tool, err)
		}
		code, _, _ := strings.Cut(result.Content[0].(*mcp.TextContent).Text, ":")
		v.found(tool+" is refused with its code", fmt.Sprint(result.IsError, " ", code), "true "+c.code)
	}
	return nil
}

func (v *visit) rest() error {
	schema, err := v.s.ReadResource(v.ctx, &mcp.ReadResourceParams{URI: "lakehouse://datasets/placements/schema"})
	if err != nil {
		return err
	}
	v.found("a schema is a resource", strings.Contains(schema.Contents[0].Text, `"placement_id"`), true)
	prompt, err := v.s.GetPrompt(v.ctx, &mcp.GetPromptParams{Name: "explore", Arguments: map[string]string{"dataset": "placements"}})
	if err != nil {
		return err
	}
	v.found("a prompt names the dataset", strings.Contains(prompt.Messages[0].Content.(*mcp.TextContent).Text, "SUMMARIZE placements"), true)
	names, err := v.s.Complete(v.ctx, &mcp.CompleteParams{Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "explore"}, Argument: mcp.CompleteParamsArgument{Name: "dataset", Value: "pla"}})
	if err != nil {
		return err
	}
	v.found("a name is completed", names.Completion.Values, "[placements]")
	return nil
}
