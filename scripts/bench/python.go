package main

import (
	_ "embed"
	"os"
	"os/exec"
	"time"

	"git.agentview.dev/profit/golanglakehouse/scripts/bench/lines"
)

//go:embed duckdb_peer.py
var peerScript string

// python is DuckDB's Python package in a process of its own.
type python struct{ program *lines.Program }

// startPython runs the peer; packages is the folder that holds its package.
func startPython(packages string) (*python, error) {
	cmd := exec.Command("python3", "-c", peerScript)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+packages)
	program, err := lines.Start("DuckDB in Python", cmd)
	return &python{program}, err
}

func (p *python) stop() { p.program.Stop() }

// run gives how long a statement took, rows fetched and all.
func (p *python) run(sql string) (time.Duration, error) {
	took, _, err := p.ask(sql, false)
	return took, err
}

// texts gives a statement's rows, each value as DuckDB writes it, nil for NULL.
func (p *python) texts(sql string) ([][]*string, error) {
	_, rows, err := p.ask("SELECT COLUMNS(*)::VARCHAR FROM ("+sql+")", true)
	return rows, err
}

func (p *python) ask(sql string, text bool) (took time.Duration, rows [][]*string, err error) {
	var answer struct {
		Seconds float64     `json:"seconds"`
		Rows    [][]*string `json:"rows"`
	}
	err = p.program.Ask(map[string]any{"sql": sql, "text": text}, &answer)
	return time.Duration(answer.Seconds * float64(time.Second)), answer.Rows, err
}
