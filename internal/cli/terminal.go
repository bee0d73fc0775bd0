package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is the screen that a person looks at.
type terminal struct {
	screen *os.File
	pager  string // a command for the shell, "" for none
	paged  bool   // what \pager turns
}

// newTerminal gives the terminal, nil where in or out is none.
func newTerminal(in io.Reader, out io.Writer) *terminal {
	keys, _ := in.(*os.File)
	screen, _ := out.(*os.File)
	if keys == nil || screen == nil || !term.IsTerminal(int(keys.Fd())) || !term.IsTerminal(int(screen.Fd())) {
		return nil
	}
	t := &terminal{screen: screen, paged: true}
	pager, chosen := os.LookupEnv("PAGER")
	if !chosen {
		if _, err := exec.LookPath("less"); err == nil {
			pager = "less -S"
		}
	}
	t.pager = pager
	return t
}

// size is the screen's, in characters.
func (t *terminal) size() (columns, lines int) {
	columns, lines, err := term.GetSize(int(t.screen.Fd()))
	if err != nil || columns < 1 || lines < 1 {
		return 80, 24
	}
	return columns, lines
}

// results gives a writer that shows a result on the screen, or in the pager once it
// is larger than the screen.
func (t *terminal) results(out io.Writer) *resultWriter {
	columns, lines := t.size()
	w := &resultWriter{to: out, cut: columns}
	if t.paged && t.pager != "" {
		w.cut, w.pager = 0, &pager{command: t.pager, screen: t.screen, columns: columns, lines: lines}
	}
	return w
}

// resultWriter is where one result goes.
type resultWriter struct {
	to    io.Writer
	cut   int // to so many columns are tables made to fit, 0 for any
	pager *pager
}

func (w *resultWriter) columns() int { return w.cut }

// Write writes, or keeps what may yet fit the screen.
func (w *resultWriter) Write(p []byte) (int, error) {
	if w.pager != nil {
		return w.pager.Write(p)
	}
	return w.to.Write(p)
}

// Close shows what was kept; it returns when the reader has left the pager.
func (w *resultWriter) Close() error {
	if w.pager != nil {
		return w.pager.close(w.to)
	}
	return nil
}

// pager keeps a text until it is larger than the screen, and from then on shows it
// with a command.
type pager struct {
	command        string
	screen         *os.File
	columns, lines int

	kept    bytes.Buffer
	seen    int // bytes of kept that were measured
	rows    int
	running *exec.Cmd
	text    io.WriteCloser
}

// Write never fails because the reader left the pager early.
func (p *pager) Write(b []byte) (int, error) {
	if p.running == nil {
		p.kept.Write(b)
		if !p.overflows() {
			return len(b), nil
		}
		if err := p.start(); err != nil {
			return 0, err
		}
		return len(b), p.pass(p.kept.Bytes())
	}
	return len(b), p.pass(b)
}

func (p *pager) pass(b []byte) error {
	_, err := p.text.Write(b)
	if errors.Is(err, unix.EPIPE) {
		return nil
	}
	return err
}

// overflows measures the lines that are whole.
func (p *pager) overflows() bool {
	for {
		length := bytes.IndexByte(p.kept.Bytes()[p.seen:], '\n')
		if length < 0 {
			return false
		}
		line := p.kept.Bytes()[p.seen : p.seen+length]
		p.seen += length + 1
		// The prompt and what is said of the result need a line each.
		if p.rows++; p.rows > p.lines-2 || text.StringWidth(string(line)) > p.columns {
			return true
		}
	}
}

func (p *pager) start() error {
	p.running = exec.Command("sh", "-c", p.command)
	p.running.Stdout, p.running.Stderr = p.screen, p.screen
	var err error
	if p.text, err = p.running.StdinPipe(); err != nil {
		return err
	}
	return p.running.Start()
}

func (p *pager) close(out io.Writer) error {
	if p.running == nil {
		_, err := out.Write(p.kept.Bytes())
		return err
	}
	err := p.text.Close()
	var exit *exec.ExitError
	switch ended := p.running.Wait(); {
	case !errors.As(ended, &exit):
		return errors.Join(err, ended)
	case exit.ExitCode() == notFound || exit.ExitCode() == notExecutable:
		return fmt.Errorf("the pager %q cannot be run; set PAGER to another, or write \\pager off", p.command)
	}
	return nil // how a reader leaves it is no error
}

// What the shell says of a command that it cannot run.
const (
	notExecutable = 126
	notFound      = 127
)
