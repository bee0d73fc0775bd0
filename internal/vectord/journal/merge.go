package journal

import (
	"context"
	"fmt"
	"io"
)

// Source opens an object at its beginning. Merge opens each twice, one after the other.
type Source func() (io.ReadCloser, error)

// Merge is several objects that become one.
type Merge struct {
	Of      Index
	Sources []Source // at least one, in order of their sequence numbers, with no gap
}

// SourceError says which of the sources cannot be merged. Its cause is an [Error], or
// an error of what it is read from.
type SourceError struct {
	Source int // from 0
	Err    error
}

func (e *SourceError) Error() string {
	return fmt.Sprintf("log object %d of the merge: %v", e.Source, e.Err)
}
func (e *SourceError) Unwrap() error { return e.Err }

// Write writes an object that has the effect of the sources, one after the other: the last
// put of an id, the last metadata that was set, and the deletion of what was deleted,
// since that may have been put before. Applied to an index that has some of the sources'
// changes already, its effect is the same.
//
// An item whose metadata was set after it was put is two records, the first of them
// without metadata: of the result a prefix is no state that the index had.
//
// The sources are read twice, and nothing is written before each was found whole. The
// memory beside a reader's and a writer's is that of the different ids: some 55 bytes
// each, 100 at most, and their own length. The error is a [SourceError], the context's,
// or the writer's; then what was written is a cut object, to be thrown away.
func (m Merge) Write(ctx context.Context, w io.Writer) error {
	if len(m.Sources) == 0 {
		return fmt.Errorf("journal: there is nothing to merge; give at least one object")
	}
	p := plan{merge: m, fates: map[string]fate{}}
	for i := range m.Sources {
		if err := p.read(ctx, i, p.plan); err != nil {
			return err
		}
	}
	return p.write(ctx, w)
}

// fate is what counts of an id. Records have numbers, from 1, over all sources.
type fate struct {
	last uint64 // the number of the last put or delete; 0 is none
	set  uint64 // the number of the last metadata that was set after it; 0 is none
}

// deleted is a number that is none: as set, that last is a delete, and metadata has no
// item.
const deleted = ^uint64(0)

// plan is a merge under way.
type plan struct {
	merge  Merge
	header Header
	fates  map[string]fate
	chains []uint32 // the checksum of each source
	number uint64   // of the record that is looked at
	out    *Writer
	ids    [][]byte
}

// read goes over the records of a source.
func (p *plan) read(ctx context.Context, source int, each func(kind uint32, payload []byte) error) error {
	in, err := p.merge.Sources[source]()
	if err != nil {
		return &SourceError{source, err}
	}
	defer in.Close()
	r, err := NewReader(in, p.merge.Of)
	if err == nil {
		err = p.follows(source, r)
	}
	for err == nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		var kind uint32
		var payload []byte
		if kind, payload, err = r.nextRecord(); err != nil {
			break
		}
		p.number++
		if err := each(kind, payload); err != nil {
			if p.out != nil {
				return err // the writer's: the records were right the first time
			}
			return &SourceError{source, r.fail(Damaged, err.Error())}
		}
		r.done(payload)
	}
	if err == io.EOF {
		err = p.same(source, r)
	}
	if err != nil {
		return &SourceError{source, err}
	}
	return nil
}

// follows holds a source against the one before.
func (p *plan) follows(source int, r *Reader) error {
	if p.out != nil {
		return nil // it was, the first time
	}
	h := r.Header()
	if source > 0 && h.First != p.header.Last+1 {
		return &Error{Fault: OutOfOrder, Detail: fmt.Sprintf("it holds %d to %d, and the one before ends at %d", h.First, h.Last, p.header.Last)}
	}
	if source > 0 {
		h.First = p.header.First
	}
	p.header = h
	return nil
}

// same notes a source's checksum, and that it is the same the second time.
func (p *plan) same(source int, r *Reader) error {
	if p.out == nil {
		p.chains = append(p.chains, r.chain)
	} else if p.chains[source] != r.chain {
		return r.fail(Damaged, "it is not what it was when it was read before")
	}
	return nil
}

// plan notes what a record does to the fates of its ids.
func (p *plan) plan(kind uint32, payload []byte) error {
	switch kind {
	case kindPut:
		id, _, _, err := cutPut(payload, p.merge.Of.Dimension)
		if err == nil {
			p.note(id, func(fate) fate { return fate{last: p.number} })
		}
		return err
	case kindSetMetadata:
		id, _, err := cutSet(payload)
		if err == nil {
			p.note(id, func(f fate) fate {
				if f.set != deleted {
					f.set = p.number
				}
				return f
			})
		}
		return err
	}
	return eachID(payload, func(id []byte) {
		p.note(id, func(fate) fate { return fate{p.number, deleted} })
	})
}

// note changes an id's fate.
func (p *plan) note(id []byte, next func(fate) fate) {
	p.fates[string(id)] = next(p.fates[string(id)])
}

// eachID goes over the ids of a delete.
func eachID(payload []byte, each func(id []byte)) error {
	for len(payload) > 0 {
		id, rest, err := cutID(payload)
		if err != nil {
			return err
		}
		each(id)
		payload = rest
	}
	return nil
}

// write reads the sources again, and writes what counts.
func (p *plan) write(ctx context.Context, w io.Writer) error {
	out, err := NewWriter(w, p.header)
	if err != nil {
		return err
	}
	p.out, p.number = out, 0
	for i := range p.merge.Sources {
		if err := p.read(ctx, i, p.copy); err != nil {
			return err
		}
	}
	return out.Close()
}

// copy writes what counts of a record.
func (p *plan) copy(kind uint32, payload []byte) error {
	switch kind {
	case kindPut:
		id, vector, metadata, err := cutPut(payload, p.merge.Of.Dimension)
		f := p.fates[string(id)]
		switch {
		case err != nil || f.last != p.number:
			return err
		case f.set != 0:
			metadata = nil
		}
		b := append(appendID(p.out.begin(), id), vector...)
		return p.out.record(kindPut, append(b, metadata...))
	case kindSetMetadata:
		id, _, err := cutSet(payload)
		if f := p.fates[string(id)]; err != nil || f.set != p.number {
			return err
		}
		return p.out.record(kindSetMetadata, append(p.out.begin(), payload...))
	}
	p.ids = p.ids[:0]
	err := eachID(payload, func(id []byte) {
		if f := p.fates[string(id)]; f == (fate{p.number, deleted}) {
			p.ids = append(p.ids, id)
			delete(p.fates, string(id)) // the record may name it again
		}
	})
	if err != nil {
		return err
	}
	return deleteIDs(p.out, p.ids)
}
