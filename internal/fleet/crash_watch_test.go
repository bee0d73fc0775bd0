package fleet_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"git.agentview.dev/profit/golanglakehouse/internal/query"
)

// watch sometimes reads what an operation changes while it is under way: as before
// or as after it, never a mixture, and never back. The function that it returns
// ends it and tells whether it was seen that the operation happened.
func (c *crashClient) watch(o operation, after *world) (end func() bool) {
	if o.table == "" && o.key == "" || c.dice.IntN(3) > 0 {
		return func() bool { return false }
	}
	read := c.tableReader(o, after)
	if o.key != "" {
		read = c.objectReader(o, after)
	}
	stop, ended, seen := make(chan struct{}), make(chan struct{}), false
	go func() {
		defer close(ended)
		for {
			is, was, err := read()
			_, open := silent(err)
			switch {
			case open: // whoever would answer was killed
			case err != nil:
				c.fail("%s, watched: %v", o.what, err)
				return
			case is && !was:
				seen = true
			case seen && was && !is:
				c.fail("%s was seen and then was not there", o.what)
				return
			}
			select {
			case <-stop:
				return
			case <-time.After(readyPoll):
			}
		}
	}()
	return func() bool { close(stop); <-ended; return seen }
}

// tableReader gives a function that tells whether a table is as after the
// operation, and whether it is as before.
func (c *crashClient) tableReader(o operation, after *world) func() (is, was bool, err error) {
	before, then := c.world.tables[o.table], after.tables[o.table]
	return func() (is, was bool, err error) {
		rows, err := c.ask(fmt.Sprintf(allRows, o.table))
		if absent := errors.Is(err, query.ErrTableNotFound); absent {
			err, was, is = nil, before == nil, then == nil
		} else if err == nil {
			was = before != nil && slices.Equal(rows, before.current().rows)
			is = then != nil && slices.Equal(rows, then.current().rows)
		}
		if err == nil && !is && !was {
			err = wrong("%d rows, which are neither those before nor those after it", len(rows))
		}
		return is, was, err
	}
}

func (c *crashClient) objectReader(o operation, after *world) func() (is, was bool, err error) {
	before, then := c.world.objects[o.key], after.objects[o.key]
	return func() (is, was bool, err error) {
		got, err := c.get(o.key)
		if is, was = got == then, got == before; err == nil && !is && !was {
			err = wrong("%s is %s, which is neither what was there before nor what comes", o.key, brief(got))
		}
		return is, was, err
	}
}
