package stdio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

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
	c.say("", "\r", `{"jsonrpc":"2.0","method":"nothing/such"}`, `{"jsonrpc":"2.0","method":"notifications/fail"}`, `{"jsonrpc":"2.0","id":9,"result":{}}`, `{"jsonrpc":"2.0","id":"b","method":"ping"}`+"\r")
	if doc := c.hear(); doc["id"] != "b" || doc["result"] == nil {
		t.Errorf("what needs no answer has one: %v", doc)
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
	c.call(`"one"`, "echo")
	c.refused("one", -32600) // two requests of one id
	c.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"other"}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"o\u006ee"}}`,
		`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	if doc := c.hear(); doc["id"] != 2.0 {
		t.Errorf("%v", doc)
	}
	c.in.Close()
	if err := c.finished(); err != nil {
		t.Error(err)
	}
}

// A cancelled request has its id until it ends, so that none of that id is answered by it.
func TestAnIDIsTakenUntilItsRequestEnds(t *testing.T) {
	c := begin(t, t.Context(), time.Minute)
	c.call("1", "linger")
	<-c.begun
	c.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	c.call("1", "echo")
	c.refused(1.0, -32600)
	close(c.release)
	c.in.Close()
	if doc, err := c.out.ReadBytes('\n'); err != io.EOF {
		t.Errorf("what was cancelled is answered: %s %v", doc, err)
	}
	if err := c.finished(); err != nil {
		t.Error(err)
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
