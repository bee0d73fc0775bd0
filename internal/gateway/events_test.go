package gateway

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/service"
)

// An event passes when it is sent, and a gateway that stops ends the stream as a
// whole one: it neither waits for an end that does not come nor breaks it off.
func TestAStreamOfEventsPassesAtOnceAndEndsWithTheGateway(t *testing.T) {
	const event = "id: 1\ndata: {}\n\n"
	var stream *bufio.Reader
	t.Run("the gateway's life", func(t *testing.T) {
		gone := make(chan struct{})
		t.Cleanup(func() { <-gone }) // the daemon learns that nobody reads any more
		e := setup{peers: service.Peers{"ingestd": upstream(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, event)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			close(gone)
		})}}.run(t)
		conn, err := net.Dial("tcp", e.addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprint(conn, "GET /v1/ingest/jobs/x/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		stream = bufio.NewReader(resp.Body)
		first := make([]byte, len(event))
		if _, err := stream.Read(first); err != nil || string(first) != event {
			t.Fatalf("%q, %v", first, err)
		}
	})
	var rest strings.Builder
	if _, err := stream.WriteTo(&rest); err != nil || rest.Len() > 0 {
		t.Errorf("after the gateway's end: %q, %v; want the end of the stream", rest.String(), err)
	}
}
