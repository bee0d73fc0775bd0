package fleet_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// sharedRows are the files that were acknowledged of the table that all append to.
type sharedRows struct {
	mu    sync.Mutex
	files map[string]bool
}

func newSharedRows() *sharedRows { return &sharedRows{files: map[string]bool{}} }

func (s *sharedRows) all() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.files)
}

func (s *sharedRows) acknowledged(file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[file] = true
}

// shares appends a file of its own to the table that all clients append to.
func (c *crashClient) shares() (operation, bool) {
	rows := 1 + c.dice.IntN(30)
	f := &load{key: fmt.Sprintf("key-%d-%d", c.number, c.serial)}
	name := fmt.Sprintf("f-%d-%d-%d", c.number, c.serial, rows)
	f.csv = "file,i\n"
	for i := range rows {
		f.csv += fmt.Sprintf("%s,%d\n", name, i)
	}
	f.options.Name, f.options.Mode = "shared", "append"
	f.async = c.dice.IntN(3) == 0
	return operation{kind: "shared append", what: name, again: true, insist: true, do: func(int) error {
		if err := c.lookAtShared(c.pool.all(), false); err != nil {
			return err
		}
		answer, _, err := c.send(f)
		if err == nil && answer.Rows != int64(rows) {
			err = wrong("%d rows, want %d", answer.Rows, rows)
		}
		if err == nil {
			c.pool.acknowledged(name)
		}
		return err
	}}, true
}

// lookAtShared reads the table of all: each file wholly or not at all, those that
// were acknowledged before for sure, and no others if all is told.
func (c *crashClient) lookAtShared(must map[string]bool, all bool) error {
	rows, err := c.ask("SELECT file, count(*)::BIGINT, count(DISTINCT i)::BIGINT FROM shared GROUP BY 1")
	if errors.Is(err, query.ErrTableNotFound) && len(must) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, row := range rows {
		cells := strings.Split(row, "|")
		name := strings.Trim(cells[0], `"`)
		found[name] = true
		if size := name[strings.LastIndexByte(name, '-')+1:]; cells[1] != size || cells[2] != size {
			return wrong("the shared table holds %s of %s rows of %s", cells[1], size, name)
		}
		if all && !must[name] {
			return wrong("the shared table holds %s, which nobody was told of", name)
		}
	}
	for name := range must {
		if !found[name] {
			return wrong("the shared table lacks %s, which was acknowledged", name)
		}
	}
	return nil
}
