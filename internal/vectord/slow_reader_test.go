package vectord_test

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"

	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/vector"
)

// Whoever reads an answer slowly keeps nobody from erasing what the index was before it was
// replaced.
func TestWhoReadsSlowlyKeepsNoIndexOpen(t *testing.T) {
	const dimension = 2048
	d := start(t, testbed.StartStoraged(t))
	d.mustCreate("x", vector.Shape{Dimension: dimension})
	d.mustAdd("x", items(0, 1000, dimension)...)
	d.want(201, "", "POST", "/vectors/index/x/snapshot", `{"name":"before"}`)

	at, err := url.Parse(d.Base)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	_, _ = fmt.Fprintf(slow, "GET /vectors/index/x/scroll?limit=1000&with_vector=true HTTP/1.1\r\nHost: %s\r\n\r\n", at.Host)
	if _, err := io.ReadFull(slow, make([]byte, 60)); err != nil {
		t.Fatal(err)
	}
	d.want(200, "", "POST", "/vectors/index/x/restore", `{"snapshot":"before"}`)
	d.want(200, "", "POST", "/vectors/index/x/erase", `{"ids":["`+items(0, 1, dimension)[0].ID+`"],"snapshots":["before"]}`)
}
