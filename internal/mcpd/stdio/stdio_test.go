package stdio_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

// talk is a client of a server that has two tools: one that answers, and one that waits.
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

func TestWhatIsNoRequestIsRefusedAndNothingElseSuffers(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	for line, code := range map[string]float64{
		"garbage":                 -32700,
		`{"jsonrpc":"2.0","id":1`: -32700,
		"\x00\xff":                -32700,
		`{"jsonrpc":"2.0","id":"` + "a\xff" + `","method":"ping"}`: -32700,
		`[{"jsonrpc":"2.0","id":1}]`:                               -32600,
		`"ping"`:                                                   -32600,
		`7`:                                                        -32600,
		`null`:                                                     -32600,
		`{"jsonrpc":"2.0"}`:                                        -32600,
		`{"jsonrpc":"2.0","id":null,"method":"ping"}`: -32600,
		`{"jsonrpc":"2.0","id":{},"method":"ping"}`:   -32600,
		`{"jsonrpc":"2.0","id":true,"method":"ping"}`: -32600,
		`{"jsonrpc":"2.0","method":7}`:                -32600,
	} {
		c.say(line)
		c.refused(nil, code)
	}
	c.say(`{"jsonrpc":"2.0","id":"a","method":"nothing/such"}`)
	c.refused("a", -32601)
	c.say(`{"jsonrpc":"1.0","id":"a","method":"ping"}`)
	c.refused("a", -32600)
	c.say(`{"jsonrpc":"2.0","id":"a"}`)
	c.refused("a", -32600)
	c.call("2", "none")
	c.refused(2.0, -32602)
	c.call("3", "fail")
	c.refused(3.0, -32603)
	c.say("", "\r", `{"jsonrpc":"2.0","method":"nothing/such"}`, `{"jsonrpc":"2.0","id":9,"result":{}}`, `{"jsonrpc":"2.0","id":"b","method":"ping"}`+"\r")
	if doc := c.hear(); doc["id"] != "b" || doc["result"] == nil {
		t.Errorf("what needs no answer has one: %v", doc)
	}
}

func TestALineThatIsTooLongIsLeftOut(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	part := bytes.Repeat([]byte("x"), 1<<20)
	go func() {
		_, _ = io.WriteString(c.in, `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"`)
		for range 9 {
			_, _ = c.in.Write(part)
		}
		_, _ = io.WriteString(c.in, "\"}}\n"+`{"jsonrpc":"2.0","id":2,"method":"ping"}`+"\n")
	}()
	c.refused(nil, -32600)
	if doc := c.hear(); doc["id"] != 2.0 || doc["result"] == nil {
		t.Errorf("the line after it: %v", doc)
	}
}

func TestAnIDComesBackAsItWas(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	for _, id := range []string{"9007199254740993", `"\u00e9\""`, "-1", "1.5"} {
		c.say(`{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}`)
		line, err := c.out.ReadString('\n')
		if err != nil || !strings.Contains(line, `"id":`+id+`,`) {
			t.Errorf("%s: %q %v", id, line, err)
		}
	}
}

func TestTheEndOfTheInputLetsCallsFinish(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	c.call("1", "wait")
	<-c.begun
	_, _ = io.WriteString(c.in, `{"jsonrpc":"2.0","id":2,"method":"ping"}`) // without a line end
	c.in.Close()
	if doc := c.hear(); doc["id"] != 2.0 {
		t.Errorf("a whole message at the end: %v", doc)
	}
	close(c.release)
	if doc := c.hear(); doc["id"] != 1.0 || !strings.Contains(fmt.Sprint(doc["result"]), "released") {
		t.Errorf("the call: %v", doc)
	}
	if err := c.finished(); err != nil {
		t.Error(err)
	}
}

func TestAHalfLineAtTheEndIsRefused(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	_, _ = io.WriteString(c.in, `{"jsonrpc":"2.0","id":2,"meth`)
	c.in.Close()
	c.refused(nil, -32700)
	if err := c.finished(); err != nil {
		t.Error(err)
	}
}

func TestCallsThatOutlastTheGraceAreEnded(t *testing.T) {
	c := begin(t, t.Context(), time.Nanosecond)
	c.call("1", "wait")
	<-c.begun
	c.in.Close()
	if doc := c.hear(); !strings.Contains(fmt.Sprint(doc["result"]), "ended") {
		t.Errorf("%v", doc)
	}
	if err := c.finished(); err != nil {
		t.Error(err)
	}
}

func TestBeingToldToStopEndsCalls(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	c := begin(t, ctx, time.Hour)
	c.call("1", "wait")
	<-c.begun
	stop()
	if err := c.finished(); err != nil { // the input is still open
		t.Error(err)
	}
}

func TestAClientThatTakesNoAnswersEndsTheServer(t *testing.T) {
	c := begin(t, t.Context(), time.Hour)
	c.call("1", "wait")
	<-c.begun
	c.outEnd.Close()
	c.say(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	if err := <-c.ended; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("ended with %v", err)
	}
}

func TestACancelledRequestEndsWithoutAnAnswer(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	c.call(`"one"`, "wait")
	<-c.begun
	c.say(`{"jsonrpc":"2.0","id":"one","method":"ping"}`)
	c.refused("one", -32600) // two requests of one id
	c.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"other"}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"one"}}`,
		`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	if doc := c.hear(); doc["id"] != 2.0 {
		t.Errorf("%v", doc)
	}
	c.in.Close()
	if err := c.finished(); err != nil {
		t.Error(err)
	}
}

// Nothing that waits for room is lost.
func TestRequestsAtWorkAreBounded(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	const asked = 40
	go func() {
		for i := range asked {
			_, _ = fmt.Fprintf(c.in, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"wait"}}`+"\n", i)
		}
	}()
	const bound = 16
	for range bound {
		<-c.begun
	}
	if len(c.begun) > 0 {
		t.Errorf("over %d are at work", bound)
	}
	close(c.release)
	seen := map[any]bool{}
	for range asked {
		seen[c.hear()["id"]] = true
	}
	if len(seen) != asked {
		t.Errorf("%d of %d are answered", len(seen), asked)
	}
}

// Neither a ping, a cancellation nor the end of the input lies behind requests that wait for room.
func TestRequestsThatWaitStandInNobodysWay(t *testing.T) {
	c := begin(t, t.Context(), time.Nanosecond)
	const asked = 17
	for i := range asked {
		c.call(fmt.Sprint(i), "wait")
	}
	for range asked - 1 {
		<-c.begun
	}
	c.say(`{"jsonrpc":"2.0","id":98,"method":"ping"}`)
	if doc := c.hear(); doc["id"] != 98.0 {
		t.Errorf("a ping: %v", doc)
	}
	for i := range asked {
		c.say(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, i))
	}
	c.call("99", "echo")
	if doc := c.hear(); doc["id"] != 99.0 {
		t.Errorf("what was cancelled has made room: %v", doc)
	}
	for i := range asked {
		c.call(fmt.Sprint(100+i), "wait")
	}
	c.in.Close()
	if err := c.finished(); err != nil {
		t.Error(err)
	}
}

func TestMoreThanCanBeHeldIsRefused(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	const asked = 1100 // of 16 KiB and more, where there are 16 MiB
	go func() {
		for i := range asked {
			_, _ = fmt.Fprintf(c.in, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"wait"}}`+"\n", i)
		}
	}()
	answered := map[any]bool{}
	for range asked {
		doc := c.hear()
		if answered[doc["id"]] = true; len(answered) > 1 {
			continue
		}
		if fault, _ := doc["error"].(map[string]any); fault == nil || fault["code"] != -32600.0 {
			t.Errorf("nothing is refused, but %v", doc)
		}
		close(c.release)
	}
	if len(answered) != asked {
		t.Errorf("%d of %d are answered", len(answered), asked)
	}
	c.call("9", "echo")
	if doc := c.hear(); doc["id"] != 9.0 || doc["result"] == nil {
		t.Errorf("there is room again: %v", doc)
	}
}

// A note goes out before the answer of the request that it belongs to.
func TestNotesGoBeforeTheirAnswers(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	c.say(`{"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{` +
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
	if doc := c.hear(); doc["method"] != "notifications/subscriptions/acknowledged" {
		t.Errorf("%v", doc)
	}
	if doc := c.hear(); doc["id"] != 5.0 {
		t.Errorf("%v", doc)
	}
}
