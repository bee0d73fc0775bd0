package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

//go:embed duckdb_peer.py
var peerScript string

// python is DuckDB's Python package in a process of its own.
type python struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Reader
}

// startPython runs the peer; packages is the folder that holds its package.
func startPython(packages string) (*python, error) {
	p := &python{cmd: exec.Command("python3", "-c", peerScript)}
	p.cmd.Env = append(os.Environ(), "PYTHONPATH="+packages)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.answers = bufio.NewReader(out)
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return p, p.cmd.Start()
}

// stop ends the peer, which ends with its requests.
func (p *python) stop() {
	_ = p.in.Close()
	_ = p.cmd.Wait() // its exit code says nothing that the measurement does not
}

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
	request, err := json.Marshal(map[string]any{"sql": sql, "text": text})
	if err != nil {
		return 0, nil, err
	}
	if _, err := p.in.Write(append(request, '\n')); err != nil {
		return 0, nil, err
	}
	line, err := p.answers.ReadBytes('\n')
	if err != nil {
		return 0, nil, fmt.Errorf("DuckDB in Python ended: %w", err)
	}
	var answer struct {
		Seconds float64     `json:"seconds"`
		Rows    [][]*string `json:"rows"`
		Error   string      `json:"error"`
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return 0, nil, err
	}
	if answer.Error != "" {
		return 0, nil, errors.New(answer.Error)
	}
	return time.Duration(answer.Seconds * float64(time.Second)), answer.Rows, nil
}
