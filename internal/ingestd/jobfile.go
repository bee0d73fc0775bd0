package ingestd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/ingest"
)

// jobRecord is what is durable of a job.
type jobRecord struct {
	Job       ingest.Job  `json:"job"`
	Event     int64       `json:"event"`    // id of the last event that this state may have
	Accepted  time.Time   `json:"accepted"` // zero while the file comes in
	Begun     int         `json:"begun"`    // how often it was begun, and not put back
	Query     string      `json:"query"`    // the options, as they came
	Key       string      `json:"key"`      // Idempotency-Key, or ""
	File      string      `json:"file"`     // the upload's own name, or ""
	Format    string      `json:"format"`   // that the upload's media type says, or ""
	Sources   []objectRef `json:"sources"`  // in place of an upload
	RequestID string      `json:"request_id"`
}

// The files of a job's folder. There may be a workspace beside them, which is made
// anew each time the job begins.
const (
	jobFile    = "job.json"
	uploadFile = "upload"
	workFolder = "work"
)

// jobFolder is where a job is kept.
type jobFolder struct{ dir string }

func (f jobFolder) path(name string) string { return filepath.Join(f.dir, name) }

// write makes the record durable: the one before it stays, wholly, until then.
func (f jobFolder) write(r jobRecord) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode a job: %w", err)
	}
	next := f.path(jobFile + ".next")
	file, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(text); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	if err := os.Rename(next, f.path(jobFile)); err != nil {
		return err
	}
	return errors.Join(syncFolder(f.dir), syncFolder(filepath.Dir(f.dir)))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// errNoJob says that a folder holds no acknowledged job.
var errNoJob = errors.New("no job in this folder")

func (f jobFolder) read() (r jobRecord, err error) {
	text, err := os.ReadFile(f.path(jobFile))
	if errors.Is(err, fs.ErrNotExist) {
		return r, errNoJob
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err == nil && r.Job.ID != filepath.Base(f.dir) {
		err = fmt.Errorf("it is of the job %q", r.Job.ID)
	}
	return r, err
}

// receive puts the upload on disk, durably. The job is not acknowledged by that.
func (f jobFolder) receive(body io.Reader) error {
	file, err := os.OpenFile(f.path(uploadFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{file}, body, make([]byte, receiveBuffer))
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// work makes the workspace in which the job begins.
func (f jobFolder) work() (*workspace, error) {
	dir, err := (&workspace{f.dir}).folder(workFolder)
	return &workspace{dir}, err
}

// clear removes everything but the record and what is named.
func (f jobFolder) clear(keep ...string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	var errs []error
next:
	for _, entry := range entries {
		for _, name := range append(keep, jobFile) {
			if entry.Name() == name {
				continue next
			}
		}
		errs = append(errs, os.RemoveAll(f.path(entry.Name())))
	}
	return errors.Join(errs...)
}

// remove forgets the job. A crash in the midst of it leaves the record, or a folder
// without one, which the next start removes.
func (f jobFolder) remove() error { return os.RemoveAll(f.dir) }
