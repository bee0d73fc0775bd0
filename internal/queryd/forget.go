package queryd

import (
	"context"
	"errors"
	"fmt"

	"git.agentview.dev/profit/golanglakehouse/internal/catalog"
	"git.agentview.dev/profit/golanglakehouse/internal/duck"
)

// versionRead is a version of a dataset that an answer was made of.
type versionRead struct {
	name    catalog.Name
	id      string
	version int64
}

// versions gives what a statement reads.
func (t *tables) versions() (read []versionRead) {
	for _, name := range t.datasets() {
		m := t.manifests[name]
		read = append(read, versionRead{name, m.DatasetID, m.Version})
	}
	return read
}

// forget lets the answers go that read what is kept no longer, by whatever it was
// erased, expired or dropped, and the texts of statements of which no answer is left.
// Nobody would be given such an answer, and nobody is to find it in memory. A version
// that could not be asked for counts as kept, and err tells of it when the others are
// forgotten.
func (r *results) forget(ctx context.Context, kept func(context.Context, versionRead) (bool, error)) (answers int, err error) {
	known, failed := map[versionRead]bool{}, 0
	for _, answer := range r.answers.All() {
		for _, v := range answer.read {
			if _, asked := known[v]; asked {
				continue
			}
			there, doubt := kept(ctx, v)
			if doubt != nil {
				failed++
				err = fmt.Errorf("%d versions are in doubt, one is %s@%d: %w", failed, v.name, v.version, doubt)
			}
			known[v] = there || doubt != nil
		}
	}
	answers = r.answers.DropFunc(func(_ resultKey, answer cached) bool {
		for _, v := range answer.read {
			if there, asked := known[v]; asked && !there {
				return true
			}
		}
		return false
	})
	texts := r.parsed.All() // before the answers: a text comes after its first answer
	for _, answer := range r.answers.All() {
		delete(texts, answer.sql)
	}
	r.parsed.DropFunc(func(sql string, _ *duck.Statement) bool { return texts[sql] != nil })
	return answers, err
}

// kept asks the catalog whether a version can still be read.
func (s *server) kept(ctx context.Context, v versionRead) (bool, error) {
	m, err := s.catalog.Manifest(ctx, v.name.String(), v.version)
	if errors.Is(err, catalog.ErrDatasetNotFound) || errors.Is(err, catalog.ErrVersionNotFound) {
		return false, nil
	}
	return err == nil && m.DatasetID == v.id, err
}
