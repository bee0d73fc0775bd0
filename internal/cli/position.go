package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// aroundPosition is how much of a long line is shown on either side of an error,
// in bytes.
const aroundPosition = 60

// showPosition draws the line of a statement in which an error is, and a caret
// under the place. It draws nothing for an error that names none.
func showPosition(w io.Writer, sql string, err error) {
	var p *wire.Problem
	if !errors.As(err, &p) {
		return
	}
	number, _ := p.Fields["position"].(json.Number)
	at64, err := number.Int64()
	if err != nil || at64 < 0 || at64 > int64(len(sql)) {
		return
	}
	at := int(at64)
	begin := strings.LastIndexByte(sql[:at], '\n') + 1
	end := len(sql)
	if length := strings.IndexByte(sql[at:], '\n'); length >= 0 {
		end = at + length
	}
	before, after := sql[begin:at], sql[at:end]
	if len(before) > aroundPosition {
		before = "…" + strings.TrimLeftFunc(before[len(before)-aroundPosition:], notStart)
	}
	if len(after) > aroundPosition {
		after = strings.TrimRightFunc(after[:aroundPosition], notStart) + "…"
	}
	before = "  " + printable(before, "")
	fmt.Fprintf(w, "%s%s\n%s^\n", before, printable(after, ""), strings.Repeat(" ", text.StringWidth(before)))
}

// notStart tells the pieces of a character that was cut through.
func notStart(r rune) bool { return r == utf8.RuneError }

// inFront says in front of an error where it is.
func inFront(where string, err error) error {
	var p *wire.Problem
	if !errors.As(err, &p) {
		return fmt.Errorf("%s: %w", where, err)
	}
	return reword(err, func(p *wire.Problem) string { return where + ": " + p.Detail })
}
