package queryd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
)

// idleClient has asked for a result and takes nothing of it.
type idleClient struct{ *net.TCPConn }

// ask sends a bare statement on a connection of its own, over which little is
// under way while nobody reads.
func (d *daemon) ask(format, statement string) idleClient {
	d.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { conn.Close() })
	client := idleClient{conn.(*net.TCPConn)}
	if err := client.SetReadBuffer(64 << 10); err != nil {
		d.t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "POST /sql?limit=1000000&format=%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s",
		format, len(statement), statement)
	if err != nil {
		d.t.Fatal(err)
	}
	return client
}

// rest reads the answer after all.
func (c idleClient) rest(t *testing.T) answer {
	t.Helper()
	if err := c.SetReadBuffer(4 << 20); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, resp.Trailer, string(body), err}
}

// patient is a configuration in which nothing ends a statement but the stall of
// its client.
func patient() Config {
	c := small()
	c.QueueWait = service.Duration(time.Minute)
	c.DefaultTimeout, c.MaxTimeout = service.Duration(time.Hour), service.Duration(time.Hour)
	return c
}

// TestStalledClientsLoseTheirTurn: clients that ask for more than may wait for
// them, and take nothing, keep nobody else from being served.
func TestStalledClientsLoseTheirTurn(t *testing.T) {
	c := patient()
	c.StallTimeout = service.Duration(20 * time.Millisecond)
	d := start(t, c, nil)
	var clients []idleClient
	for _, format := range []string{"csv", "ndjson", "arrow", "json"} {
		clients = append(clients, d.ask(format, "SELECT i, repeat('x', 1000) AS s FROM range(1000000) t(i)"))
	}
	testbed.Until(t, "all are listed, or the first of them no longer", func() bool {
		return len(d.listed(query.Active))+len(d.listed(query.Queued)) == len(clients) || d.metric(stalled) > 0
	})
	if got := d.sql("SELECT 42").rows(t); got != "[[42]]" {
		t.Errorf("beside them: %s", got)
	}
	testbed.Until(t, "all have lost their turn", func() bool {
		return d.metric(stalled) == 4
	})
	for _, client := range clients {
		if a := client.rest(t); a.status != http.StatusOK || !errors.Is(a.readErr, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %d, %d bytes, %v; want an aborted answer", a.header.Get("Content-Type"), a.status, len(a.body), a.readErr)
		}
	}
	d.logged("[queryd] stall_timeout") // what to raise
}

// TestStalledClientsMakeRoomForOthers: long before stall_timeout, and only where there is
// somebody to have their turn.
func TestStalledClientsMakeRoomForOthers(t *testing.T) {
	c := patient()
	c.StallTimeout, c.StallTimeoutCrowded = service.Duration(time.Hour), service.Duration(20*time.Millisecond)
	d := start(t, c, nil)
	const endless = "SELECT i, repeat('x', 1000) AS s FROM range(1000000) t(i)"
	d.ask("csv", endless)
	testbed.Until(t, "it has a turn", func() bool { return len(d.listed(query.Active)) == 1 })
	if got := d.sql("SELECT 42").rows(t); got != "[[42]]" || d.metric(displaced) != 0 {
		t.Errorf("beside one, where there is room: %s, displaced %v", got, d.metric(displaced))
	}
	d.ask("ndjson", endless)
	testbed.Until(t, "both have a turn", func() bool { return len(d.listed(query.Active)) == 2 })
	if got := d.sql("SELECT 42").rows(t); got != "[[42]]" {
		t.Errorf("beside both: %s", got)
	}
	testbed.Until(t, "one had to go", func() bool { return d.metric(displaced) > 0 }) // it is counted at its end
	if n := d.metric(stalled); n != 0 {
		t.Errorf("%v were stalled for too long", n)
	}
	d.logged("[queryd] stall_timeout_crowded") // what to raise
}

// displaced counts the statements whose clients took nothing while others waited.
const displaced = `lakehouse_queryd_statements_total{outcome="client_displaced"}`

// TestAnAnswerThatIsMadeNeedsNoTurn: a result that may wait for its client gives
// its turn free when it is made, and comes whole however late it is read.
func TestAnAnswerThatIsMadeNeedsNoTurn(t *testing.T) {
	c := patient()
	c.MaxConcurrent = 1
	c.StallTimeout = service.Duration(time.Hour)
	d := start(t, c, nil)
	const rows = 7000 // of a thousand bytes: less than may wait, more than the sockets take
	for _, format := range []string{"csv", "ndjson", "arrow", "json"} {
		client := d.ask(format, fmt.Sprintf("SELECT i, repeat('x', 1000) AS s FROM range(%d) t(i)", rows))
		testbed.Until(t, "it is listed", func() bool { return len(d.listed(query.Active)) == 1 })
		if got := d.sql("SELECT 42").rows(t); got != "[[42]]" {
			t.Errorf("beside it: %s", got)
		}
		testbed.Until(t, "only what waits for its client is listed", func() bool {
			listed := d.listed(query.Active)
			return len(listed) == 1 && strings.Contains(listed[0].SQL, "repeat")
		})
		a := client.rest(t)
		if a.status != http.StatusOK || a.readErr != nil || strings.Count(a.body, strings.Repeat("x", 1000)) != rows && format != "arrow" {
			t.Errorf("%s: %d, %d bytes, %v", format, a.status, len(a.body), a.readErr)
		}
		if a.trailer.Get(query.HeaderTruncated) != "false" && format != "json" {
			t.Errorf("%s: trailer %v", format, a.trailer)
		}
		d.stillServes()
	}
}

// TestAnAnswerThatWaitsCanBeCancelled: so can one that no longer has a turn.
func TestAnAnswerThatWaitsCanBeCancelled(t *testing.T) {
	d := start(t, patient(), nil)
	client := d.ask("csv", "SELECT i, repeat('x', 1000) AS s FROM range(7000) t(i)")
	testbed.Until(t, "it has no turn any more", func() bool {
		return len(d.listed(query.Active)) == 1 && strings.Contains(d.metrics(), "lakehouse_queryd_statements_running 0")
	})
	if err := d.Cancel(t.Context(), d.listed(query.Active)[0].QueryID); err != nil {
		t.Fatal(err)
	}
	d.stillServes()
	if a := client.rest(t); !errors.Is(a.readErr, io.ErrUnexpectedEOF) {
		t.Errorf("a cancelled answer ended with %v", a.readErr)
	}
}

// metric gives what /metrics says of one series.
func (d *daemon) metric(series string) float64 {
	d.t.Helper()
	for line := range strings.Lines(d.metrics()) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				d.t.Fatal(err)
			}
			return n
		}
	}
	d.t.Fatalf("/metrics lacks %s", series)
	return 0
}

// stalled counts the statements whose clients took nothing.
const stalled = `lakehouse_queryd_statements_total{outcome="client_stalled"}`

// TestAnswersThatWaitAreBounded: clients that take nothing do not fill the
// memory. The first of them may wait; those after them lose their turn.
func TestAnswersThatWaitAreBounded(t *testing.T) {
	c := patient()
	c.StallTimeout = service.Duration(20 * time.Millisecond)
	d := start(t, c, nil)
	const clients = 15 // of which each leaves some 6 MB
	for range clients {
		d.ask("arrow", "SELECT i, repeat('x', 100000) AS s FROM range(100) t(i)")
	}
	testbed.Until(t, "one has lost its turn", func() bool { return d.metric(stalled) > 0 })
	testbed.Until(t, "none has a turn", func() bool { return strings.Contains(d.metrics(), "lakehouse_queryd_statements_running 0") })
	if n := len(d.listed(query.Active)); n < 5 {
		t.Errorf("only %d answers wait for their clients", n)
	}
	if got := d.sql("SELECT 42").rows(t); got != "[[42]]" {
		t.Errorf("beside them: %s", got)
	}
}
