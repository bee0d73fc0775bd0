package durable

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/hnsw"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

func (r *replay) eachRecord(in io.Reader, each func(journal.Record) error) error {
	reader, err := journal.NewReader(in, r.x.of)
	for err == nil {
		var record journal.Record
		if record, err = reader.Next(); err == nil {
			err = each(record)
		}
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// step is what is done at once: items are put in, or some are taken out, or one gets
// other metadata.
type step struct {
	put    engine.Batch
	remove []string
	set    *setting
}

const stepsAhead = 4

// apply applies an object's records, also those before the place where it is damaged.
// They are read and checked while those before are applied.
func (r *replay) apply(in io.Reader) error {
	steps, quit := make(chan step, stepsAhead), make(chan struct{})
	var group sync.WaitGroup
	defer group.Wait()
	defer close(quit)
	var unread error
	group.Go(func() {
		defer close(steps)
		c := &checker{replay: r, give: func(s step) error {
			select {
			case steps <- s:
				return nil
			case <-quit:
				return context.Canceled
			}
		}}
		err := r.eachRecord(in, c.take)
		unread = errors.Join(err, c.flush())
	})
	for s := range steps {
		if s.put.Len() > 0 {
			if _, _, err := r.x.engine.Apply(s.put); err != nil {
				return err
			}
		}
		if s.set != nil {
			r.x.engine.SetMetadata(s.set.id, s.set.object)
		}
		if len(s.remove) > 0 {
			r.x.engine.Delete(s.remove)
		}
	}
	return unread
}

// checker makes steps of records. What this release does not take any more is left out.
type checker struct {
	*replay
	give  func(step) error
	items []engine.Item
	bytes int // of them, about
}

func (c *checker) take(record journal.Record) error {
	if record.Kind == journal.Put {
		c.items = append(c.items, engine.Item{ID: record.ID, Vector: slices.Clone(record.Vector), Metadata: slices.Clone(record.Metadata)})
		c.bytes += len(record.ID) + 4*len(record.Vector) + len(record.Metadata)
		if len(c.items) < together && c.bytes < togetherBytes {
			return nil
		}
		return c.flush()
	}
	if err := c.flush(); err != nil {
		return err
	}
	if record.Kind == journal.Delete {
		return c.give(step{remove: record.IDs})
	}
	object, err := metadata.Read(record.Metadata)
	if err != nil {
		c.refuse("metadata")
		return nil
	}
	return c.give(step{set: &setting{record.ID, object}})
}

// flush makes a step of the items that came.
func (c *checker) flush() error {
	items := c.items
	c.items, c.bytes = nil, 0
	for len(items) > 0 {
		b, err := c.x.engine.Check(items)
		var wrong *engine.ItemError
		if errors.As(err, &wrong) {
			var vector *hnsw.VectorError
			if errors.As(err, &vector) {
				c.refuse("vector")
			} else {
				c.refuse("id or the metadata")
			}
			items = slices.Delete(items, wrong.Item, wrong.Item+1)
			continue
		}
		if err != nil {
			return err
		}
		return c.give(step{put: b})
	}
	return nil
}

// refuse counts a change. What is told of it names neither the item nor what it says.
func (r *replay) refuse(what string) {
	r.wrong, r.wrongs = cmp.Or(r.wrong, what), r.wrongs+1
}
