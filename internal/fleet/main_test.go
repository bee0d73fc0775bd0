package fleet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalogd"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/embedd"
	"git.agentview.dev/profit/golanglakehouse/internal/fleet"
	"git.agentview.dev/profit/golanglakehouse/internal/gateway"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/queryd"
	"git.agentview.dev/profit/golanglakehouse/internal/service"
	"git.agentview.dev/profit/golanglakehouse/internal/storaged"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// envDaemon makes the test's own program a daemon, so that tests can kill one
// without building another program.
const envDaemon = "TEST_LAKEHOUSE_DAEMON"

func TestMain(m *testing.M) {
	duck.Main()
	switch os.Getenv(envDaemon) {
	case "storaged":
		os.Exit(service.Main("storaged", storaged.Defaults(), storaged.New))
	case "catalogd":
		os.Exit(service.Main("catalogd", catalogd.Defaults(), catalogd.New))
	case "ingestd":
		os.Exit(service.Main("ingestd", ingestd.Defaults(), ingestd.New))
	case "queryd":
		os.Exit(service.Main("queryd", queryd.Defaults(), queryd.New))
	case "embedd":
		os.Exit(service.Main("embedd", embedd.Defaults(), embedd.New))
	case "vectord":
		os.Exit(service.Main("vectord", vectord.Defaults(), vectord.New))
	case "gateway":
		os.Exit(service.Main("gateway", gateway.Defaults(), gateway.New))
	}
	os.Exit(m.Run())
}

// lake is a fleet under test and the URL of its gateway.
type lake struct {
	t   *testing.T
	url string
}

// startLake runs a whole fleet in this process on a fresh folder.
func startLake(t *testing.T, change ...func(*fleet.Config)) lake {
	t.Helper()
	f := startFleet(t, t.TempDir(), change...)
	return lake{t, f.URL("gateway")}
}

func startFleet(t *testing.T, data string, change ...func(*fleet.Config)) *fleet.Fleet {
	t.Helper()
	c := fleet.Defaults()
	c.Fleet.Data, c.Fleet.AuthFile, c.Fleet.SecretsFile = data, "", ""
	c.Queryd.MaxConcurrent = 2 // so that one worker is kept warm
	for _, f := range change {
		f(&c)
	}
	f := startAnywhere(t, c)
	stopAtEnd(t, f)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := f.WaitReady(ctx, func(string, string) {}); err != nil {
		t.Fatal(err)
	}
	return f
}

// stopAtEnd ends a fleet with the test, unless the test has ended it.
func stopAtEnd(t *testing.T, f *fleet.Fleet) {
	t.Cleanup(func() {
		if err := f.Stop(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Errorf("stop: %v", err)
		}
	})
}

// startAnywhere finds free ports; another test program may take one in between,
// and then it looks again.
func startAnywhere(t *testing.T, c fleet.Config) *fleet.Fleet {
	t.Helper()
	for range 20 {
		offset, err := fleet.FreeOffset(c)
		if err != nil {
			t.Fatal(err)
		}
		c.Fleet.PortOffset = offset
		f, err := fleet.Start(t.Context(), c, service.Secrets{}, slog.New(slog.DiscardHandler))
		if err == nil {
			return f
		}
		if !strings.Contains(err.Error(), "address already in use") {
			t.Fatal(err)
		}
	}
	t.Fatal("no free ports")
	return nil
}

// send makes a request and gives the status and the decoded JSON.
func (l lake) send(method, path, contentType, body string) (int, map[string]any) {
	l.t.Helper()
	return l.sendWith(http.Header{"Content-Type": {contentType}}, method, path, body)
}

func (l lake) sendWith(header http.Header, method, path, body string) (int, map[string]any) {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), method, l.url+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header = header
	resp, doc, err := exchange(req)
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode, doc
}

// exchange sends a request and gives the answer and its JSON, read to the end.
func exchange(req *http.Request) (*http.Response, map[string]any, error) {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, err
	}
	var doc map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &doc); err != nil {
			return nil, nil, fmt.Errorf("answered %d %q", resp.StatusCode, text)
		}
	}
	return resp, doc, nil
}

// ingest sends a CSV with query parameters.
func (l lake) ingest(params, csv string) (int, map[string]any) {
	l.t.Helper()
	return l.send(http.MethodPost, "/v1/ingest?"+params, "text/csv", csv)
}

// mustIngest sends a CSV that has to make a new version.
func (l lake) mustIngest(params, csv string) map[string]any {
	l.t.Helper()
	status, doc := l.ingest(params, csv)
	if status != http.StatusCreated {
		l.t.Fatalf("ingest %s: %d %v", params, status, doc)
	}
	return doc
}

// timesheets makes a CSV with n rows, whose hours add up to n.
func timesheets(n int, week string) string {
	var b strings.Builder
	b.WriteString("id,week,hours,note\n")
	for i := range n {
		fmt.Fprintf(&b, "T%08d,%s,1,shift %d of the night\n", i, week, i%97)
	}
	return b.String()
}

// rows asks SQL and gives the rows as JSON texts joined by a bar.
func (l lake) rows(sql string) []string {
	l.t.Helper()
	answer, err := l.query().Run(l.t.Context(), query.Request{SQL: sql})
	if err != nil {
		l.t.Fatalf("%s: %v", sql, err)
	}
	var rows []string
	for _, row := range answer.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = string(cell)
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return rows
}

func (l lake) query() *query.Client {
	return &query.Client{Client: wire.Client{Service: "gateway", Base: l.url + "/v1"}}
}
