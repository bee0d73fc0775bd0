package transfer

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/storage"
)

// Journal remembers, in a file, which versions of two objects were found to be the
// same, so that a copy that goes on does not read them again. It only saves work:
// without it, or with a part of it, a copy comes out the same.
type Journal struct {
	mu    sync.Mutex
	file  *os.File        // nil: this copy alone remembers
	known map[string]pair // by key
}

// pair is the versions of both sides, by their entity tags.
type pair struct {
	Key  string `json:"key"`
	Size int64  `json:"size"`
	From string `json:"from"`
	To   string `json:"to"`
}

// OpenJournal opens the file at path, making it where it is not there; its folder
// has to be. A line that cannot be read, as a kill leaves one, is passed over.
func OpenJournal(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, known: map[string]pair{}}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var p pair
		if json.Unmarshal(lines.Bytes(), &p) == nil {
			j.known[p.Key] = p
		}
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	// What a kill left of a last line must not spoil the next.
	if _, err := file.WriteString("\n"); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// Close gives the file up.
func (j *Journal) Close() error { return j.file.Close() }

func (j *Journal) holds(source, there storage.Object) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	p, ok := j.known[source.Key]
	return ok && p == pair{source.Key, source.Size, source.ETag, there.ETag}
}

func (j *Journal) add(source, there storage.Object) error {
	p := pair{source.Key, source.Size, source.ETag, there.ETag}
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.known[p.Key] = p
	if j.file == nil {
		return nil
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}
