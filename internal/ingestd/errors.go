package ingestd

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
	"git.agentview.dev/profit/golanglakehouse/internal/ingestd/csvscan"
	"git.agentview.dev/profit/golanglakehouse/internal/storage"
	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// scanProblem words what the scanner says against a whole file.
func scanProblem(err error) error {
	var header *csvscan.HeaderError
	var missing *csvscan.MissingColumnError
	switch {
	case errors.As(err, &header):
		return ingest.ErrBadHeader.Errorf("%v; name each column in the first line, and none twice, or use header=false where there is no header", header).With("errors", headerErrors(header))
	case errors.Is(err, csvscan.ErrEmptyFile):
		return ingest.ErrEmptyFile.Errorf("%v", err)
	case errors.As(err, &missing):
		return unknownColumn(missing)
	case errors.Is(err, csvscan.ErrBadOption):
		return ingest.ErrBadOption.Errorf("%v", err)
	case errors.Is(err, csvscan.ErrBadEncoding):
		return ingest.ErrBadFile.Errorf("%v: save it as UTF-8, or say its encoding", err)
	case errors.Is(err, csvscan.ErrNotUTF8), errors.Is(err, csvscan.ErrTooManyColumns), errors.Is(err, csvscan.ErrRecordTooLong):
		return ingest.ErrBadFile.Errorf("%v", err)
	}
	return err
}

type headerError struct {
	Position int    `json:"position"` // of the column, from 1
	Column   string `json:"column"`
	Reason   string `json:"reason"`
}

func headerErrors(e *csvscan.HeaderError) []headerError {
	list := make([]headerError, len(e.Problems))
	for i, p := range e.Problems {
		list[i] = headerError{p.Position, p.Name, p.Reason}
	}
	return list
}

// badRows is the problem of a file that has rows which cannot be taken.
func badRows(rows []csvscan.BadRow, count int64) error {
	what := "1 row"
	if count > 1 {
		what = fmt.Sprintf("%d rows", count)
	}
	return listed(ingest.ErrBadRows.Errorf("%s cannot be taken, the first on line %d; nothing was loaded: mend what is listed, or use on_error=quarantine", what, rows[0].Line),
		rows, count)
}

// noGoodRow is the problem of a file of which nothing but a quarantine would
// come.
func noGoodRow(rows []csvscan.BadRow, count int64) error {
	return listed(ingest.ErrBadRows.Errorf("no row of the file can be taken, and nothing was loaded: see whether its first line is the header, and which delimiter it has"),
		rows, count)
}

func listed(p *wire.Problem, rows []csvscan.BadRow, count int64) *wire.Problem {
	list := make([]ingest.BadRow, len(rows))
	for i, row := range rows {
		list[i] = ingest.BadRow{Line: row.Line, Column: row.Column, Value: row.Value, Reason: row.Reason}
	}
	return p.With("errors", list).With("error_count", count)
}

// drift is the problem of a file whose columns are not the dataset's.
func drift(name catalog.Name, opts options, changes []csvscan.Change) error {
	diff := make([]catalog.Change, len(changes))
	hint, retyped := "", ""
	for i, c := range changes {
		if c.Kind == csvscan.Retyped && retyped == "" {
			retyped = c.Column
		}
		if c.Kind == csvscan.Retyped && (c.From == "date" || c.From == "timestamp") {
			hint = "; dates have to be written as 2026-01-31, or all in one way in which some day number is over 12"
		}
		diff[i] = catalog.Change{Column: c.Column, Change: string(c.Kind), From: optional(c.From), To: optional(c.To), Example: optional(c.Example), Line: c.Line}
	}
	remedy, replace := "mend the file", "take its schema with schema=replace"
	if opts.mode != catalog.Replace {
		replace = "replace all rows by a file of any schema (mode=replace&schema=replace)"
	}
	switch {
	case opts.schema != catalog.EvolveSchema:
		remedy += ", add and widen columns with schema=evolve"
	case retyped != "":
		remedy = fmt.Sprintf("no type is wide enough for what is in both, as in column %q: mend the file, make the column text by naming it in types= as string, beside schema=evolve", retyped)
	}
	remedy += ", or " + replace
	return catalog.ErrSchemaDrift.Errorf("the file's columns are not those of %s: %s%s", name, remedy, hint).
		With("dataset", name.String()).With("diff", diff)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// convertProblem words what stopped a conversion, by the bound that broke.
func convertProblem(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, duck.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return ingest.ErrConversion.Errorf("the conversion did not end in time; nothing was loaded: split the file, or raise [ingestd] convert_timeout").Because(err)
	case errors.Is(err, duck.ErrDiskFull):
		return spoolFull(err)
	case errors.Is(err, duck.ErrMemory), errors.Is(err, duck.ErrSpill):
		return ingest.ErrConversion.Errorf("the conversion needed more memory than it may have; nothing was loaded: split the file, or raise [ingestd] worker_memory").Because(err)
	case errors.Is(err, duck.ErrCrashed):
		return ingest.ErrConversion.Errorf("the conversion's worker died; nothing was loaded: send the file again").Because(err)
	}
	return ingest.ErrConversion.Errorf("the converter refused the file; nothing was loaded").Because(err)
}

// spoolFull is the problem of a spool without room, at whatever step.
func spoolFull(err error) error {
	return storage.ErrStorageFull.Errorf("the disk of the spool is full; nothing was loaded: make room under the data folder and send the file again").Because(err)
}

// explainFull names a full disk wherever it was met.
func explainFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return spoolFull(err)
	}
	return err
}

func outcomeOf(err error) string { return wire.AsProblem(err).Kind.Code }
