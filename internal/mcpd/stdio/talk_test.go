package stdio_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"git.agentview.dev/profit/golanglakehouse/internal/mcpd/stdio"
)

// talk is a client of a server whose tools answer, fail, wait, or wait whatever is cancelled.
type talk struct {
	t       *testing.T
	in      *io.PipeWriter
	out     *bufio.Reader
	outEnd  *io.PipeReader
	begun   chan struct{} // a call has begun to wait
	release chan struct{} // it may answer
	ended   chan error
}

func begin(t *testing.T, ctx context.Context, grace time.Duration) *talk {
	t.Helper()
	inRead, in := io.Pipe()
	out, outWrite := io.Pipe()
	c := &talk{t: t, in: in, outEnd: out, out: bufio.NewReader(out), begun: make(chan struct{}, 2000), release: make(chan struct{}), ended: make(chan error, 1)}
	s := server.NewMCPServer("test", "1", server.WithToolCapabilities(false))
	s.AddTool(mcp.NewTool("echo"), func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(req.GetString("text", "<none>")), nil
	})
	s.AddTool(mcp.NewTool("fail"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) { panic("as told") })
	s.AddNotificationHandler("notifications/fail", func(context.Context, mcp.JSONRPCNotification) { panic("as told") })
	s.AddTool(mcp.NewTool("linger"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		c.begun <- struct{}{}
		<-c.release
		return mcp.NewToolResultText("released"), nil
	})
	s.AddTool(mcp.NewTool("wait"), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		c.begun <- struct{}{}
		select {
		case <-c.release:
			return mcp.NewToolResultText("released"), nil
		case <-ctx.Done():
			return mcp.NewToolResultError("ended"), nil
		}
	})
	conn := stdio.Conn{Server: s, Log: slog.New(slog.DiscardHandler), Grace: grace}
	go func() {
		c.ended <- conn.Serve(ctx, inRead, outWrite)
		outWrite.Close()
	}()
	t.Cleanup(func() {
		in.Close()
		out.Close()
	})
	return c
}

func (c *talk) say(lines ...string) {
	c.t.Helper()
	if _, err := io.WriteString(c.in, strings.Join(lines, "\n")+"\n"); err != nil {
		c.t.Fatal(err)
	}
}

// hear gives the next message, which has to be a line of JSON.
func (c *talk) hear() map[string]any {
	c.t.Helper()
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		c.t.Fatalf("%q: %v", line, err)
	}
	var doc map[string]any
	if err := json.Unmarshal(line, &doc); err != nil || doc["jsonrpc"] != "2.0" {
		c.t.Fatalf("%q is no message: %v", line, err)
	}
	return doc
}

// refused tells that the next message is an error with a code, for an id.
func (c *talk) refused(id any, code float64) {
	c.t.Helper()
	doc := c.hear()
	fault, _ := doc["error"].(map[string]any)
	if fault == nil || fault["code"] != code || doc["id"] != id {
		c.t.Errorf("want %v for the id %v, got %v", code, id, doc)
	}
}

func (c *talk) call(id, tool string) {
	c.t.Helper()
	c.say(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":{}}}`, id, tool))
}

func (c *talk) finished() error {
	c.t.Helper()
	for { // whatever it still says
		if _, err := c.out.ReadBytes('\n'); err != nil {
			return <-c.ended
		}
	}
}
