// Package lines speaks with a program of its own that a bench started: one request a
// line on its standard input, one answer a line on its standard output, both JSON. What
// the requests are is theirs; an answer that has an "error" is one.
package lines

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// Program is a running program that answers.
type Program struct {
	name    string
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Reader
}

// Start runs a program; name is what errors call it. What it says on standard error
// goes to ours.
func Start(name string, cmd *exec.Cmd) (*Program, error) {
	p := &Program{name: name, cmd: cmd}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.answers = bufio.NewReader(out)
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return p, cmd.Start()
}

// Stop ends the program, which ends with its requests.
func (p *Program) Stop() {
	_ = p.in.Close()
	_ = p.cmd.Wait() // its exit code says nothing that the measurement does not
}

// Ask sends a request and reads its answer.
func (p *Program) Ask(request, answer any) error {
	text, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	line, err := p.answers.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s ended: %w", p.name, err)
	}
	var failure struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(line, &failure); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	if failure.Error != "" {
		return errors.New(failure.Error)
	}
	return json.Unmarshal(line, answer)
}
