package queryd

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed"
	"git.agentview.dev/profit/golanglakehouse/internal/testbed/testlog"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

func TestMain(m *testing.M) {
	duck.Main()
	os.Exit(m.Run())
}

// daemon is a queryd that answers on a port of its own.
type daemon struct {
	t    testing.TB
	url  string
	data string
	log  *testlog.Text
	*query.Client
}

// small is a configuration for tests, which needs no storaged for statements
// without a table.
func small() Config {
	c := Defaults()
	c.MaxConcurrent, c.Threads, c.MemoryBytes, c.SpillBytes = 2, 1, 512<<20, 64<<20
	c.Access = accessCache
	c.ResultCacheBytes = 0 // a test that asks twice means it
	return c
}

// start runs a queryd until the test ends. peers may be nil.
func start(t testing.TB, c Config, peers service.Peers) *daemon {
	t.Helper()
	return startOn(t, t.TempDir(), c, peers)
}

func startOn(t testing.TB, data string, c Config, peers service.Peers) *daemon {
	t.Helper()
	return startWith(t, data, c, peers, service.Secrets{})
}

func startWith(t testing.TB, data string, c Config, peers service.Peers, secrets service.Secrets) *daemon {
	t.Helper()
	d := &daemon{t: t, data: data, log: &testlog.Text{}}
	fleet := service.DefaultFleet()
	fleet.Data = data
	fleet.DrainTimeout = service.Duration(time.Second)
	fleet.BodyIdle = service.Duration(100 * time.Millisecond) // a body's, and no statement's
	if peers == nil {
		peers = service.Peers{"storaged": "http://127.0.0.1:1", "catalogd": "http://127.0.0.1:1"}
	}
	env, err := service.NewEnv("queryd", fleet, peers, secrets, slog.New(slog.NewJSONHandler(d.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	built, err := New(ctx, env, c)
	if err != nil {
		t.Fatal(err)
	}
	server, err := service.NewServer(env, built)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("queryd: %v", err)
		}
	})
	d.url = "http://" + l.Addr().String()
	d.Client = &query.Client{Client: wire.Client{Service: "queryd", Base: d.url, Token: secrets.Tokens.Current.Reveal()}}
	return d
}

// answer is one answer, read to its end.
type answer struct {
	status  int
	header  http.Header
	trailer http.Header
	body    string
	readErr error
}

// post sends a body to /sql. headers are name, value, ...
func (d *daemon) post(path, body string, headers ...string) answer {
	d.t.Helper()
	req, err := http.NewRequest(http.MethodPost, d.url+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, resp.Trailer, string(text), err}
}

// sql runs a bare statement.
func (d *daemon) sql(statement string) answer {
	d.t.Helper()
	return d.post("/sql", statement, "Content-Type", "text/plain")
}

// problem gives what an error answer says.
func (a answer) problem(t testing.TB) *wire.Problem {
	t.Helper()
	var p wire.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("no problem document: %d %s", a.status, a.body)
	}
	return &p
}

// rows gives the rows of an answer in JSON, as JSON.
func (a answer) rows(t testing.TB) string {
	t.Helper()
	var doc struct{ Rows json.RawMessage }
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || a.status != http.StatusOK {
		t.Fatalf("no rows: %d %s", a.status, a.body)
	}
	return string(doc.Rows)
}

// expect fails the test unless the answer is the problem of that kind.
func (a answer) expect(t testing.TB, kind *wire.Kind) *wire.Problem {
	t.Helper()
	p := a.problem(t)
	if a.status != kind.Status || p.Kind.Code != kind.Code {
		t.Fatalf("got %d %s, want %d %s", a.status, a.body, kind.Status, kind.Code)
	}
	return p
}

// waitReady waits until /ready says so.
func (d *daemon) waitReady() {
	d.t.Helper()
	testbed.Until(d.t, "ready", func() bool {
		resp, err := http.Get(d.url + "/ready")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// logged waits for a line of the log that holds text, and gives the log. A client
// may have its whole answer before the line of its request is written.
func (d *daemon) logged(text string) string {
	d.t.Helper()
	return d.log.Await(d.t, text, func(log string) bool { return strings.Contains(log, text) })
}

// waitIdle waits until no statement runs or waits. One whose answer has been
// read may still be listed.
func (d *daemon) waitIdle() {
	d.t.Helper()
	testbed.Until(d.t, "no statement is listed", func() bool { return len(d.listed(query.Active))+len(d.listed(query.Queued)) == 0 })
}

// listed gives the statements that run or wait, in the state.
func (d *daemon) listed(state string) []query.Running {
	d.t.Helper()
	all, err := d.Queries(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	var found []query.Running
	for _, r := range all {
		if r.State == state {
			found = append(found, r)
		}
	}
	return found
}
