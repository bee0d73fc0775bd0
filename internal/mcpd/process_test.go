package mcpd_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// modern is what each request of the revision 2026-07-28 has with it.
const modern = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`

var toolNames = []string{"list_datasets", "get_manifest", "query_sql", "embed_text", "search_vectors"}

func names(list any) (names []string) {
	entries, _ := list.([]any)
	for _, entry := range entries {
		names = append(names, fmt.Sprint(entry.(map[string]any)["name"]))
	}
	return names
}

// Clients that shake hands first, with nobody behind mcpd.
func TestTheRevisionOf2025(t *testing.T) {
	t.Parallel()
	p := start(t, "--gateway", nobody)
	hello := p.ask("initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}`)
	if hello["protocolVersion"] != "2025-11-25" || !strings.Contains(fmt.Sprint(hello["instructions"]), "list_datasets") {
		t.Errorf("initialize: %v", hello)
	}
	p.say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	listed(t, p, `{}`)
	p.ask("ping", `{}`)
	down(t, p, `{"name":"list_datasets","arguments":{}}`)
	p.in.Close()
	if code := p.ends(); code != 0 {
		t.Errorf("at the end of its input it exits with %d", code)
	}
}

// Clients that do not: each request says for itself how it is meant.
func TestTheRevisionOf2026(t *testing.T) {
	t.Parallel()
	p := start(t, "--gateway", nobody)
	found := p.ask("server/discover", `{`+modern+`}`)
	if versions := fmt.Sprint(found["supportedVersions"]); !strings.HasPrefix(versions, "[2026-07-28 2025-11-25") {
		t.Errorf("server/discover: %v", found)
	}
	if tools := listed(t, p, `{`+modern+`}`); tools["resultType"] != "complete" || tools["ttlMs"] == nil {
		t.Errorf("tools/list lacks what the revision asks for: %v %v", tools["resultType"], tools["ttlMs"])
	}
	down(t, p, `{"name":"list_datasets","arguments":{},`+modern+`}`)
	p.say(`{"jsonrpc":"2.0","id":"x","method":"ping","params":{` + modern + `}}`)
	if doc := p.hear(); doc["error"] == nil {
		t.Errorf("ping is of the revision before: %v", doc)
	}
	p.in.Close()
	if code := p.ends(); code != 0 {
		t.Errorf("at the end of its input it exits with %d", code)
	}
}

// listed looks at the lists, which need no gateway.
func listed(t *testing.T, p *process, params string) map[string]any {
	t.Helper()
	tools := p.ask("tools/list", params)
	if got := names(tools["tools"]); fmt.Sprint(got) != fmt.Sprint(toolNames) {
		t.Errorf("the tools are %v", got)
	}
	for _, entry := range tools["tools"].([]any) {
		tool := entry.(map[string]any)
		if got := fmt.Sprint(tool["annotations"]); got != "map[destructiveHint:false idempotentHint:true openWorldHint:false readOnlyHint:true]" {
			t.Errorf("%s: %s", tool["name"], got)
		}
		in, out := tool["inputSchema"].(map[string]any), tool["outputSchema"].(map[string]any)
		if in["additionalProperties"] != false || out["type"] != "object" {
			t.Errorf("%s: the schemas %v, %v", tool["name"], in, out)
		}
		for name, property := range in["properties"].(map[string]any) {
			if p := property.(map[string]any); p["description"] == nil || p["type"] == nil {
				t.Errorf("%s: %s is not described: %v", tool["name"], name, p)
			}
		}
	}
	if got := names(p.ask("resources/list", params)["resources"]); fmt.Sprint(got) != "[datasets indexes]" {
		t.Errorf("the resources are %v", got)
	}
	if got := names(p.ask("resources/templates/list", params)["resourceTemplates"]); fmt.Sprint(got) != "[index schema]" {
		t.Errorf("the templates are %v", got)
	}
	if got := names(p.ask("prompts/list", params)["prompts"]); fmt.Sprint(got) != "[explore write_query]" {
		t.Errorf("the prompts are %v", got)
	}
	return tools
}

// down calls a tool while no gateway runs: an answer that says what to do.
func down(t *testing.T, p *process, call string) {
	t.Helper()
	result := p.ask("tools/call", call)
	if said := fmt.Sprint(result["content"]); result["isError"] != true || !strings.Contains(said, "service_unavailable") || !strings.Contains(said, "lakehouse up") {
		t.Errorf("%v", result)
	}
}

func TestItEndsWhenToldTo(t *testing.T) {
	p := start(t, "--gateway", nobody)
	p.ask("tools/list", `{}`) // it has started
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.ends(); code != 0 {
		t.Errorf("after SIGTERM it exits with %d: %s", code, p.log)
	}
}

func TestItEndsWhenNobodyReads(t *testing.T) {
	p := start(t, "--gateway", nobody)
	p.ask("tools/list", `{}`)
	p.outEnd.Close()
	p.say(`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
	_ = p.cmd.Wait()
	if code := p.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(p.log.String(), "standard output") {
		t.Errorf("it exits with %d: %s", code, p.log)
	}
}

func TestWrongCalls(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--gateway", "localhost"}, 2, "--gateway has to be a URL like http://127.0.0.1:3110"},
		{[]string{"--gateway", "http://u:hunter2@localhost"}, 2, "a token belongs in AUTH_TOKEN"},
		{[]string{"list"}, 2, "takes no arguments"},
		{[]string{"--write"}, 2, "not defined"},
		{[]string{"--help"}, 0, "A client starts it"},
		{[]string{"--help"}, 0, "lakehouse mcp config"},
	} {
		p := start(t, c.args...)
		if code := p.ends(); code != c.code || !strings.Contains(p.log.String(), c.says) || strings.Contains(p.log.String(), "hunter2") {
			t.Errorf("%v: exits with %d and says %s", c.args, code, p.log)
		}
	}
}
