package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/cli/statements"
	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// session runs statements and backslash commands one after the other, as they are
// typed or read from a file.
type session struct {
	query   query.Client
	catalog catalog.Client
	limit   *int64
	out     io.Writer // what \o replaces
	notes   io.Writer
	term    *terminal // nil where nobody looks
	file    *os.File  // of \o, nil: none
	format  string
	before  string // the format that \x goes back to
	timing  bool
	depth   int // of \i
}

var (
	errQuit      = errors.New("quit")
	errCancelled = errors.New("cancelled")
)

// run runs a whole text up to its end or its first error, which says its line. What
// follows the last semicolon is a statement too.
func (s *session) run(ctx context.Context, text io.Reader) error {
	var split statements.Splitter
	lines := bufio.NewReader(text)
	for n := 1; ; n++ {
		line, end := lines.ReadString('\n')
		if end != nil && end != io.EOF {
			return end
		}
		if command := strings.TrimSpace(line); split.Blank() && strings.HasPrefix(command, `\`) {
			if err := s.command(ctx, command); err != nil {
				return s.atLine(n, err)
			}
			line = "\n"
		}
		if s.term != nil && s.depth == 0 && split.Blank() && asksForHelp(line) {
			if err := s.help(ctx, ""); err != nil {
				return err
			}
			line = "\n"
		}
		for _, statement := range split.Feed(line) {
			if err := s.ask(ctx, statement.Text); err != nil {
				return s.atLine(statement.Line, err)
			}
		}
		if end == nil {
			continue
		}
		if split.Blank() {
			return nil
		}
		open, last := split.Open(), split.Rest()
		if open != "" {
			return s.atLine(last.Line, fmt.Errorf("the text ends within %s; close it", open))
		}
		return s.atLine(last.Line, s.ask(ctx, last.Text))
	}
}

// atLine says where in a file an error is; what was typed stands on the screen.
func (s *session) atLine(line int, err error) error {
	if err == nil || errors.Is(err, errQuit) || errors.Is(err, errCancelled) || s.term != nil && s.depth == 0 {
		return err
	}
	return inFront(fmt.Sprintf("line %d", line), err)
}

// ask runs one statement and shows what comes of it. Where an error has a
// position, that was shown.
func (s *session) ask(ctx context.Context, text string) error {
	sql := strings.TrimSuffix(text, ";")
	if _, rest := statements.Split(sql); rest.Blank() {
		return nil
	}
	ctx, stop := s.term.interruptible(ctx)
	defer stop()
	began := time.Now()
	note, err := s.show(ctx, query.Request{SQL: sql, Limit: s.limit})
	if err != nil {
		if errors.Is(context.Cause(ctx), errCancelled) {
			return errCancelled
		}
		showPosition(s.notes, sql, err)
		return viewWords(sessionWords(err))
	}
	if s.timing {
		note = strings.TrimPrefix(note+fmt.Sprintf(", %.1f ms in all", float64(time.Since(began).Microseconds())/1000), ", ")
	}
	if note != "" {
		fmt.Fprintln(s.notes, note)
	}
	return nil
}

// show gives what is to be said of a result beside it.
func (s *session) show(ctx context.Context, req query.Request) (note string, err error) {
	out := s.results()
	if s.format != formatTable && s.format != formatVertical {
		req.Format = query.Format(s.format)
		return "", errors.Join(copyResult(ctx, s.query, req, out), out.Close())
	}
	answer, err := s.query.Run(ctx, req)
	if err != nil {
		return "", errors.Join(err, out.Close())
	}
	if s.format == formatVertical {
		writeVertical(out, answer)
	} else {
		note = writeFitting(out, answer, out.columns())
	}
	return rowsNote(answer, s.term != nil) + note, out.Close()
}

// rowsNote counts the rows of a result, and says what to do where there are more.
func rowsNote(answer query.Answer, typed bool) string {
	plural := "s"
	if answer.RowCount == 1 {
		plural = ""
	}
	note := fmt.Sprintf("%d row%s, %d ms", answer.RowCount, plural, answer.ElapsedMS)
	switch {
	case !answer.Truncated:
	case typed:
		note += "\nThere are more rows; write them to a file with \\format csv and \\o FILE."
	default:
		note += "\nThere are more rows; use --limit, or --format csv for all of them."
	}
	return note
}

// results is where the next result goes: to the file of \o, to the terminal, to
// standard output.
func (s *session) results() *resultWriter {
	switch {
	case s.file != nil:
		return &resultWriter{to: s.file}
	case s.term != nil:
		return s.term.results(s.out)
	}
	return &resultWriter{to: s.out}
}

// close gives up the file of \o.
func (s *session) close() error {
	if s.file == nil {
		return nil
	}
	file := s.file
	s.file = nil
	return file.Close()
}
