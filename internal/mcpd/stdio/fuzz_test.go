package stdio_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"git.agentview.dev/profit/golanglakehouse/internal/mcpd/stdio"
)

// Whatever a client writes, what comes back is lines of JSON-RPC, and the end is no error.
func FuzzServe(f *testing.F) {
	for _, text := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/list"}` + "\n", `{"jsonrpc":"2.0","id":1,"method":"ping"`, "\n\n\r\n", "[]\n{}\nnull\n1",
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`, `{"jsonrpc":"2.0","id":"x","method":"initialize","params":7}`,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":[1]}}` + "\n" + `{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":1}}`,
		`{"jsonrpc":"2.0","id":"` + "\xff" + `","method":"ping"}`, `{"jsonrpc":"2.0","id":1e400,"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`,
	} {
		f.Add([]byte(text))
	}
	s := server.NewMCPServer("test", "1")
	s.AddTools(server.ServerTool{Tool: mcp.NewTool("x")})
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		conn := stdio.Conn{Server: s, Log: slog.New(slog.DiscardHandler), Grace: time.Minute}
		if err := conn.Serve(t.Context(), bytes.NewReader(in), &out); err != nil {
			t.Error(err)
		}
		for line := range bytes.Lines(out.Bytes()) {
			var m struct{ JSONRPC string }
			if err := json.Unmarshal(line, &m); err != nil || m.JSONRPC != "2.0" || !utf8.Valid(line) {
				t.Errorf("%q is answered with %q", in, line)
			}
		}
	})
}
