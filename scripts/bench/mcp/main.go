// Command mcp measures mcpd as a client has it: the time from the start of its process to
// its list of tools, and what a statement takes by query_sql beside the same statement at
// the gateway's /v1/sql, both in turn in the same run, before a fleet of its own. It prints
// a table. What is aimed at is told in its rows.
//
//	go run ./scripts/bench/mcp [--bin bin] [--starts 20] [--asks 300]
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
	"git.agentview.dev/profit/golanglakehouse/internal/staffing"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/lines"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/measure"
	"git.agentview.dev/profit/golanglakehouse/scripts/bench/processes"
)

func main() {
	bin := flag.String("bin", "bin", "`FOLDER` of the binaries")
	starts := flag.Int("starts", 20, "how many starts are measured")
	asks := flag.Int("asks", 300, "how often each statement is asked")
	flag.Parse()
	if err := run(context.Background(), *bin, *starts, *asks); err != nil {
		fmt.Fprintln(os.Stderr, "mcp:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin string, starts, asks int) error {
	folder, err := os.MkdirTemp("", "lakehouse-bench-mcp.")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	machine := measure.Machine(folder)
	program := filepath.Join(bin, "mcpd")
	first, err := startRow(program, starts)
	if err != nil {
		return err
	}
	fleet, err := processes.StartFleet(ctx, bin, folder, "fleet", processes.Daemons()...)
	if err != nil {
		return err
	}
	defer fleet.Stop()
	rows, err := askRows(ctx, program, fleet, asks)
	if err != nil {
		return err
	}
	fmt.Println(machine)
	fmt.Println()
	fmt.Print(measure.Table(append([]measure.Row{first}, rows...)))
	return nil
}

// request is one of JSON-RPC, in the revision of 2025 without its handshake, which mcpd
// does not insist on.
type request struct {
	JSONRPC string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  any    `json:"params,omitempty"`
}

// startRow measures how long a client waits for the tools, beside the start of the program
// alone.
func startRow(program string, n int) (measure.Row, error) {
	listed := func(int) (time.Duration, error) {
		return measure.Timed(func() error {
			p, err := lines.Start("mcpd", exec.Command(program, "--gateway", "http://127.0.0.1:1"))
			if err != nil {
				return err
			}
			defer p.Stop()
			var answer struct{ Result struct{ Tools []any } }
			if err := p.Ask(request{"2.0", 1, "tools/list", nil}, &answer); err != nil {
				return err
			}
			if len(answer.Result.Tools) == 0 {
				return errors.New("mcpd lists no tools")
			}
			return nil
		})
	}
	bare := func(int) (time.Duration, error) {
		return measure.Timed(exec.Command(program, "--version").Run)
	}
	took, err := measure.Alternate(n, listed, bare)
	if err != nil {
		return measure.Row{}, err
	}
	return measure.Row{
		What: "start of mcpd to its list of tools, and its end", Ours: measure.Millis(measure.Median(took[0])), Peer: measure.Millis(measure.Median(took[1])),
		Who: "mcpd --version", Lower: true, Note: fmt.Sprintf("at most 50 ms; p95 %s", measure.Millis(measure.Percentile(took[0], 95))),
	}, nil
}

// askRows measures statements by both ways, each time another one, so that no kept result
// answers.
func askRows(ctx context.Context, program string, fleet *processes.Fleet, n int) ([]measure.Row, error) {
	if err := fill(ctx, fleet); err != nil {
		return nil, err
	}
	// Without its line of log for each call.
	p, err := lines.Start("mcpd", exec.Command("sh", "-c", `exec "$0" "$@" 2>/dev/null`, program, "--gateway", fleet.URL("gateway")))
	if err != nil {
		return nil, err
	}
	defer p.Stop()
	direct := query.Client{Client: fleet.Gateway()}
	var rows []measure.Row
	for _, c := range []struct{ what, sql string }{
		{"a statement of one value", "SELECT %d AS n"},
		{"a count over the sample", "SELECT type, count(*) AS n, %d AS i FROM placements GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"},
		{"100 rows", "SELECT placement_id, start_date, bill_rate, %d AS i FROM placements ORDER BY placement_id LIMIT 100"},
		{"100 rows and a cursor", "SELECT placement_id, start_date, bill_rate, %d AS i FROM placements ORDER BY placement_id LIMIT 1000"},
	} {
		took, err := measure.Alternate(n,
			func(i int) (time.Duration, error) { return byTool(p, fmt.Sprintf(c.sql, 2*i)) },
			func(i int) (time.Duration, error) { return byHTTP(ctx, direct, fmt.Sprintf(c.sql, 2*i+1)) })
		if err != nil {
			return nil, err
		}
		ours, peer := measure.Median(took[0]), measure.Median(took[1])
		rows = append(rows, measure.Row{What: "query_sql: " + c.what, Ours: measure.Millis(ours), Peer: measure.Millis(peer), Who: "/v1/sql", Lower: true,
			Note: fmt.Sprintf("at most 2 ms more: %s", measure.Millis(ours-peer))})
	}
	return rows, nil
}

func byTool(p *lines.Program, sql string) (time.Duration, error) {
	return measure.Timed(func() error {
		var answer struct {
			Result struct {
				IsError bool
				Content []struct{ Text json.RawMessage }
			}
		}
		call := map[string]any{"name": "query_sql", "arguments": map[string]any{"sql": sql}}
		if err := p.Ask(request{"2.0", 1, "tools/call", call}, &answer); err != nil {
			return err
		}
		if answer.Result.IsError {
			return fmt.Errorf("query_sql: %s", answer.Result.Content[0].Text)
		}
		return nil
	})
}

func byHTTP(ctx context.Context, c query.Client, sql string) (time.Duration, error) {
	return measure.Timed(func() error {
		limit := int64(101) // as query_sql asks
		_, err := c.Run(ctx, query.Request{SQL: sql, Limit: &limit})
		return err
	})
}

// fill loads the sample's placements.
func fill(ctx context.Context, fleet *processes.Fleet) error {
	var file bytes.Buffer
	if err := staffing.New(staffing.DefaultSeed).Write(ctx, &file, "placements", 3_000); err != nil {
		return err
	}
	client := ingest.Client{Client: fleet.Gateway()}
	_, _, err := client.CSV(ctx, ingest.Options{Name: "placements"}, &file, int64(file.Len()), "")
	return err
}
