package stdio_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

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

// Nothing that waits for room is lost.
func TestRequestsAtWorkAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := begin(t, t.Context(), time.Minute)
		const asked = 40
		for i := range asked {
			c.call(fmt.Sprint(i), "wait")
		}
		synctest.Wait()
		if n := len(c.begun); n != 16 {
			t.Errorf("%d are at work", n)
		}
		close(c.release)
		seen := map[any]bool{}
		for range asked {
			seen[c.hear()["id"]] = true
		}
		if len(seen) != asked {
			t.Errorf("%d of %d are answered", len(seen), asked)
		}
		c.in.Close()
		if err := c.finished(); err != nil {
			t.Error(err)
		}
	})
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
		_, _ = io.WriteString(c.in, `{"jsonrpc":"2.0","id":"alive","method":"ping"}`+"\n")
	}()
	answered := map[any]bool{}
	for range asked + 1 {
		doc := c.hear()
		fault, _ := doc["error"].(map[string]any)
		switch answered[doc["id"]] = true; {
		case doc["id"] == "alive":
			if fault != nil || len(answered) == 1 {
				t.Errorf("a ping, when %d are refused: %v", len(answered)-1, doc)
			}
			close(c.release)
		case !answered["alive"] && (fault == nil || fault["code"] != -32600.0):
			t.Errorf("nothing is refused, but %v", doc)
		}
	}
	if len(answered) != asked+1 {
		t.Errorf("%d of %d are answered", len(answered), asked+1)
	}
	c.call("9", "echo")
	if doc := c.hear(); doc["id"] != 9.0 || doc["result"] == nil {
		t.Errorf("there is room again: %v", doc)
	}
}
