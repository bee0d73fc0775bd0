package durable

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// ErrClosed is the error of calls to an index that is closed.
var ErrClosed = errors.New("the index is closed; ask again when vectord has started again")

// ErrMemoryOnly is the error of what needs storaged, of an index that lives in memory alone.
var ErrMemoryOnly = errors.New("the index lives in memory alone, so there is nothing to keep it in; make it with persistence")

// OvertakenError says that somebody else writes the index's log. Changes are refused from
// then on.
type OvertakenError struct {
	ID, Key string
}

func (e *OvertakenError) Error() string {
	return fmt.Sprintf("the index %s takes no changes: %s was written by another vectord; end the other one, and restart this one so that it reads what was written", e.ID, e.Key)
}

// BrokenError says that a change is durable and could not be applied. Changes are refused
// until the index is opened again.
type BrokenError struct {
	ID  string
	Err error
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("the index %s takes no changes: one that is durable could not be applied: %v; restart vectord so that it reads the log again", e.ID, e.Err)
}
func (e *BrokenError) Unwrap() error { return e.Err }

// UnreadableError says that an index cannot be opened since nothing is left that the rest
// could stand on, or since what there is belongs to another configuration or release.
type UnreadableError struct {
	ID     string
	Damage []Damage
}

func (e *UnreadableError) Error() string {
	var list []string
	for _, d := range e.Damage {
		list = append(list, d.Key+": "+d.Detail)
	}
	return fmt.Sprintf("the index %s cannot be opened: %s; restore one of these objects from a copy, or the index from a snapshot, or drop it", e.ID, strings.Join(list, "; "))
}

// ChangeError says why the metadata of an item cannot be changed; then nothing was.
type ChangeError struct {
	ID  string
	Err error
}

func (e *ChangeError) Error() string { return fmt.Sprintf("the metadata of %q: %v", e.ID, e.Err) }
func (e *ChangeError) Unwrap() error { return e.Err }

// notKnown is the error of a change of which storaged did not say whether it is stored.
func notKnown(cause error) error {
	return wire.ErrUnavailable.Errorf("storaged did not say whether the change is stored; send it again, which does no harm").
		With("service", "storaged").After(time.Second).Because(cause)
}
