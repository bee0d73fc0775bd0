package duck

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/duck/csvread"
)

// Job is trusted SQL for a worker of its own, which may read the files in Read
// and write in the folder WriteDir, and nothing else.
type Job struct {
	Read     []string // absolute paths of files
	WriteDir string   // an absolute path, "" to write nothing
	CSV      *CSV     // a file to convert first, or nil
	// SQL runs one statement after the other, in the order of their rows. It is the
	// caller's own: the guard does not see it. Quote with Identifier and Literal.
	SQL []string
	// Timeout bounds the run from when its turn has come, 0 for no bound.
	Timeout time.Duration
	// PlanBytes is the memory that DuckDB may reserve, 0 for its usual share of
	// Limits.MemoryBytes. For thousands of columns it reserves many times what it
	// touches; what is resident stays within Limits.MemoryBytes all the same.
	PlanBytes int64
}

// CSV is a file that a job converts to Parquet before its statements run: into
// data_0.parquet, data_1.parquet, ... in the order of its rows, each below FileBytes.
// Paths are absolute; Path is among Job.Read, and Into, an empty folder, in
// Job.WriteDir.
type CSV struct {
	Path      string        `json:"path"`
	Table     csvread.Table `json:"table"`
	Select    string        `json:"select"`  // what is written of the table CSVTable
	Options   string        `json:"options"` // of COPY
	Into      string        `json:"into"`
	FileBytes int64         `json:"file_bytes"`
}

// CSVTable is the name under which CSV.Select reads the rows.
const CSVTable = "csv_file"

// Exec runs a job in a fresh process and answers with the rows of its last
// statement, as JSON scalars: integers as numbers, what JSON cannot hold exactly
// as strings. What a failed job wrote stays for the caller to remove.
func (p *Pool) Exec(ctx context.Context, job Job) ([][]json.RawMessage, error) {
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	defer func() { <-p.slots }()
	if job.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, job.Timeout)
		defer cancel()
	}
	s := p.querySetup()
	s.ReadDirs, s.ReadFiles, s.WriteDir = nil, job.Read, job.WriteDir
	s.PlanBytes = job.PlanBytes
	w, err := p.spawn(s)
	if err != nil {
		return nil, err
	}
	rows, err := w.exec(ctx, job)
	fault := err
	if errors.Is(err, ErrInvalid) {
		fault = nil // the data's, not the worker's
	}
	p.discard(w, fault)
	return rows, err
}

func (p *process) exec(ctx context.Context, job Job) ([][]json.RawMessage, error) {
	watch, err := p.call(ctx, frameJob, jobRequest{SQL: job.SQL, CSV: job.CSV})
	defer watch.stop()
	if err != nil {
		return nil, err
	}
	payload, err := p.expect(frameEnd)
	if errors.Is(err, errInterrupted) {
		return nil, ended(ctx)
	}
	if err != nil {
		return nil, err
	}
	var end runEnd
	if err := json.Unmarshal(payload, &end); err != nil {
		return nil, p.confused(err.Error())
	}
	return end.Rows, nil
}
