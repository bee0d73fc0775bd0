package durable

import (
	"bytes"
	"io"

	"git.agentview.dev/profit/golanglakehouse/internal/vectord/engine"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/journal"
	"git.agentview.dev/profit/golanglakehouse/internal/vectord/metadata"
)

// change is what one call makes of an index; it has one sequence number. Of its three
// kinds it is at most one.
type change struct {
	put    engine.Batch
	remove []string
	set    []setting
	bytes  int64 // about
	mark   bool  // it takes a number though it changes nothing

	applied func() // if there is one, is told that the items were put in
}

// setting is the metadata that an item gets.
type setting struct {
	id     string
	object metadata.Object
}

// counts say what a change came to.
type counts struct {
	added, updated, deleted int
	items                   int // in the index afterwards
}

func (c *change) empty() bool {
	return c.put.Len() == 0 && len(c.remove) == 0 && len(c.set) == 0 && !c.mark
}

const itemBytes = 32 // of a record, beside what it holds

func putting(b engine.Batch) change {
	c := change{put: b}
	for i := range b.Len() {
		item := b.Item(i)
		c.bytes += int64(itemBytes + len(item.ID) + 4*len(item.Vector) + len(item.Metadata))
	}
	return c
}

func removing(ids []string) change {
	c := change{remove: ids}
	for _, id := range ids {
		c.bytes += int64(2 + len(id))
	}
	return c
}

// write appends the change to an object of the log.
func (c *change) write(w *journal.Writer) error {
	for i := range c.put.Len() {
		item := c.put.Item(i)
		if err := w.Put(item.ID, item.Vector, item.Metadata); err != nil {
			return err
		}
	}
	for _, s := range c.set {
		if err := w.SetMetadata(s.id, s.object.JSON()); err != nil {
			return err
		}
	}
	return w.Delete(c.remove)
}

// apply makes the change.
func (c *change) apply(x *engine.Index) (n counts, err error) {
	if c.put.Len() > 0 {
		if n.added, n.updated, err = x.Apply(c.put); err != nil {
			return n, err
		}
		if c.applied != nil {
			c.applied()
		}
	}
	if len(c.set) > 0 {
		n.updated += x.SetAll(func(yield func(string, metadata.Object) bool) {
			for _, s := range c.set {
				if !yield(s.id, s.object) {
					return
				}
			}
		})
	}
	if len(c.remove) > 0 {
		n.deleted = x.Delete(c.remove)
	}
	n.items = x.Len()
	return n, nil
}

// encode gives the bytes of an object of the log, which are about so many.
func encode(h journal.Header, changes []*request, size int64) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, size+size/8+1024))
	err := encodeTo(out, h, changes)
	return out.Bytes(), err
}

func encodeTo(out io.Writer, h journal.Header, changes []*request) error {
	w, err := journal.NewWriter(out, h)
	if err != nil {
		return err
	}
	for _, r := range changes {
		if err := r.change.write(w); err != nil {
			return err
		}
	}
	return w.Close()
}
